import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import WebUI

/// The pages: rendered here, enhanced by the bundle, readable without it.
struct Site: Sendable {
    let gateway: Gateway
    let visitors: Visitors
    let pages: Pages

    init(gateway: Gateway, pages: Pages) {
        self.gateway = gateway
        self.visitors = Visitors(gateway: gateway)
        self.pages = pages
    }

    func register(in router: Router<EdgeContext>) {
        let routes = router.group().add(middleware: PageErrors(site: self))
        routes.get("static/:file", use: file)
        SessionPages(site: self).register(in: routes)
        EmailPages(site: self).register(in: routes)
        SecurityPage(site: self).register(in: routes)
        ProviderPages(site: self).register(in: routes)
        DirectoryPages(site: self).register(in: routes)
        ProviderAdminPages(site: self).register(in: routes)
        InvitationPages(site: self).register(in: routes)
        DevicePages(site: self).register(in: routes)
        let settings = SettingsShell(site: self)
        KeyPages(shell: settings).register(in: routes)
        TrustPages(shell: settings).register(in: routes)
        SignedInPages(shell: settings).register(in: routes)
        let workspaces = WorkspaceShell(shell: settings)
        MemberPages(shell: workspaces).register(in: routes)
        GroupPages(shell: workspaces).register(in: routes)
        RolePages(shell: workspaces).register(in: routes)
        DenialPages(shell: workspaces).register(in: routes)
        AccessPage(shell: workspaces).register(in: routes)
        AccountPages(shell: settings).register(in: routes)
        InstanceGroupPages(shell: settings).register(in: routes)
        EntryPages(shell: settings).register(in: routes)
        MailPages(shell: settings).register(in: routes)
        ProvisioningPages(shell: settings).register(in: routes)
        AuditPage(shell: workspaces).register(in: routes)
        ListPages(site: self).register(in: routes)
        RunsPage(site: self).register(in: routes)
        RunPage(site: self).register(in: routes)
        ContentLinks(gateway: gateway, visitors: visitors).register(in: routes)
    }

    /// `model` holds what the template names besides `title`, `crumbs` and `shell`; `framing` is the other origin of
    /// which the page shows frames and figures.
    func page(
        _ template: String, title: String, crumbs: [Crumb] = [], caller: Caller?, status: HTTPResponse.Status = .ok,
        framing: String? = nil, _ model: [String: Any] = [:]
    ) throws(Failure) -> Response {
        var model = model
        model["title"] = title
        model["crumbs"] = crumbs
        model["shell"] = Shell(
            style: pages.style, early: pages.early, script: pages.script, user: caller.map(Shell.User.init))
        guard let html = pages.render(template, model) else {
            throw Failure(.bug, "This page cannot be shown.", detail: "no template \(template)")
        }
        var fields = Self.fields
        if let framing { fields[.contentSecurityPolicy] = Self.policy(framing: framing) }
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// A form, and what was wrong with what it sent before, as `problem`; with how long to wait, if it is for a while.
    func form(
        _ template: String, title: String, caller: Caller?, problem: Failure?, _ model: [String: Any]
    ) throws(Failure) -> Response {
        var model = model
        model["problem"] = problem?.message
        let status = problem.map(HTTPStatus.status(for:)) ?? .ok
        var response = try page(template, title: title, caller: caller, status: status, model)
        if let wait = problem?.retryAfter { response.headers[.retryAfter] = String(Reply.seconds(wait)) }
        return response
    }

    static func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    @Sendable private func file(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let file = pages.file(try context.part("file")) else {
            throw Failure(.notFound, "There is no such file.")
        }
        let isMarked = try Query(request)["v"] == file.mark
        let headers: HTTPFields = [
            .contentType: file.contentType, .xContentTypeOptions: "nosniff",
            .cacheControl: isMarked ? "public, max-age=31536000, immutable" : "public, max-age=300",
        ]
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }

    /// Scripts and styles only from here, frames of the other origin alone, forms only to here.
    private static func policy(framing: String?) -> String {
        let other = framing.map { " " + $0 } ?? ""
        return "default-src 'self'; img-src 'self' data:\(other); frame-src 'self'\(other); object-src 'none'; "
            + "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    }

    private static let fields: HTTPFields = {
        var fields = Reply.securityFields
        fields[.contentSecurityPolicy] = policy(framing: nil)
        fields[.contentType] = "text/html; charset=utf-8"
        return fields
    }()
}

struct Crumb {
    let text: String
    let href: String
}

/// What every page shows around its content.
struct Shell {
    struct User {
        let name: String
        let csrf: String

        init(_ caller: Caller) {
            name = caller.name
            csrf = caller.csrfToken
        }
    }

    let style: String
    /// Runs before the first paint.
    let early: String
    let script: String
    let user: User?
}

/// A failure on a page is a page; who is not signed in is asked to.
struct PageErrors: RouterMiddleware {
    typealias Context = EdgeContext

    let site: Site

    @concurrent func handle(
        _ request: Request, context: EdgeContext, next: @concurrent (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as Failure {
            if failure.code == .unauthenticated, request.method == .get || request.method == .head {
                return Site.redirect(to: "/login?next=" + Link.escaped(request.uri.string))
            }
            if let path = PageErrors.proofPage(for: failure, request) { return Site.redirect(to: path) }
            if failure.code == .bug { context.logger.error("page failed", metadata: ["failure": "\(failure)"]) }
            let status = HTTPStatus.status(for: failure)
            var response = try site.page(
                "error", title: failure.code == .notFound ? "Not found" : status.reasonPhrase, caller: nil,
                status: status,
                ["message": failure.message, "request": context.requestID])
            if let wait = failure.retryAfter { response.headers[.retryAfter] = String(Reply.seconds(wait)) }
            return response
        }
    }

    /// Where somebody goes who may do this once they have proven more; and then comes back.
    private static func proofPage(for failure: Failure, _ request: Request) -> String? {
        switch failure.reason {
        case "reauth_required":
            // A form that was sent is sent again by hand, from the page it stands on.
            let referrer = request.headers[.referer].flatMap { URLComponents(string: $0) }
            let page = Link.query(referrer?.percentEncodedPath ?? "/", [])
            let back = request.method == .get ? request.uri.string : page
            return "/reauthenticate?next=" + Link.escaped(Link.local(back))
        case "second_factor_required": return request.method == .get ? "/settings/security" : nil
        default: return nil
        }
    }
}
