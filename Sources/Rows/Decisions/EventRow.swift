package import Base
package import Model

/// A row of a message's events as it is written; its number is given by the engine, and what it is for is known from
/// the decision that it stands in.
package struct EventRow: Sendable, Equatable {
    /// Which events it stands for (`EventRecord.kinds`).
    package var code: Int64
    /// Its place among the message's recipients; nil for an event of the message.
    package var recipient: Int?
    package var at: Instant
    /// The attempt's result, or the new time, encoded; nil for events that need none.
    package var detail: [UInt8]?

    package init(code: Int64, recipient: Int?, at: Instant, detail: [UInt8]? = nil) {
        self.code = code
        self.recipient = recipient
        self.at = at
        self.detail = detail
    }

    package init(_ kind: MailEvent.Kind, recipient: Int?, at: Instant, detail: [UInt8]? = nil) {
        self.init(code: Int64(kind.rawValue), recipient: recipient, at: at, detail: detail)
    }
}
