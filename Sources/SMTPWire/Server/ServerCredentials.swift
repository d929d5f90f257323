/// What a client gave in AUTH. Never shown by interpolation or in a dump of what holds it.
public struct ServerCredentials: Equatable, Sendable {
    public let mechanism: SASLMechanism
    /// The authentication identity.
    public let user: [UInt8]
    public let password: [UInt8]
    /// They were refused just before on the same connection.
    public internal(set) var isRepeated = false

    public init(mechanism: SASLMechanism, user: [UInt8], password: [UInt8]) {
        self.mechanism = mechanism
        self.user = user
        self.password = password
    }

    /// Tells them from others within one process, whatever the mechanism.
    var fingerprint: Int {
        var hasher = Hasher()
        hasher.combine(user)
        hasher.combine(password)
        return hasher.finalize()
    }

    /// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`. Nil where it is not that, or asks to act for somebody else:
    /// there are no identities here that could stand for another.
    init?(plain message: [UInt8]) {
        let parts = message.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty || parts[0].elementsEqual(parts[1]), !parts[2].isEmpty else {
            return nil
        }
        self.init(mechanism: .plain, user: Array(parts[1]), password: Array(parts[2]))
    }
}

extension ServerCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(credentials)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
