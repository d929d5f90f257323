import TestKit
import Testing

@testable import Storage

@Suite("Idempotency table")
struct IdempotencyTableTests {
    @Test(
        "It holds what a dictionary would, over random insertions and removals", arguments: 1...8 as ClosedRange<UInt64>
    )
    func model(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var table = IdempotencyTable()
        var model: [UInt64: Set<Int64>] = [:]
        // Few distinct keys in few parts, so that probes run into each other and keys repeat.
        let keys = (0..<200).map { _ in random.next() & 0x0100_0000_0000_00FF }
        for row in 1...4000 {
            let key = random.element(of: keys)
            if random.once(in: 2), let known = model[key]?.min() {
                table.remove(key, row: known)
                model[key]?.remove(known)
            } else {
                table.insert(key, row: Int64(row))
                model[key, default: []].insert(Int64(row))
            }
        }
        #expect(table.count == model.values.reduce(0) { $0 + $1.count })
        for key in keys { #expect(Set(table.rows(for: key)) == model[key, default: []], "seed \(seed), key \(key)") }
    }

    @Test("It grows without losing any key")
    func growth() {
        let random = SeededRandom(seed: 9)
        var table = IdempotencyTable()
        let keys = (0..<50_000).map { _ in random.next() }
        for (index, key) in keys.enumerated() { table.insert(key, row: Int64(index) + 1) }
        #expect(keys.enumerated().allSatisfy { table.rows(for: $1) == [Int64($0) + 1] })
    }

    @Test("What was never put in is not found, and taking it out does nothing")
    func absent() {
        var table = IdempotencyTable()
        table.insert(7, row: 1)
        table.remove(7, row: 2)
        table.remove(8, row: 1)
        #expect(table.rows(for: 7) == [1] && table.count == 1)
        #expect(table.rows(for: 8) == [])
    }

    @Test("A key of zero is a key like others")
    func zero() {
        var table = IdempotencyTable()
        #expect(table.rows(for: 0) == [])
        table.insert(0, row: 1)
        table.insert(0, row: 2)
        table.remove(0, row: 1)
        #expect(table.rows(for: 0) == [2])
    }
}
