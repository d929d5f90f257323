import Base
import Model

/// The stored form of an attempt policy. Equal policies have equal bytes.
enum PolicyRecord {
    private static let version = 1

    static func bytes(_ policy: AttemptPolicy) -> [UInt8] {
        var writer = RecordWriter(reserving: 64)
        writer.integer(version)
        writer.list(policy.fatal) { writer, range in
            writer.integer(range.lowerBound)
            writer.integer(range.upperBound)
        }
        writer.list(policy.delays) { $0.integer(Int($1.nanoseconds)) }
        switch policy.jitter {
        case .none: writer.integer(0)
        case .full: writer.integer(1)
        case .proportional(let percent):
            writer.integer(2)
            writer.integer(percent)
        }
        switch policy.retryAfter {
        case .ignored: writer.integer(0)
        case .replaces(let cap):
            writer.integer(1)
            writer.integer(Int(cap.nanoseconds))
        case .floor(let cap):
            writer.integer(2)
            writer.integer(Int(cap.nanoseconds))
        }
        writer.integer(Int(policy.timeout.nanoseconds))
        return writer.bytes
    }

    static func policy(_ bytes: [UInt8]) throws(RecordError) -> AttemptPolicy {
        var reader = RecordReader(bytes)
        guard try reader.integer() == version else { throw RecordError() }
        let fatal = try reader.list { reader throws(RecordError) in
            let (lower, upper) = (try reader.integer(), try reader.integer())
            guard lower <= upper else { throw RecordError() }
            return lower...upper
        }
        let delays = try reader.list { reader throws(RecordError) in try duration(&reader) }
        let jitter: AttemptPolicy.Jitter
        switch try reader.integer() {
        case 0: jitter = .none
        case 1: jitter = .full
        case 2: jitter = .proportional(percent: try reader.integer())
        default: throw RecordError()
        }
        let retryAfter: AttemptPolicy.RetryAfter
        switch try reader.integer() {
        case 0: retryAfter = .ignored
        case 1: retryAfter = .replaces(cap: try duration(&reader))
        case 2: retryAfter = .floor(cap: try duration(&reader))
        default: throw RecordError()
        }
        return AttemptPolicy(
            fatal: fatal, delays: delays, jitter: jitter, retryAfter: retryAfter, timeout: try duration(&reader))
    }

    private static func duration(_ reader: inout RecordReader) throws(RecordError) -> Duration {
        .nanoseconds(try reader.integer())
    }
}
