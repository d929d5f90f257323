public import Base
public import Model

/// A row of a message's events as it is written; its number is given by the engine, and what it is for is known from
/// the decision that it stands in.
public struct EventRow: Sendable, Equatable {
    /// Which events it stands for (`EventRecord.kinds`).
    public var code: Int64
    /// Its place among the message's recipients; nil for an event of the message.
    public var recipient: Int?
    public var at: Instant
    /// The attempt's result, or the new time, encoded; nil for events that need none.
    public var detail: [UInt8]?

    public init(code: Int64, recipient: Int?, at: Instant, detail: [UInt8]? = nil) {
        self.code = code
        self.recipient = recipient
        self.at = at
        self.detail = detail
    }

    public init(_ kind: MailEvent.Kind, recipient: Int?, at: Instant, detail: [UInt8]? = nil) {
        self.init(code: Int64(kind.rawValue), recipient: recipient, at: at, detail: detail)
    }
}
