import Base

/// A user name and password for AUTH. Never shown by interpolation or in a dump of what holds it.
public struct Credentials: Hashable, Sendable {
    private let user: [UInt8]
    private let password: [UInt8]

    /// Nil where a part is empty, holds NUL (RFC 4616 §2 separates by it) or exceeds
    /// `SMTPLimits.credentialOctetsMax`.
    public init?(user: String, password: String) {
        self.user = Array(user.utf8)
        self.password = Array(password.utf8)
        let fits = [self.user, self.password].allSatisfy {
            (1...SMTPLimits.credentialOctetsMax).contains($0.count) && !$0.contains(ASCII.nul)
        }
        guard fits else { return nil }
    }

    /// What the client says in this mechanism, turn by turn, in base64 (RFC 4954 §4).
    func responses(_ mechanism: SASLMechanism) -> [[UInt8]] {
        switch mechanism {
        // RFC 4616 §2: no authorization identity, NUL, user, NUL, password.
        case .plain: [Base64.encode([ASCII.nul] + user + [ASCII.nul] + password)]
        case .login: [Base64.encode(user), Base64.encode(password)]
        }
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(credentials)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
