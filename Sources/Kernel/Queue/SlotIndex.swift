import Base
import Ports

/// Where the delivery with an identity is in the queue's rows: open addressing with linear probing, one word of four
/// octets per place.
///
/// A dictionary keeps its keys; here the rows have them. For a million deliveries that is 8 MB instead of 34, and no
/// keyed hash is worth its time where the keys are our own serials.
struct SlotIndex: Sendable {
    typealias Slot = QueueTable.Slot

    private static let empty = Slot.max
    private static let smallest = 64
    /// 2^64 divided by the golden ratio, odd: neighbouring serials come to lie far from each other (Knuth 6.4).
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Slots, or `empty`; a power of two of them, at most half of them taken.
    private var places = [Slot](repeating: Self.empty, count: Self.smallest)
    private(set) var count = 0

    func slot(of id: DeliveryID, in rows: [QueueTable.Row]) -> Slot? {
        var place = home(of: id)
        while places[place] != Self.empty {
            if rows[Int(places[place])].id == id { return places[place] }
            place = after(place)
        }
        return nil
    }

    /// The row at `slot` has an identity that is not here yet.
    mutating func insert(_ slot: Slot, in rows: [QueueTable.Row]) {
        if (count + 1) * 2 > places.count { grow(rows) }
        put(slot, rows)
        count += 1
    }

    /// The slot that was taken out, if there was one.
    mutating func remove(_ id: DeliveryID, in rows: [QueueTable.Row]) -> Slot? {
        var place = home(of: id)
        while places[place] != Self.empty, rows[Int(places[place])].id != id { place = after(place) }
        let slot = places[place]
        guard slot != Self.empty else { return nil }
        count -= 1
        close(place, rows)
        return slot
    }

    /// All slots, in no order.
    var all: some Sequence<Slot> { places.lazy.filter { $0 != Self.empty } }

    /// Moves whoever can no longer be found past the gap into it, and so on, instead of leaving a mark behind.
    private mutating func close(_ gap: Int, _ rows: [QueueTable.Row]) {
        var gap = gap
        var place = after(gap)
        while places[place] != Self.empty {
            let home = home(of: rows[Int(places[place])].id)
            // From its home to its place, all round the end, lies the gap.
            if distance(home, place) >= distance(gap, place) {
                places[gap] = places[place]
                gap = place
            }
            place = after(place)
        }
        places[gap] = Self.empty
    }

    private mutating func grow(_ rows: [QueueTable.Row]) {
        let taken = Array(all)
        places = [Slot](repeating: Self.empty, count: places.count * 2)
        for slot in taken { put(slot, rows) }
    }

    private mutating func put(_ slot: Slot, _ rows: [QueueTable.Row]) {
        var place = home(of: rows[Int(slot)].id)
        while places[place] != Self.empty { place = after(place) }
        places[place] = slot
    }

    private func home(of id: DeliveryID) -> Int {
        let mixed = UInt64(bitPattern: id.packed) &* Self.multiplier
        return Int(truncatingIfNeeded: mixed >> UInt64(UInt64.bitWidth - places.count.trailingZeroBitCount))
    }

    private func after(_ place: Int) -> Int { (place + 1) & (places.count - 1) }

    /// Steps from one place to another, onwards and round the end.
    private func distance(_ from: Int, _ to: Int) -> Int { (to - from) & (places.count - 1) }
}
