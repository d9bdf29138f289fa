import HTTPTypes
import WireMessages

/// What stands above people's own HTML and SVG. The sandbox gives them an origin of their own that is no origin: no
/// cookies, no storage, nothing of the page around them, no request to anywhere (SECURITY A5).
enum ContentFields {
    enum Kind: Equatable {
        case html, svg

        /// By name and by what the bytes were found to be; `nil`: it is downloaded, never shown from here.
        init?(_ asset: AssetRecord) {
            guard !asset.remote else { return nil }
            if asset.contentType == "image/svg+xml" {
                self = .svg
            } else if asset.contentType == "application/octet-stream", Self.isHTML(asset.asset) {
                self = .html
            } else {
                return nil
            }
        }

        private static func isHTML(_ asset: AssetDraft) -> Bool {
            let ending = asset.fileName.lowercased().split(separator: ".").last ?? ""
            return ["html", "htm"].contains(asset.extension.lowercased()) || ["html", "htm"].contains(ending)
        }
    }

    /// `site` is the only origin whose pages may frame it.
    static func fields(_ kind: Kind, site: String) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = kind == .html ? "text/html; charset=utf-8" : "image/svg+xml"
        fields[.contentSecurityPolicy] = policy(kind, site: site)
        fields[.xContentTypeOptions] = "nosniff"
        fields[.referrerPolicy] = "no-referrer"
        // The page that shows it stands on another origin; without the ticket there is nothing to be had.
        fields[.crossOriginResourcePolicy] = "cross-origin"
        fields[.crossOriginOpenerPolicy] = "same-origin"
        fields[.cacheControl] = "private, no-store"
        fields[.dnsPrefetchControl] = "off"
        return fields
    }

    private static func policy(_ kind: Kind, site: String) -> String {
        let shown =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:"
        let runs = kind == .html ? "; script-src 'unsafe-inline' 'unsafe-eval' blob: data:; worker-src 'none'" : ""
        let sandbox = kind == .html ? "sandbox allow-scripts" : "sandbox"
        return "\(sandbox); \(shown)\(runs); connect-src 'none'; form-action 'none'; base-uri 'none'; "
            + "frame-ancestors \(site)"
    }
}

extension HTTPField.Name {
    static let dnsPrefetchControl = constant("X-DNS-Prefetch-Control")
}
