import Base
import Crypto
import HTTPServer
import HTTPWire
import Posix

/// Who sees the admin pages. Everybody else is told why not, and nothing else.
///
/// A page in a browser that reads them under a name of its own (DNS rebinding) is known by its Host, one that calls
/// from elsewhere by its Origin; people and programs by the token, but for this machine's own in the local profile.
/// Health, readiness and figures are for anybody, as far as the configuration opens them: they hold nobody's mail.
struct AdminGuard: Sendable {
    private let access: Configuration.AdminAccess
    private let names: Set<String>
    private let publicOrigin: String?
    /// nil: nobody is asked for it.
    private let token: [UInt8]?

    init(_ configuration: Configuration, token: [UInt8]?) {
        access = configuration.adminAccess
        let publicURL = access.publicURL.flatMap { WebURL($0) }
        names = Set(["localhost", publicURL?.host].compactMap { $0 })
        publicOrigin = access.publicURL.map { url in
            let scheme = url.prefix { $0 != ":" }
            let authority = url.dropFirst(scheme.count + "://".count).prefix { $0 != "/" }
            return "\(scheme)://\(authority)".asciiLowercased
        }
        self.token = token
    }

    /// nil: let in. `page`: the first segment of the path.
    func refusal(of head: RequestHead, page: String) -> Response? {
        if let open = Configuration.AdminAccess.Page(rawValue: page), access.open.contains(open) { return nil }
        let authority = String(decoding: head.authority, as: UTF8.self).asciiLowercased
        guard isOurs(authority) else {
            return AdminPage.error(.misdirectedRequest, "this host is not served here; see admin.publicURL")
        }
        if let origin = head.value(of: "Origin")?.asciiLowercased, origin != "http://\(authority)",
            origin != publicOrigin
        {
            return AdminPage.error(.forbidden, "pages from elsewhere are not served here")
        }
        guard let token else { return nil }
        let given = head.singleBytes(of: .authorization).map(Array.init) ?? []
        if ConstantTime.equal(Array("Bearer ".utf8) + token, given) { return nil }
        var response = AdminPage.error(.unauthorized, "the token is in the file that admin.tokenFile names")
        response.head.fields.append(ResponseField("WWW-Authenticate", "Bearer"))
        return response
    }

    /// An address is no name that somebody could have had changed.
    private func isOurs(_ authority: String) -> Bool {
        if authority.hasPrefix("[") { return true }
        let host = String(authority.prefix { $0 != ":" })
        return IPAddress(host) != nil || names.contains(host)
    }
}

/// The secret that the admin pages ask for, in a file of its own that is made where it is missing.
enum AdminToken {
    /// nil where nobody is asked: on a loopback address in the local profile.
    static func read(_ configuration: Configuration, random: any RandomSource) throws(StartError) -> [UInt8]? {
        guard let listen = configuration.admin else { return nil }
        if case .ip(let address, _) = listen, address.isLoopback, configuration.isLocalProfile { return nil }
        let path = configuration.adminAccess.tokenFile ?? configuration.keyFile + ".admin"
        do {
            if !Files.exists(path) {
                try Files.makeFolder(Files.parent(of: path))
                let text = Hex.encode(random.bytes(tokenBytes)) + "\n"
                try Files.createDurably(path, mode: 0o600, content: Array(text.utf8))
            }
            let text = try Files.read(path, limitBytes: RuntimeLimits.secretFileBytes)
            let token = Array(text.prefix { ASCII.isVisible($0) })
            guard token.count >= tokenBytes else {
                throw StartError.configuration("admin.tokenFile \(path): its first line has less than 24 characters")
            }
            return token
        } catch let error as StartError {
            throw error
        } catch {
            throw .configuration("admin.tokenFile \(path): \(error)")
        }
    }

    /// Of a token that is made; and the characters that one must have.
    private static let tokenBytes = 24
}
