public import Base
public import Model
import Ports

/// The stored form of an attempt's result, in an event's `detail`.
public enum EventRecord {
    private static let version = 1
    /// With what was said behind the rest.
    private static let versionWithDialogue = 2

    // Several events in one row: it has the last one's number, and `EventNumbers` those of the others. Each row less is
    // two pages less to touch.

    /// `transmitted` and `delivered`: what nearly every delivery ends with, since the next hop's word counts for both.
    public static let handedOver: Int64 = 100
    /// The same with `accepted` before: the whole life of a message that was delivered when it was accepted.
    public static let acceptedAndHandedOver: Int64 = 101

    /// The events that a row stands for, in order. The first is the message's, where it is `accepted`; the others are
    /// of the row's recipient and have its detail.
    public static func kinds(_ code: Int64) -> [MailEvent.Kind] {
        switch code {
        case handedOver: [.transmitted, .delivered]
        case acceptedAndHandedOver: [.accepted, .transmitted, .delivered]
        default: [MailEvent.Kind(rawValue: UInt8(truncatingIfNeeded: code)) ?? .failed]
        }
    }

    /// Of a delivery that is simulated as delivered: always the same.
    public static let capturedDetail: [UInt8] = {
        guard case .accepted(let result) = SimulatedOutcome.delivered.attempt(after: 0) else { return [] }
        return detail(result)
    }()

    /// An attempt's result, with what was said where that is known.
    public static func detail(_ result: AttemptResult) -> [UInt8] {
        var writer = RecordWriter(reserving: 96 + (result.dialogue?.text.utf8.count ?? 0))
        writer.integer(result.dialogue == nil ? version : versionWithDialogue)
        writer.integer(Int(result.classification.rawValue))
        writer.integer(result.code)
        writer.optionalText(result.enhancedStatus)
        writer.text(result.text.text)
        writer.optionalText(result.host)
        writer.blob(result.contentDigest ?? [])
        if let dialogue = result.dialogue { writer.text(dialogue.text) }
        return writer.bytes
    }

    /// The new time, of a `rescheduled` event.
    public static func detail(due: Instant) -> [UInt8] {
        var writer = RecordWriter(reserving: 16)
        writer.integer(version)
        writer.integer(Int(due.nanoseconds))
        return writer.bytes
    }

    /// The time that `detail(due:)` wrote.
    public static func due(_ detail: [UInt8]) throws(RecordError) -> Instant {
        var reader = RecordReader(detail)
        guard try reader.integer() == version else { throw RecordError() }
        return Instant(nanoseconds: Int64(try reader.integer()))
    }

    /// The result that `detail(_:)` wrote, by this version or an earlier one.
    public static func result(_ detail: [UInt8]) throws(RecordError) -> AttemptResult {
        var reader = RecordReader(detail)
        let written = try reader.integer()
        guard written == version || written == versionWithDialogue,
            let classification = AttemptResult.Class(rawValue: UInt8(truncatingIfNeeded: try reader.integer()))
        else { throw RecordError() }
        let code = try reader.integer()
        let enhancedStatus = try reader.optionalText()
        let text = UserData(try reader.text())
        let host = try reader.optionalText()
        let digest = try reader.blob()
        let dialogue = written == versionWithDialogue ? UserData(try reader.text()) : nil
        return AttemptResult(
            classification: classification, code: code, enhancedStatus: enhancedStatus, text: text, host: host,
            contentDigest: digest.isEmpty ? nil : digest, dialogue: dialogue)
    }
}
