import Base
import Model

/// The stored form of an attempt's result, in an event's `detail`.
enum EventRecord {
    private static let version = 1

    /// `transmitted` and `delivered` in one row: what nearly every delivery ends with, since the next hop's word counts
    /// for both. It has the later one's number; the one before it is the earlier's. Halves what a delivery writes.
    static let handedOver: Int64 = 100

    static func detail(_ result: AttemptResult) -> [UInt8] {
        var writer = RecordWriter(reserving: 96)
        writer.integer(version)
        writer.integer(Int(result.classification.rawValue))
        writer.integer(result.code)
        writer.optionalText(result.enhancedStatus)
        writer.text(result.text.text)
        writer.optionalText(result.host)
        writer.blob(result.contentDigest ?? [])
        return writer.bytes
    }

    /// The new time, of a `rescheduled` event.
    static func detail(due: Instant) -> [UInt8] {
        var writer = RecordWriter(reserving: 16)
        writer.integer(version)
        writer.integer(Int(due.nanoseconds))
        return writer.bytes
    }

    static func due(_ detail: [UInt8]) throws(RecordError) -> Instant {
        var reader = RecordReader(detail)
        guard try reader.integer() == version else { throw RecordError() }
        return Instant(nanoseconds: Int64(try reader.integer()))
    }

    static func result(_ detail: [UInt8]) throws(RecordError) -> AttemptResult {
        var reader = RecordReader(detail)
        guard try reader.integer() == version,
            let classification = AttemptResult.Class(rawValue: UInt8(truncatingIfNeeded: try reader.integer()))
        else { throw RecordError() }
        let code = try reader.integer()
        let enhancedStatus = try reader.optionalText()
        let text = UserData(try reader.text())
        let host = try reader.optionalText()
        let digest = try reader.blob()
        return AttemptResult(
            classification: classification, code: code, enhancedStatus: enhancedStatus, text: text, host: host,
            contentDigest: digest.isEmpty ? nil : digest)
    }
}
