import Base

/// Reads a DNS message from left to right; every length is checked before it is used.
struct MessageReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws(DNSMessageError) -> UInt8 {
        guard position < bytes.count else { throw .cut }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func uint16() throws(DNSMessageError) -> UInt16 { UInt16(try byte()) << 8 | UInt16(try byte()) }

    mutating func uint32() throws(DNSMessageError) -> UInt32 { UInt32(try uint16()) << 16 | UInt32(try uint16()) }

    mutating func take(_ count: Int) throws(DNSMessageError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw .cut }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// A name, following pointers (RFC 1035 §4.1.4). Each pointer must point before the labels that it ends, so that
    /// a chain of them comes to an end.
    mutating func name() throws(DNSMessageError) -> DNSName {
        var wire: [UInt8] = []
        var start = position
        var next = position
        var end: Int?
        while true {
            guard next < bytes.count else { throw .cut }
            let length = Int(bytes[next])
            switch length >> 6 {
            case 0:
                guard next + 1 + length <= bytes.count else { throw .cut }
                wire.append(UInt8(length))
                wire.append(contentsOf: bytes[next + 1..<next + 1 + length].lazy.map(ASCII.lowercased))
                next += 1 + length
                guard wire.count + (length == 0 ? 0 : 1) <= DNSLimits.nameBytesMax else { throw .name }
                if length == 0 {
                    position = end ?? next
                    return DNSName(wire: wire)
                }
            case 3:
                guard next + 1 < bytes.count else { throw .cut }
                let target = (length & 0x3F) << 8 | Int(bytes[next + 1])
                guard target < start else { throw .name }
                end = end ?? next + 2
                start = target
                next = target
            // RFC 6891 §5: the other kinds of label are not in use.
            default: throw .name
            }
        }
    }
}
