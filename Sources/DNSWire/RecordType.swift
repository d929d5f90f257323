/// The type of a resource record, or of what a question asks for (RFC 1035 §3.2.2).
package struct RecordType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let a = RecordType(rawValue: 1)
    package static let ns = RecordType(rawValue: 2)
    package static let cname = RecordType(rawValue: 5)
    package static let soa = RecordType(rawValue: 6)
    package static let ptr = RecordType(rawValue: 12)
    package static let mx = RecordType(rawValue: 15)
    package static let txt = RecordType(rawValue: 16)
    /// RFC 3596 §2.1
    package static let aaaa = RecordType(rawValue: 28)
    /// RFC 6891 §6.1.1: not a record, but what EDNS says of the message.
    static let opt = RecordType(rawValue: 41)
}
