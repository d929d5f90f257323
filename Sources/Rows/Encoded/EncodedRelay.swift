import Base
package import Model
package import Ports

/// A relay as a row, encoded on the caller's thread.
package struct EncodedRelay: Sendable {
    package let account: Account.ID
    package let origin: PersonalityID
    /// Nanoseconds since 1970.
    package let at: Int64
    /// The origin of its target, which is its lane.
    package let target: String
    /// As `RelayRecord` writes it.
    package var head: [UInt8]
    package var body: [UInt8]
    /// The file that holds the body instead.
    package var contentName: String?
    /// The file's size in bytes.
    package var contentBytes = 0

    package init(_ relay: NewRelay) {
        account = relay.account
        origin = relay.origin
        at = relay.at.nanoseconds
        target = relay.request.target.origin
        head = RelayRecord.head(of: relay.request)
        body = relay.body
    }
}
