import Base
public import Model
public import Ports

/// A relay as a row, encoded on the caller's thread.
public struct EncodedRelay: Sendable {
    public let account: Account.ID
    public let origin: PersonalityID
    /// Nanoseconds since 1970.
    public let at: Int64
    /// The origin of its target, which is its lane.
    public let target: String
    /// As `RelayRecord` writes it.
    public var head: [UInt8]
    public var body: [UInt8]
    /// The file that holds the body instead.
    public var contentName: String?
    /// The file's size in bytes.
    public var contentBytes = 0

    public init(_ relay: NewRelay) {
        account = relay.account
        origin = relay.origin
        at = relay.at.nanoseconds
        target = relay.request.target.origin
        head = RelayRecord.head(of: relay.request)
        body = relay.body
    }
}
