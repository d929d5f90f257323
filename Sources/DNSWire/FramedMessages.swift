/// Cuts a TCP connection's bytes into messages, each after its length in two bytes (RFC 1035 §4.2.2).
public struct FramedMessages: Sendable {
    private var bytes: [UInt8] = []

    public init() {}

    public mutating func receive(_ received: some Collection<UInt8>) { bytes += received }

    /// The next whole message; nil until more has come.
    public mutating func next() -> [UInt8]? {
        guard bytes.count >= 2 else { return nil }
        let end = 2 + (Int(bytes[0]) << 8 | Int(bytes[1]))
        guard bytes.count >= end else { return nil }
        defer { bytes.removeFirst(end) }
        return Array(bytes[2..<end])
    }
}
