import Base
public import Model

/// The stored form of a retry policy. Durations are nanoseconds.
public enum RetryPolicyRecord {
    private static let version = 1

    /// A policy as bytes; equal policies have equal ones.
    public static func record(_ policy: RetryPolicy) -> [UInt8] {
        var writer = RecordWriter(reserving: 64)
        writer.integer(version)
        writer.integer(policy.attempts)
        writer.duration(policy.lifetime)
        switch policy.delays {
        case .constant(let wait):
            writer.integer(0)
            writer.duration(wait)
        case .exponential(let first, let factor, let cap):
            writer.integer(1)
            writer.duration(first)
            writer.integer(factor)
            writer.duration(cap)
        case .power(let unit, let exponent, let cap):
            writer.integer(2)
            writer.duration(unit)
            writer.integer(exponent)
            writer.duration(cap)
        case .listed(let waits):
            writer.integer(3)
            writer.list(waits) { $0.duration($1) }
        }
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
            writer.duration(cap)
        case .floor(let cap):
            writer.integer(2)
            writer.duration(cap)
        }
        return writer.bytes
    }

    /// The policy that `record` wrote.
    public static func policy(_ record: [UInt8]) throws(RecordError) -> RetryPolicy {
        var reader = RecordReader(record)
        guard try reader.integer() == version else { throw RecordError() }
        let attempts = try reader.integer()
        let lifetime = try reader.duration()
        return RetryPolicy(
            delays: try delays(&reader), attempts: attempts, jitter: try jitter(&reader),
            retryAfter: try retryAfter(&reader), lifetime: lifetime)
    }

    private static func delays(_ reader: inout RecordReader) throws(RecordError) -> RetryPolicy.Delays {
        switch try reader.integer() {
        case 0: .constant(try reader.duration())
        case 1:
            .exponential(first: try reader.duration(), factor: try reader.integer(), cap: try reader.duration())
        case 2: .power(unit: try reader.duration(), exponent: try reader.integer(), cap: try reader.duration())
        case 3: .listed(try reader.list { reader throws(RecordError) in try reader.duration() })
        default: throw RecordError()
        }
    }

    private static func jitter(_ reader: inout RecordReader) throws(RecordError) -> RetryPolicy.Jitter {
        switch try reader.integer() {
        case 0: .none
        case 1: .full
        case 2: .proportional(percent: try reader.integer())
        default: throw RecordError()
        }
    }

    private static func retryAfter(_ reader: inout RecordReader) throws(RecordError) -> RetryPolicy.RetryAfter {
        switch try reader.integer() {
        case 0: .ignored
        case 1: .replaces(cap: try reader.duration())
        case 2: .floor(cap: try reader.duration())
        default: throw RecordError()
        }
    }
}

extension RecordWriter {
    fileprivate mutating func duration(_ duration: Duration) { integer(Int(duration.nanoseconds)) }
}

extension RecordReader {
    fileprivate mutating func duration() throws(RecordError) -> Duration { .nanoseconds(Int64(try integer())) }
}
