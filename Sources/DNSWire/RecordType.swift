/// The type of a resource record, or of what a question asks for (RFC 1035 §3.2.2).
public struct RecordType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let a = RecordType(rawValue: 1)
    public static let ns = RecordType(rawValue: 2)
    public static let cname = RecordType(rawValue: 5)
    public static let soa = RecordType(rawValue: 6)
    public static let ptr = RecordType(rawValue: 12)
    public static let mx = RecordType(rawValue: 15)
    public static let txt = RecordType(rawValue: 16)
    /// RFC 3596 §2.1
    public static let aaaa = RecordType(rawValue: 28)
    /// RFC 6891 §6.1.1: not a record, but what EDNS says of the message.
    static let opt = RecordType(rawValue: 41)
}
