/// Which of a segment's messages something is true of, by their places in it.
struct ListBitmap: Sendable, Equatable {
    /// Messages of a segment at most; places fill two bytes.
    static let places = StorageLimits.messagesPerListSegment
    private static let wordBits = 64
    /// With so many places or more a list of them on disk is no shorter than the bits.
    private static let listedEnd = places / 16

    private var words: [UInt64]

    init() { words = Array(repeating: 0, count: Self.places / Self.wordBits) }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ place: Int) -> Bool { words[place >> 6] & (1 << UInt64(place & 63)) != 0 }

    mutating func insert(_ place: Int) { words[place >> 6] |= 1 << UInt64(place & 63) }

    mutating func remove(_ place: Int) { words[place >> 6] &= ~(1 << UInt64(place & 63)) }

    mutating func formUnion(_ other: ListBitmap) { for index in words.indices { words[index] |= other.words[index] } }

    mutating func formIntersection(_ other: ListBitmap) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    mutating func subtract(_ other: ListBitmap) { for index in words.indices { words[index] &= ~other.words[index] } }

    /// Keeps the places of a range alone.
    mutating func limit(to range: Range<Int>) {
        for index in words.indices {
            let first = index * Self.wordBits
            let low = min(max(range.lowerBound - first, 0), Self.wordBits)
            let high = min(max(range.upperBound - first, 0), Self.wordBits)
            guard low > 0 || high < Self.wordBits else { continue }
            words[index] &= low < high ? (~0 << UInt64(low)) & (~0 >> UInt64(Self.wordBits - high)) : 0
        }
    }

    /// The places in it, in order.
    var all: [Int] {
        var found: [Int] = []
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                found.append(index * Self.wordBits + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return found
    }

    // MARK: On disk

    /// The places as two bytes each where they are few, the bits where they are many; least byte first.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        if count < Self.listedEnd {
            for place in all { bytes += [UInt8(truncatingIfNeeded: place), UInt8(truncatingIfNeeded: place >> 8)] }
        } else {
            bytes.reserveCapacity(Self.places / 8)
            for word in words {
                for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
            }
        }
        return bytes
    }

    /// A length that neither form has is damage: nothing is true then, and the caller rebuilds.
    init?(_ bytes: [UInt8]) {
        self.init()
        if bytes.count == Self.places / 8 {
            for (index, byte) in bytes.enumerated() { words[index >> 3] |= UInt64(byte) << (UInt64(index & 7) * 8) }
            return
        }
        guard bytes.count < 2 * Self.listedEnd, bytes.count.isMultiple(of: 2) else { return nil }
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let place = Int(bytes[index]) | Int(bytes[index + 1]) << 8
            guard place < Self.places else { return nil }
            insert(place)
        }
    }
}
