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
        StoreCheck("Mail that is to go with its domain is known over a restart, until it is gone") { bench in
            let removals = [3, 4].map { MailRemoval(domain: MailDomain.ID($0), account: Account.ID(1)) }
            for removal in removals + removals {
                _ = try await bench.commit(.upkeep(.removeMessages(removal)))
            }
            try await bench.reopen()
            #expect(try await bench.store.mailRemovals() == removals)
            _ = try await bench.commit(.upkeep(.removedMessages(removals[0])))
            #expect(try await bench.store.mailRemovals() == [removals[1]])
        },
        StoreCheck("An account that is being removed takes nothing more, and its number is nobody else's") { bench in
            for name in ["a", "b"] {
                _ = try await bench.commit(.directory(.createAccount(name: name, parent: nil, at: Fixture.start)))
            }
            _ = try await bench.commit(.directory(.createAccount(name: "c", parent: Account.ID(2), at: Fixture.start)))
            let removing = Change.directory(.setAccountState(Account.ID(2), .removing))
            #expect(try await bench.commit(removing).failure != nil)
            for id in [3, 2] {
                let account = Account.ID(Int64(id))
                #expect(try await bench.commit(.directory(.removeAccount(account, at: Fixture.start))).failure != nil)
                _ = try await bench.commit(.directory(.setAccountState(account, .removing)))
                for change in [
                    DirectoryChange.setAccountState(account, .active),
                    .createAccount(name: "d", parent: account, at: Fixture.start),
                ] { #expect(try await bench.commit(.directory(change)).failure != nil) }
                #expect(try await bench.commit(.directory(.removeAccount(account, at: Fixture.start))).failure == nil)
            }
            #expect(try await bench.store.directory().accounts.map(\.name) == ["a"])
            let made = try await bench.commit(.directory(.createAccount(name: "e", parent: nil, at: Fixture.start)))
            #expect(made.serial == 4)
        },
        StoreCheck("The latest of the queue stand latest first, behind those that are passed over") { bench in
            for _ in 0..<5 { try await bench.accept() }
            let all = try await bench.pending().map(\.id)
            #expect(try await bench.store.latestPendingDeliveries(skip: 1, limit: 2).map(\.id) == [all[3], all[2]])
            #expect(try await bench.store.latestPendingDeliveries(skip: 4, limit: 9).map(\.id) == [all[0]])
            #expect(try await bench.store.latestPendingDeliveries(skip: 5, limit: 9).isEmpty)
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
