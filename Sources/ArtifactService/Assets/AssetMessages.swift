internal import Blobs
internal import Foundation
internal import Model
internal import WireMessages

extension Place {
    /// Throws `.invalid` when an id is not 16 bytes.
    init(_ ref: ExperimentRef) throws(Failure) {
        guard let workspace = ID<Workspace>(bytes: ref.workspaceID), let project = ID<Project>(bytes: ref.projectID),
            let experiment = ID<Experiment>(bytes: ref.id)
        else { throw Failure(.invalid, "The experiment is not named in full.", reason: "experiment_ref") }
        self.init(workspace: workspace, project: project, experiment: experiment)
    }
}

extension ExperimentRef {
    init(_ place: Place) {
        self.init()
        workspaceID = Data(place.workspace.bytes)
        projectID = Data(place.project.bytes)
        id = Data(place.experiment.bytes)
    }
}

extension Asset.Draft {
    init(_ message: AssetDraft) throws(Failure) {
        var fields = Fields()
        (fields.id, fields.fileName, fields.type) = (message.assetID, message.fileName, message.type)
        (fields.ending, fields.context) = (message.extension, message.context)
        (fields.metadata, fields.grouping) = (message.metadataJson, message.grouping)
        (fields.figureCounter, fields.artifactVersion) = (message.figureCounter, message.artifactVersionID)
        fields.parent = message.parentAssetID
        fields.step = message.hasStep ? message.step : nil
        fields.epoch = message.hasEpoch ? message.epoch : nil
        fields.overwrite = message.overwrite
        if message.createdMs > 0 { fields.createdAt = Date(timeIntervalSince1970: Double(message.createdMs) / 1000) }
        try self.init(fields)
    }
}

extension AssetRecord {
    init(_ asset: Asset, _ ref: ExperimentRef) {
        self.init()
        self.asset = AssetDraft(asset.draft, ref, size: asset.size)
        size = asset.size
        contentType = asset.contentType
        switch asset.body {
        case .stored(let digest, _):
            self.digest = Data(digest.bytes)
        case .link(let link):
            remote = true
            self.link = link
        }
    }
}

extension AssetDraft {
    fileprivate init(_ draft: Asset.Draft, _ ref: ExperimentRef, size: Int64) {
        self.init()
        experiment = ref
        (assetID, fileName, type, `extension`) = (draft.id, draft.fileName, draft.type, draft.ending)
        (context, metadataJson, grouping) = (draft.context, draft.metadata, draft.grouping)
        (figureCounter, artifactVersionID, parentAssetID) = (draft.figureCounter, draft.artifactVersion, draft.parent)
        if let step = draft.step { self.step = step }
        if let epoch = draft.epoch { self.epoch = epoch }
        sizeExpected = size
        createdMs = Int64((draft.createdAt.timeIntervalSince1970 * 1000).rounded())
    }
}
