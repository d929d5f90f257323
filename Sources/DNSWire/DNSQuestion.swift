/// What is asked: which records of a name (RFC 1035 §4.1.2), in the Internet's class.
public struct DNSQuestion: Hashable, Sendable {
    public var name: DNSName
    public var type: RecordType

    public init(_ name: DNSName, _ type: RecordType) {
        self.name = name
        self.type = type
    }

    /// RFC 1035 §3.2.4
    static let internetClass: UInt16 = 1
}
