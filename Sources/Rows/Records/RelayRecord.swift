import Base
public import Model
import Ports

/// The stored form of a relay's head. It begins with a version byte, and is encoded on the shard.
///
/// The policy stands in it, and not in a table under a number as those of configured schedules do: callers choose its
/// numbers, so there is no telling how many different ones there will be.
public enum RelayRecord {
    private static let version = 1

    /// All of a request but its body.
    public static func head(of request: RelayRequest) -> [UInt8] {
        var writer = RecordWriter(reserving: 256)
        writer.integer(version)
        writer.text(request.method)
        writer.text(request.target.text)
        writer.list(request.fields) { writer, field in
            writer.text(field.name)
            writer.text(field.value)
        }
        writer.integer(request.isSigned ? 1 : 0)
        writer.optionalText(request.idempotencyKey)
        writer.integer(request.metadata == nil ? 0 : 1)
        if let metadata = request.metadata { writer.blob(metadata) }
        writer.blob(RetryPolicyRecord.record(request.policy.retries))
        writer.integer(Int(request.policy.timeout.nanoseconds))
        writer.list(request.policy.fatal) { writer, range in
            writer.integer(range.lowerBound)
            writer.integer(range.upperBound)
        }
        return writer.bytes
    }

    /// The request that `head(of:)` wrote, without its body.
    public static func request(head: [UInt8]) throws(RecordError) -> RelayRequest {
        var reader = RecordReader(head)
        guard try reader.integer() == version else { throw RecordError() }
        let method = try reader.text()
        guard let target = WebURL(try reader.text()) else { throw RecordError() }
        let fields = try reader.list { reader throws(RecordError) in
            RelayRequest.Field(try reader.text(), try reader.text())
        }
        let isSigned = try reader.integer() == 1
        let key = try reader.optionalText()
        let metadata = try reader.integer() == 1 ? try reader.blob() : nil
        let retries = try RetryPolicyRecord.policy(try reader.blob())
        let timeout = Duration.nanoseconds(Int64(try reader.integer()))
        let fatal = try reader.list { reader throws(RecordError) in
            let (lower, upper) = (try reader.integer(), try reader.integer())
            guard lower <= upper else { throw RecordError() }
            return lower...upper
        }
        return RelayRequest(
            method: method, target: target, fields: fields, isSigned: isSigned, idempotencyKey: key,
            metadata: metadata, policy: AttemptPolicy(fatal: fatal, retries: retries, timeout: timeout))
    }
}
