import Base
import Model
import Ports
import TestKit
import Testing

@testable import Kernel

/// The queue's own hash table, against a dictionary.
@Suite("Slot index")
struct SlotIndexTests {
    @Test("It finds what is in it and nothing else, whatever came and went", arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithDictionary(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var table = QueueTable()
        var expected: [DeliveryID: QueueTable.Slot] = [:]
        for step in 0..<20_000 {
            // Few identities and many steps, so that each comes and goes often; runs of neighbours, as serials are.
            let id = DeliveryID(packed: Int64(random.next() % 3000) << (seed % 2 == 0 ? 10 : 0))
            if expected[id] == nil, step % 5 != 0 || random.next() % 2 == 0 {
                expected[id] = table.insert(Self.delivery(id), lane: 0)
            } else {
                #expect((table.remove(id) != nil) == (expected.removeValue(forKey: id) != nil))
            }
            #expect(table.count == expected.count)
        }
        for packed in 0..<3000 as Range<Int64> {
            let id = DeliveryID(packed: packed << (seed % 2 == 0 ? 10 : 0))
            #expect(table.slot(of: id) == expected[id])
        }
        #expect(Set(table.all.map(\.id)) == Set(expected.keys))
    }

    private static func delivery(_ id: DeliveryID) -> PendingDelivery {
        PendingDelivery(
            id: id, due: Fixture.start, attempts: 0, destination: "example.net", simulation: .none,
            account: .init(1), origin: Fixture.personality, policy: .mail, expires: Fixture.start + .seconds(60))
    }
}
