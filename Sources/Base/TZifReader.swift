/// Reads a TZif file (RFC 9636 §3). Every count is checked against the bytes that are there.
struct TZifReader {
    /// What a file says of a zone.
    struct Table {
        var changes: [Int64] = []
        var offsets: [Int] = []
        var initialOffset = 0
        var rule: TimeZoneRule?
    }

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(_ bytes: [UInt8]) -> Table? {
        var reader = TZifReader(bytes)
        guard let first = reader.header() else { return nil }
        if first.version == 0 { return reader.table(first, timeBytes: 4) }
        // RFC 9636 §3: readers of version 2 and above skip the first block, whose times have 32 bits.
        guard reader.skip(first.blockBytes(timeBytes: 4)), let second = reader.header(),
            var table = reader.table(second, timeBytes: 8), let footer = reader.footer()
        else { return nil }
        if footer.isEmpty { return table }
        guard let rule = TimeZoneRule(footer) else { return nil }
        table.rule = rule
        return table
    }

    // MARK: Pieces

    /// RFC 9636 §3.1.
    private struct Header {
        var version: UInt8
        var utIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var changes: Int
        var types: Int
        var nameBytes: Int

        func blockBytes(timeBytes: Int) -> Int {
            changes * (timeBytes + 1) + types * 6 + rest(timeBytes: timeBytes)
        }

        /// What stands behind the types and is not read.
        func rest(timeBytes: Int) -> Int {
            nameBytes + leapSeconds * (timeBytes + 4) + standardIndicators + utIndicators
        }
    }

    private mutating func header() -> Header? {
        guard bytes.count - position >= Self.headerBytes,
            bytes[position..<position + 4].elementsEqual("TZif".utf8)
        else { return nil }
        let version = bytes[position + 4]
        position += 20
        let counts = (0..<6).map { _ in Int(integer(4)) }
        guard counts.allSatisfy({ (0...bytes.count).contains($0) }), counts[4] > 0 else { return nil }
        return Header(
            version: version, utIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2],
            changes: counts[3], types: counts[4], nameBytes: counts[5])
    }

    private static let headerBytes = 44

    private mutating func skip(_ count: Int) -> Bool {
        guard count <= bytes.count - position else { return false }
        position += count
        return true
    }

    /// RFC 9636 §3.2.
    private mutating func table(_ header: Header, timeBytes: Int) -> Table? {
        guard header.blockBytes(timeBytes: timeBytes) <= bytes.count - position else { return nil }
        var table = Table()
        for _ in 0..<header.changes { table.changes.append(integer(timeBytes)) }
        let types = (0..<header.changes).map { _ in Int(byte()) }
        let offsets = (0..<header.types).map { _ in
            let offset = Int(integer(4))
            position += 2
            return offset
        }
        position += header.rest(timeBytes: timeBytes)
        guard types.allSatisfy({ $0 < offsets.count }), zip(table.changes, table.changes.dropFirst()).allSatisfy(<)
        else { return nil }
        table.offsets = types.map { offsets[$0] }
        // RFC 9636 §3.2: before the first change the first type holds.
        table.initialOffset = offsets[0]
        return table
    }

    /// RFC 9636 §3.3: a rule between two line ends; empty: there is none.
    private mutating func footer() -> String? {
        guard position < bytes.count, bytes[position] == ASCII.lineFeed,
            let end = bytes[(position + 1)...].firstIndex(of: ASCII.lineFeed)
        else { return nil }
        return String(decoding: bytes[position + 1..<end], as: UTF8.self)
    }

    // MARK: Numbers, of which the caller knows that they are there

    private mutating func byte() -> UInt8 {
        position += 1
        return bytes[position - 1]
    }

    /// Big-endian, two's complement.
    private mutating func integer(_ count: Int) -> Int64 {
        var value = Int64(Int8(bitPattern: byte()))
        for _ in 1..<count { value = value << 8 | Int64(byte()) }
        return value
    }
}
