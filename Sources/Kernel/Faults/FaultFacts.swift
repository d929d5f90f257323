package import Base
package import Model

/// What a failure that was asked for says of the request that met it.
package struct FaultFacts: Sendable {
    package var method: String
    package var path: String
    package var now: Instant
    package var address: IPAddress?
    package var requirement: Requirement
    /// nil before the key is known.
    package var key: AccessKey?

    package init(
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
