/// One record of a message (RFC 1035 §3.2.1), of the Internet's class.
package struct ResourceRecord: Hashable, Sendable {
    package var name: DNSName
    package var type: RecordType
    /// How long it may be kept, in seconds.
    package var ttlSeconds: UInt32
    package var data: RecordData

    package init(name: DNSName, type: RecordType, ttlSeconds: UInt32, data: RecordData) {
        self.name = name
        self.type = type
        self.ttlSeconds = ttlSeconds
        self.data = data
    }
}
