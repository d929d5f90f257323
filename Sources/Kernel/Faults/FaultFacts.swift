public import Base
public import Model

/// What a failure that was asked for says of the request that met it.
public struct FaultFacts: Sendable {
    public var method: String
    public var path: String
    public var now: Instant
    public var address: IPAddress?
    public var requirement: Requirement
    /// nil before the key is known.
    public var key: AccessKey?

    public init(
        method: String, path: String, now: Instant, address: IPAddress? = nil,
        requirement: Requirement = Requirement(anyOf: []), key: AccessKey? = nil
    ) {
        self.method = method
        self.path = path
        self.now = now
        self.address = address
        self.requirement = requirement
        self.key = key
    }
}
