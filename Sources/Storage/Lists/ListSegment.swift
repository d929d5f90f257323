/// A stretch of messages in the order of their numbers, and which of them each key is true of. Here it grows, in
/// memory; a full one goes to disk as it is.
struct ListSegment: Sendable {
    private let capacity: Int
    private(set) var ids: [Int64] = []
    private(set) var times: [Int64] = []
    /// Places, in order.
    private(set) var postings: [ListKey: [UInt16]] = [:]
    private var changing: [Set<ListKey>] = []
    private(set) var gone = ListBitmap()
    private(set) var goneCount = 0

    /// Messages at most; no more than `ListBitmap.places`.
    init(capacity: Int) { self.capacity = min(capacity, ListBitmap.places) }

    var isFull: Bool { ids.count == capacity }
    var room: Int { capacity - ids.count }

    mutating func append(_ entry: ListEntry) {
        let place = UInt16(ids.count)
        ids.append(entry.id)
        times.append(entry.at)
        changing.append(entry.changing)
        for key in entry.fixed { postings[key, default: []].append(place) }
        for key in entry.changing { postings[key, default: []].append(place) }
    }

    /// What is true of a message now; nothing where it is not in it.
    mutating func change(_ entry: ListEntry) {
        guard let place = place(of: entry.id) else { return }
        let before = changing[place]
        for key in before.subtracting(entry.changing) { remove(UInt16(place), from: key) }
        for key in entry.changing.subtracting(before) { insert(UInt16(place), into: key) }
        changing[place] = entry.changing
    }

    private mutating func insert(_ place: UInt16, into key: ListKey) {
        let index = Self.index(of: place, in: postings[key] ?? [])
        postings[key, default: []].insert(place, at: index)
    }

    private mutating func remove(_ place: UInt16, from key: ListKey) {
        let places = postings[key] ?? []
        let index = Self.index(of: place, in: places)
        if index < places.count, places[index] == place { postings[key]?.remove(at: index) }
        if postings[key]?.isEmpty == true { postings[key] = nil }
    }

    private static func index(of place: UInt16, in places: [UInt16]) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func remove(_ id: Int64) {
        guard let place = place(of: id), !gone.contains(place) else { return }
        gone.insert(place)
        goneCount += 1
    }

    func place(of id: Int64) -> Int? {
        let place = ListPlaces.count(of: ids, below: id)
        return place < ids.count && ids[place] == id ? place : nil
    }

    func bitmap(_ key: ListKey) -> ListBitmap? {
        guard let places = postings[key] else { return nil }
        var bitmap = ListBitmap()
        for place in places { bitmap.insert(Int(place)) }
        return bitmap
    }
}

/// Searching in numbers that grow.
enum ListPlaces {
    /// How many are smaller.
    static func count(of numbers: [Int64], below number: Int64) -> Int {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: On disk

    /// Each as its distance from the one before, sign in the lowest bit, seven bits a byte.
    static func encoded(_ numbers: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * 4)
        var last: Int64 = 0
        for number in numbers {
            let distance = number &- last
            var left = UInt64(bitPattern: distance << 1 ^ distance >> 63)
            while left >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
                left >>= 7
            }
            bytes.append(UInt8(left))
            last = number
        }
        return bytes
    }

    static func numbers(_ bytes: [UInt8]) -> [Int64] {
        var numbers: [Int64] = []
        numbers.reserveCapacity(ListBitmap.places)
        var (last, value, shift): (Int64, UInt64, UInt64) = (0, 0, 0)
        for byte in bytes {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            last &+= Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
            numbers.append(last)
            (value, shift) = (0, 0)
        }
        return numbers
    }
}
