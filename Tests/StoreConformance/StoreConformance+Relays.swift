import Base
import Model
import Ports
import Synchronization
import TestKit
import Testing

extension StoreConformance {
    static let relays = [
        StoreCheck("A relayed request is read back as it was accepted, and is due") { bench in
            let listener = RelayListener()
            bench.observe(relays: listener)
            let request = Fixture.relayRequest(isSigned: true, key: "k", metadata: Array(#"{"a":1.0}"#.utf8))
            let id = try await bench.accept(Fixture.relay(request))
            let expected = Relay(
                id: id, account: Account.ID(1), origin: Fixture.personality, request: request, state: .queued,
                createdAt: Fixture.start)
            #expect(try await bench.store.relay(id) == expected)
            #expect(
                try await bench.store.dueRelay(id)
                    == DueRelay(
                        id: id, account: Account.ID(1), origin: Fixture.personality, request: request,
                        body: Array("hello".utf8), attempts: 0, queuedAt: Fixture.start))
            let pending = PendingRelay(
                id: id, target: "https://hooks.example.com:443", due: Fixture.start, attempts: 0)
            #expect(listener.heard == [pending])
            #expect(try await bench.pendingRelays() == [pending])
            #expect(try await bench.store.relay(Relay.ID(99)) == nil)
            #expect(try await bench.store.dueRelay(Relay.ID(99)) == nil)
        },
        StoreCheck("A large body is kept whole, and over a restart") { bench in
            let body = [UInt8](repeating: 0x61, count: 700_000)
            let id = try await bench.accept(Fixture.relay(body: body))
            #expect(try await bench.store.dueRelay(id)?.body == body)
            try await bench.reopen()
            #expect(try await bench.store.dueRelay(id)?.body == body)
        },
        StoreCheck("An attempt is recorded with what it led to, and what it led to is the relay's state") { bench in
            let due = Fixture.start + .seconds(30)
            for _ in 0..<4 { try await bench.accept(Fixture.relay()) }
            let outcome = try await bench.relay(
                .settle([
                    Fixture.relaySettlement(1, .retrying, due: due, status: nil, failure: .timeout),
                    Fixture.relaySettlement(2, .delivered, status: 204), Fixture.relaySettlement(99, .delivered),
                    Fixture.relaySettlement(3, .rejected, status: 404), Fixture.relaySettlement(4, .dead, status: 500),
                ]))
            #expect(outcome.applied == [true, true, false, true, true])
            var states: [Relay.State?] = []
            for id in 1...4 as ClosedRange<Int64> { states.append(try await bench.store.relay(Relay.ID(id))?.state) }
            #expect(states == [.retrying, .delivered, .rejected, .dead])
            #expect(
                try await bench.store.relayAttempts(Relay.ID(1)) == [
                    RelayAttempt(
                        number: 1, outcome: .retrying, status: nil, failure: .timeout, latency: .milliseconds(12),
                        at: Fixture.start)
                ])
            #expect(try await bench.pendingRelays().map(\.due) == [due])
            #expect(try await bench.store.dueRelay(Relay.ID(2)) == nil)
            let relay = try #require(try await bench.store.relay(Relay.ID(2)))
            #expect(relay.attempts == 1 && relay.lastAttempt?.status == 204)
        },
        StoreCheck("An outcome counts once, and only for the attempt that was due") { bench in
            let id = try await bench.accept(Fixture.relay())
            let due = Fixture.start + .seconds(30)
            let first = Fixture.relaySettlement(1, .retrying, due: due, status: 500)
            #expect(try await bench.relay(.settle([first])).applied == [true])
            #expect(try await bench.relay(.settle([first])).applied == [false])
            #expect(try await bench.relay(.settle([Fixture.relaySettlement(1, .delivered)])).applied == [false])
            let second = Fixture.relaySettlement(1, .delivered, attempts: 2, at: due)
            #expect(try await bench.relay(.settle([second])).applied == [true])
            #expect(try await bench.relay(.settle([second])).applied == [false])
            #expect(try await bench.store.relayAttempts(id).map(\.number) == [1, 2])
            #expect(try await bench.store.relay(id)?.updatedAt == due)
            #expect(try await bench.pendingRelays() == [])
        },
        StoreCheck("An unfinished relay is taken back, a finished one is not") { bench in
            let id = try await bench.accept(Fixture.relay())
            let at = Fixture.start + .seconds(5)
            #expect(try await bench.relay(.cancel(id, at: at)).serial == id.value)
            let cancelled = try #require(try await bench.store.relay(id))
            #expect(cancelled.state == .cancelled && cancelled.changedAt == at && cancelled.updatedAt == at)
            #expect(try await bench.relay(.settle([Fixture.relaySettlement(1, .delivered)])).applied == [false])
            #expect(
                try await bench.relay(.cancel(id, at: at)).failure
                    == .wrongState(.delivery, state: .ended, operation: .cancel))
            #expect(try await bench.relay(.cancel(Relay.ID(9), at: at)).failure == .notFound(.delivery))
            #expect(try await bench.pendingRelays() == [])
        },
        StoreCheck("What was not delivered is queued anew, with its history; what was is not") { bench in
            let id = try await bench.accept(Fixture.relay())
            try await bench.accept(Fixture.relay())
            _ = try await bench.relay(
                .settle([Fixture.relaySettlement(1, .dead, status: 500), Fixture.relaySettlement(2, .delivered)]))
            let listener = RelayListener()
            bench.observe(relays: listener)
            let at = Fixture.start + .seconds(60)
            #expect(try await bench.relay(.replay(id, at: at)).serial == id.value)
            #expect(listener.heard.map(\.id) == [id])
            #expect(try await bench.store.relay(id)?.state == .queued)
            #expect(try await bench.store.dueRelay(id)?.attempts == 0)
            #expect(try await bench.store.dueRelay(id)?.queuedAt == at)
            let again = Fixture.relaySettlement(1, .delivered, at: at)
            #expect(try await bench.relay(.settle([again])).applied == [true])
            #expect(try await bench.store.relayAttempts(id).map(\.number) == [1, 2])
            #expect(try await bench.store.relayAttempts(id).map(\.outcome) == [.dead, .delivered])
            for (other, failure) in [
                (Relay.ID(2), KernelFailure.wrongState(.delivery, state: .ended, operation: .send)),
                (Relay.ID(77), .notFound(.delivery)),
            ] {
                #expect(try await bench.relay(.replay(other, at: at)).failure == failure)
            }
        },
        StoreCheck("Lists are an owner's, by state, latest first, from where the last page ended") { bench in
            for _ in 0..<6 { try await bench.accept(Fixture.relay()) }
            try await bench.accept(Fixture.relay(account: 2))
            try await bench.accept(Fixture.relay(origin: Fixture.otherPersonality))
            _ = try await bench.relay(
                .settle([
                    Fixture.relaySettlement(2, .delivered), Fixture.relaySettlement(3, .rejected),
                    Fixture.relaySettlement(4, .dead), Fixture.relaySettlement(5, .retrying, due: Fixture.start),
                ]))
            _ = try await bench.relay(.cancel(Relay.ID(6), at: Fixture.start))
            #expect(try await bench.relayNumbers() == [6, 5, 4, 3, 2, 1])
            #expect(try await bench.relayNumbers(limit: 2) == [6, 5])
            #expect(try await bench.relayNumbers(before: 5, limit: 2) == [4, 3])
            var byState: [[Int64]] = []
            for state in Relay.State.allCases { byState.append(try await bench.relayNumbers(state)) }
            #expect(byState == [[1], [5], [2], [3], [4], [6]])
            #expect(try await bench.relayNumbers(.delivered, before: 2) == [])
        },
        StoreCheck("The queue is read piece by piece, and is there after a restart") { bench in
            for _ in 0..<5 { try await bench.accept(Fixture.relay()) }
            _ = try await bench.relay(.settle([Fixture.relaySettlement(2, .delivered)]))
            try await bench.reopen()
            #expect(try await bench.store.pendingRelays(after: Relay.ID(0), limit: 2).map(\.id.value) == [1, 3])
            #expect(try await bench.store.pendingRelays(after: Relay.ID(3), limit: 9).map(\.id.value) == [4, 5])
            #expect(try await bench.accept(Fixture.relay()) > Relay.ID(5))
        },
        StoreCheck("An owner's signing secret is kept once") { bench in
            #expect(
                try await bench.relay(.keepSecret(Fixture.owner, sealed: [1], at: Fixture.start)).failure
                    == .notFound(.account))
            _ = try await bench.commit(.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start)))
            #expect(try await bench.store.signingSecret(of: Fixture.owner) == nil)
            _ = try await bench.relay(.keepSecret(Fixture.owner, sealed: [1], at: Fixture.start))
            _ = try await bench.relay(.keepSecret(Fixture.owner, sealed: [2], at: Fixture.start))
            try await bench.reopen()
            #expect(try await bench.store.signingSecret(of: Fixture.owner) == [1])
            let other = Tenant(account: Account.ID(1), origin: Fixture.otherPersonality)
            #expect(try await bench.store.signingSecret(of: other) == nil)
        },
        StoreCheck("The operator's word for a domain holds for calling it, and a proof has its time") { bench in
            _ = try await bench.commit(.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start)))
            _ = try await bench.commit(.domain(.create(Fixture.domain(sending: .pending))))
            _ = try await bench.commit(.domain(.create(Fixture.domain(name: "b.example", sending: .pending))))
            let at = Fixture.start + .seconds(9)
            _ = try await bench.commit(.domain(.setProof(MailDomain.ID(1), .pinned, at: at)))
            let check = DomainCheck(at: at, records: [], proofs: [.target: .verified])
            _ = try await bench.commit(.domain(.recordCheck(MailDomain.ID(2), check)))
            let later = DomainCheck(at: at + .seconds(9), records: [], proofs: [.target: .verified])
            for id in 1...2 { _ = try await bench.commit(.domain(.recordCheck(MailDomain.ID(Int64(id)), later))) }
            let domains = try await bench.store.directory().domains
            #expect(domains.map(\.target) == [.pinned, .verified])
            #expect(domains.map(\.targetVerifiedAt) == [at, at])
        },
    ]
}

extension StoreBench {
    func relay(_ change: RelayChange) async throws -> ChangeOutcome { try await commit(.relay(change)) }

    @discardableResult
    func accept(_ relay: NewRelay) async throws -> Relay.ID {
        Relay.ID(try #require(try await self.relay(.accept(relay)).serial))
    }

    func pendingRelays() async throws -> [PendingRelay] {
        try await store.pendingRelays(after: Relay.ID(0), limit: .max)
    }

    func relayNumbers(_ state: Relay.State? = nil, before: Int64? = nil, limit: Int = 100) async throws -> [Int64] {
        let start = before.map { Slice<Relay>.Start.after(Relay.ID($0)) } ?? .first
        let query = RelayQuery(tenant: Fixture.owner, state: state, slice: Slice(start, limit: limit))
        return try await store.relays(query).items.map(\.id.value)
    }
}

/// Remembers what it heard.
final class RelayListener: RelayObserver {
    private let collected = Mutex<[PendingRelay]>([])

    func queued(_ relays: [PendingRelay]) { collected.withLock { $0 += relays } }

    var heard: [PendingRelay] { collected.withLock { $0 } }
}
