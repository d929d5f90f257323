public import Base
public import Model

/// The ids of one kind of row, as the dialect writes them (`Personality.ids`). Any thread.
public struct IDCodec<Subject>: Sendable {
    let writer: IDWriter

    init(_ writer: IDWriter) { self.writer = writer }

    /// The id of a row, which has been given its number.
    public func text(_ id: Serial<Subject>) -> String { writer.text(UInt64(id.value)) }

    /// The row that a text names, which need not exist, nor be the caller's; nil for a text of another form.
    public func id(in text: String) -> Serial<Subject>? {
        writer.number(in: text).flatMap { Int64(exactly: $0) }.map(Serial.init)
    }

    /// Whether a text could be an id, whether or not it was ever given out.
    public func hasForm(_ text: String) -> Bool { writer.hasForm(text) }

    /// The row that a text names; number 0, which no row has, for one of the form that was never given out; nil for a
    /// text of another form.
    package func named(by text: String) -> Serial<Subject>? { id(in: text) ?? (hasForm(text) ? Serial(0) : nil) }
}

/// The ids of single recipients of messages. Any thread.
public struct DeliveryIDCodec: Sendable {
    private let writer: IDWriter

    init(_ writer: IDWriter) { self.writer = writer }

    /// The id of the recipient at a place of the message. `at`: when the message was made.
    public func text(_ message: Message.ID, recipient: Int, at: Instant) -> String {
        writer.text(RecipientNumber(message, recipient).value, milliseconds: at.milliseconds)
    }

    /// Whether a text could be an id, whether or not it was ever given out.
    public func hasForm(_ text: String) -> Bool { writer.hasForm(text) }

    /// What a text says that it names; nil for a text of another form. Whether it is so, the message has to say
    /// (`MailDesk.delivery`).
    public func claim(in text: String) -> DeliveryClaim? {
        guard let number = writer.number(in: text) else { return nil }
        let recipient = RecipientNumber(value: number)
        return DeliveryClaim(
            message: recipient.message, recipient: recipient.place, milliseconds: writer.milliseconds(in: text))
    }
}

/// A recipient that an id names, as far as the id itself can tell.
public struct DeliveryClaim: Sendable, Equatable {
    public let message: Message.ID
    /// Its place among the message's recipients.
    public let recipient: Int
    /// Since 1970, where it stands in the id.
    let milliseconds: Int64?

    /// Whether it is one of this message's recipients.
    public func isRight(of message: Message) -> Bool {
        message.id == self.message && message.recipients.indices.contains(recipient)
            && (milliseconds ?? message.createdAt.milliseconds) == message.createdAt.milliseconds
    }
}

/// Message and recipient as one number of 63 bits, as the queue numbers deliveries.
private struct RecipientNumber {
    private static let placeBits: UInt64 = 10
    private static let placeMask: UInt64 = 1 << placeBits - 1

    let value: UInt64

    init(value: UInt64) { self.value = value }

    init(_ message: Message.ID, _ place: Int) {
        precondition((0...Int(Self.placeMask)).contains(place))
        value = UInt64(message.value) << Self.placeBits | UInt64(place)
    }

    var message: Message.ID { Message.ID(Int64(truncatingIfNeeded: value >> Self.placeBits)) }
    var place: Int { Int(value & Self.placeMask) }
}

extension Instant {
    /// Since 1970; earlier times, which no row has, are negative.
    fileprivate var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
