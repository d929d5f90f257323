/// One record of a message (RFC 1035 §3.2.1), of the Internet's class.
public struct ResourceRecord: Hashable, Sendable {
    public var name: DNSName
    public var type: RecordType
    /// How long it may be kept, in seconds.
    public var ttlSeconds: UInt32
    public var data: RecordData

    public init(name: DNSName, type: RecordType, ttlSeconds: UInt32, data: RecordData) {
        self.name = name
        self.type = type
        self.ttlSeconds = ttlSeconds
        self.data = data
    }
}
