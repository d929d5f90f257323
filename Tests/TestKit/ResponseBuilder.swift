package import DNSWire

/// Writes responses as a server does, and wrong ones as no server should.
package struct ResponseBuilder {
    package var bytes: [UInt8]

    /// A header that announces the counts, and the question.
    package init(
        id: UInt16 = 0x1234, flags: UInt16 = 0x8180, question: (name: String, type: RecordType)? = nil,
        answers: UInt16 = 0, authorities: UInt16 = 0, additional: UInt16 = 0
    ) {
        bytes = []
        for value in [id, flags, question == nil ? 0 : 1, answers, authorities, additional] { add(value) }
        guard let question else { return }
        add(name: question.name)
        add(question.type.rawValue)
        add(1)
    }

    package mutating func add(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(value & 0xFF)] }

    package mutating func add(long value: UInt32) {
        add(UInt16(value >> 16))
        add(UInt16(value & 0xFFFF))
    }

    package mutating func add(name: String) { bytes += DNSName(name)?.wire ?? [] }

    package mutating func add(pointer: Int) { add(0xC000 | UInt16(pointer)) }

    /// A record whose name is written, or points to the question's.
    package mutating func record(
        _ type: RecordType, of name: String? = nil, ttl: UInt32 = 300, class: UInt16 = 1, data: [UInt8]
    ) {
        if let name { add(name: name) } else { add(pointer: 12) }
        add(type.rawValue)
        add(`class`)
        add(long: ttl)
        add(UInt16(data.count))
        bytes += data
    }

    package static func wire(_ name: String) -> [UInt8] { DNSName(name)?.wire ?? [] }

    package static func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    /// An SOA with this minimum.
    package static func authority(minimum: UInt32) -> [UInt8] {
        var data = wire("ns.example") + wire("admin.example")
        for value in [1, 2, 3, 4, minimum] as [UInt32] { data += (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }
        return data
    }
}
