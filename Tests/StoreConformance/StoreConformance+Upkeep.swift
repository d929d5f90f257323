import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let upkeep = [
        StoreCheck("Paused lanes are paused when the store is opened again, until they are resumed") { bench in
            for lane in ["mx:mx.example.net", "webhook:3", "mx:mx.example.net"] {
                _ = try await bench.commit(.upkeep(.setPaused(lane: lane, true)))
            }
            try await bench.reopen()
            #expect(Set(try await bench.store.pausedLanes()) == ["mx:mx.example.net", "webhook:3"])
            _ = try await bench.commit(.upkeep(.setPaused(lane: "webhook:3", false)))
            _ = try await bench.commit(.upkeep(.setPaused(lane: "never paused", false)))
            #expect(try await bench.store.pausedLanes() == ["mx:mx.example.net"])
        },
        StoreCheck("The latest events are the last ones, in the order in which they came") { bench in
            for _ in 0..<3 { try await bench.accept() }
            let all = try await bench.store.events(after: MailEvent.ID(0), limit: 100)
            #expect(all.count > 2)
            #expect(try await bench.store.latestEvents(limit: 2).map(\.id) == all.suffix(2).map(\.id))
            #expect(try await bench.store.latestEvents(limit: 100).map(\.id) == all.map(\.id))
        },
    ]
}
