import HotJSON
import Model
import SwiftProtobuf
import WireMessages

/// A file's description: in the query of an upload (comet-logging §4.8, §4.9), or as members of `upload-start`.
extension AssetDraft {
    init(_ query: Query, _ kind: Uploads.Kind) throws(Failure) {
        self.init()
        context = query["context"]
        fileExtension = query["extension"]
        grouping = query["groupingName"]
        artifactVersionID = query["artifactVersionId"]
        overwrite = try query.flag("overwrite")
        if let number = try query.double("step") { step = number }
        if let number = try query.double("epoch") { epoch = number }
        switch kind {
        case .asset:
            (assetID, type) = (query["assetId"], query["type"])
            fileName = Self.name(query["fileName"])
        case .visualization:
            (assetID, fileName, type) = (query["imageId"], query["figName"], "image")
            figureCounter = query["figCounter"]
        case .gitPatch:
            // One a run; a later session's replaces it.
            (fileName, type, overwrite) = ("git_diff.patch.zip", "git-patch", true)
        }
    }

    init(_ fields: JSONFields, _ kind: Uploads.Kind) throws {
        self.init()
        context = try fields.text("context")
        fileExtension = try fields.text("extension")
        grouping = try fields.text("groupingName")
        artifactVersionID = try fields.text("artifactVersionId")
        metadataJson = fields.value("metadata")?.shown ?? ""
        overwrite = try fields.bool("overwrite")
        if let number = try fields.doubleIfAny("step"), number.isFinite { step = number }
        if let number = try fields.doubleIfAny("epoch"), number.isFinite { epoch = number }
        switch kind {
        case .visualization:
            (assetID, fileName, type) = (try fields.text("imageId"), try fields.text("figName"), "image")
            figureCounter = try fields.text("figCounter")
        case .asset, .gitPatch:
            (assetID, type) = (try fields.text("assetId"), try fields.text("type"))
            fileName = Self.name(try fields.text("fileName"))
        }
    }

    /// The client names scripts and files of folders by their absolute paths on its own machine; kept is the way below
    /// the root.
    private static func name(_ name: String) -> String {
        String(name.drop { $0 == "/" })
    }

    func placed(in ref: ExperimentRef) -> AssetDraft {
        var draft = self
        draft.experiment = ref
        return draft
    }

    private var fileExtension: String {
        get { `extension` }
        set { `extension` = newValue }
    }
}
