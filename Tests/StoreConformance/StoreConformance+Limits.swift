import Base
import Model
import Ports
import Synchronization
import TestKit
import Testing

extension StoreConformance {
    static let rateWindows = [
        StoreCheck("Rate windows that were saved are there when the store is opened again") { bench in
            let windows = [
                window("1", used: 3), window("2", used: 4), window("1", tier: "key month attempts", used: 9),
            ]
            _ = try await bench.commit(.limits(.saveRateWindows(windows)))
            _ = try await bench.commit(.limits(.saveRateWindows([window("2", used: 5)])))
            try await bench.reopen()
            let kept = try await bench.store.rateWindows()
            #expect(Set(kept.map(\.used)) == [3, 5, 9])
            #expect(kept.contains(windows[0]) && kept.contains(windows[2]))
        },
        StoreCheck("Rate windows ride with the commit of whatever is accepted") { bench in
            let rider = Rider()
            bench.ride(rider)
            rider.give([window("1", used: 1)])
            try await bench.accept()
            rider.give([window("1", used: 2)])
            try await bench.accept()
            #expect(rider.isEmpty)
            try await bench.reopen()
            #expect(try await bench.store.rateWindows() == [window("1", used: 2)])
        },
        StoreCheck("Ended rate windows are removed when that is asked for, and no others") { bench in
            let ended = window("1", used: 1)
            let open = window("2", used: 1, endsAt: Fixture.start + .seconds(61))
            _ = try await bench.commit(.limits(.saveRateWindows([ended, open])))
            _ = try await bench.commit(.limits(.purge(endedBy: ended.endsAt)))
            #expect(try await bench.store.rateWindows() == [open])
        },
    ]

    private static func scheduled(after delay: Duration) -> NewMessage {
        var submission = Fixture.submission()
        submission.scheduledAt = Fixture.start + delay
        return Fixture.message(submission)
    }

    static let quotas = [
        StoreCheck("A quota has room for its limit, and says when there is room again") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 2)
            #expect(try await sendings(bench, 3) == [nil, nil, full(.day, limit: 2)])
            #expect(try await used(bench, domain) == 2)
            #expect(try await bench.list().total == 2)
            let tomorrow = Fixture.message(at: Fixture.start.startOfNextDay)
            #expect(try await bench.commit(.accept(tomorrow)).acceptance != nil)
        },
        StoreCheck("Of a hundred callers at one time, a quota of fifty lets in exactly fifty") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 50)
            let store = bench.store
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 {
                    group.addTask { await store.commit([.accept(Fixture.message())]).first?.acceptance != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(accepted == 50)
            #expect(try await used(bench, domain) == 50)
        },
        StoreCheck("All quotas of a message are debited, or none") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, account, .month, 5)
            try await setQuota(bench, domain, .day, 1)
            #expect(try await sendings(bench, 3) == [nil, dayFull, dayFull])
            #expect(try await used(bench, account, .month) == 1)
            let end = Fixture.start.startOfNextMonth
            try await setQuota(bench, account, .month, 1)
            let full = KernelFailure.quotaExceeded(
                QuotaState(period: .month, owner: .account, limit: 1, resetAt: end))
            // Both are full: the one to wait for longest is named.
            #expect(try await sendings(bench, 1) == [full])
        },
        StoreCheck("An element for which there is no room does not touch its neighbours") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, account, .day, 2)
            let other = Fixture.message(account: 2, domain: 2)
            let outcomes = await bench.store.commit([
                .accept(Fixture.message()), .accept(Fixture.message()), .accept(Fixture.message()), .accept(other),
            ])
            #expect(outcomes.map { $0.acceptance != nil } == [true, true, false, true])
            #expect(outcomes[2].failure.map(isQuota) == true)
        },
        StoreCheck("A replay debits nothing, also where there is no room any more") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 1)
            let message = Fixture.message(idempotency: Fixture.idempotency("k"))
            let id = try await bench.accept(message)
            #expect(try await bench.commit(.accept(message)).acceptance == Acceptance(message: id, replayed: true))
            #expect(try await used(bench, domain) == 1)
        },
        StoreCheck("A refused message leaves its idempotency key free") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 0)
            let message = Fixture.message(idempotency: Fixture.idempotency("k"))
            #expect(try await bench.commit(.accept(message)).failure == full(.day, limit: 0))
            try await setQuota(bench, domain, .day, nil)
            try await bench.accept(message)
        },
        StoreCheck("What was sent before a quota was watched is entered once, and nothing is left out") {
            bench in
            try await makeOwners(bench)
            let kind = Quota.Kind(.day)
            let yesterday = Fixture.start.startOfDay - .seconds(10)
            for message in [
                Fixture.message(at: yesterday), Fixture.message(), Fixture.message(), Fixture.message(mode: .test),
            ] { try await bench.accept(message) }
            let late = try await bench.accept(scheduled(after: .seconds(60)))
            let taken = try await bench.accept(scheduled(after: .seconds(61)))
            try await bench.accept(scheduled(after: Fixture.start.startOfNextDay - Fixture.start))
            #expect(try await bench.commit(.limits(.watchQuota(domain, kind))).serial() == 1)
            // Counted from here on, and in the snapshot.
            try await bench.accept()
            let tally = try await bench.store.tally(of: domain, kind, at: Fixture.start)
            #expect(tally.uncounted == 4 && Set(tally.waiting.map(\.message)) == [late, taken])
            // Counted, and not in the snapshot; taken back, and in it.
            try await bench.accept()
            _ = try await bench.commit(.cancel(taken, at: Fixture.start))
            #expect(try await bench.commit(.limits(.joinQuota(tally))).serial() == 1)
            #expect(try await bench.commit(.limits(.joinQuota(tally))).serial() == 0)
            try await setQuota(bench, domain, .day, 6)
            #expect(try await used(bench, domain) == 5)
            #expect(try await sendings(bench, 2) == [nil, full(.day, limit: 6)])
            // What waited is given back as if it had been charged.
            _ = try await bench.commit(.cancel(late, at: Fixture.start))
            #expect(try await used(bench, domain) == 5)
        },
        StoreCheck("A quota that has a limit is counted already, and one of nobody is not found") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 5)
            #expect(try await bench.commit(.limits(.watchQuota(domain, Quota.Kind(.day)))).serial() == 0)
            let nobody = try await bench.commit(.limits(.watchQuota(.account(Account.ID(99)), Quota.Kind(.day))))
            #expect(nobody.failure == .notFound(.account))
        },
        StoreCheck("Test messages cost nothing") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 0)
            try await bench.accept(Fixture.message(mode: .test))
            #expect(try await used(bench, domain) == 0)
        },
        StoreCheck("Quotas and what is used of them are there when the store is opened again") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 3)
            try await setQuota(bench, domain, .month, 9)
            #expect(try await sendings(bench, 2) == [nil, nil])
            try await bench.reopen()
            let end = Fixture.start.startOfNextMonth
            #expect(
                try await bench.store.quotas(of: domain, at: Fixture.start) == [
                    QuotaStatus(
                        kind: Quota.Kind(.day), limit: 3, used: 2, resetAt: Fixture.start.startOfNextDay),
                    QuotaStatus(kind: Quota.Kind(.month), limit: 9, used: 2, resetAt: end),
                ])
            #expect(try await sendings(bench, 2) == [nil, full(.day, limit: 3)])
        },
        StoreCheck("A quota by recipients takes as many units as the message has") { bench in
            try await makeOwners(bench)
            _ = try await bench.commit(.limits(.setQuota(domain, Quota.Kind(.day, .recipient), limit: 3)))
            let two = Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"]))
            #expect(try await bench.commit(.accept(two)).acceptance != nil)
            #expect(try await bench.commit(.accept(two)).failure == full(.day, limit: 3))
            #expect(try await bench.commit(.accept(Fixture.message())).acceptance != nil)
        },
        StoreCheck("Default quotas hold for those of their origin who have none of their own") { bench in
            try await makeOwners(bench)
            let daily = DefaultQuota(.domain, Quota(Quota.Kind(.day), limit: 1))
            _ = try await bench.commit(.limits(.setDefaultQuotas([Fixture.personality: [daily]])))
            #expect(try await sendings(bench, 2) == [nil, full(.day, limit: 1)])
            try await bench.accept(Fixture.message(origin: Fixture.otherPersonality))
            try await setQuota(bench, domain, .day, 2)
            #expect(try await sendings(bench, 2) == [nil, full(.day, limit: 2)])
            try await setQuota(bench, domain, .day, nil)
            #expect(try await sendings(bench, 1) == [full(.day, limit: 1)])
        },
        StoreCheck("A quota of nobody is refused") { bench in
            try await makeOwners(bench)
            let kind = Quota.Kind(.day)
            let nobody = [QuotaOwner.account(Account.ID(9)), .domain(MailDomain.ID(9))]
            let outcomes = await bench.store.commit(nobody.map { .limits(.setQuota($0, kind, limit: 1)) })
            #expect(outcomes.map(\.failure) == [.notFound(.account), .notFound(.domain)])
        },
    ]

    static let quotaSchedules = [
        StoreCheck("A scheduled message is charged to the day it is due, and a cancel gives it back") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 1)
            let due = Fixture.start.startOfNextDay + .seconds(60)
            let id = try await bench.accept(Fixture.message(due: due))
            #expect(try await used(bench, domain) == 0)
            #expect(try await used(bench, domain, at: due) == 1)
            #expect(try await bench.commit(.accept(Fixture.message(due: due))).failure.map(isQuota) == true)
            try await bench.reopen()
            #expect(try await bench.commit(.cancel(id, at: Fixture.start)).serial != nil)
            #expect(try await used(bench, domain, at: due) == 0)
            try await bench.accept(Fixture.message(due: due))
        },
        StoreCheck("Another time charges another day, and is refused where that has no room") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 1)
            let due = Fixture.start.startOfNextDay + .seconds(60)
            let id = try await bench.accept(Fixture.message(due: due))
            try await bench.accept()
            let today = Fixture.start + .seconds(60)
            #expect(
                try await bench.commit(.reschedule(id, due: today, at: Fixture.start)).failure == full(.day, limit: 1))
            #expect(try await used(bench, domain, at: due) == 1)
            #expect(try await bench.message(id).submission.scheduledAt == nil)
            let later = due + .seconds(86_400)
            #expect(try await bench.commit(.reschedule(id, due: later, at: Fixture.start)).serial != nil)
            #expect(try await used(bench, domain, at: due) == 0)
            #expect(try await used(bench, domain, at: later) == 1)
            // Within its day it takes no second unit.
            #expect(try await bench.commit(.reschedule(id, due: later + .seconds(1), at: Fixture.start)).serial != nil)
            #expect(try await used(bench, domain, at: later) == 1)
        },
        StoreCheck("Ended periods are removed when that is asked for") { bench in
            try await makeOwners(bench)
            try await setQuota(bench, domain, .day, 5)
            try await bench.accept()
            _ = try await bench.commit(.limits(.purge(endedBy: Fixture.start)))
            #expect(try await used(bench, domain) == 1)
            _ = try await bench.commit(.limits(.purge(endedBy: Fixture.start.startOfNextDay)))
            #expect(try await used(bench, domain) == 0)
        },
    ]

    // MARK: Pieces

    private static let account = QuotaOwner.account(Account.ID(1))
    private static let domain = QuotaOwner.domain(MailDomain.ID(1))
    private static let dayFull = full(.day, limit: 1)

    private static func full(_ period: QuotaState.Period, limit: Int) -> KernelFailure {
        .quotaExceeded(
            QuotaState(
                period: period, owner: .domain("example.com"), limit: limit, resetAt: Fixture.start.startOfNextDay))
    }

    private static func isQuota(_ failure: KernelFailure) -> Bool {
        if case .quotaExceeded = failure { true } else { false }
    }

    /// Two accounts with a domain each.
    private static func makeOwners(_ bench: StoreBench) async throws {
        for number: Int64 in 1...2 {
            _ = try await bench.commit(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
            _ = try await bench.commit(.domain(.create(Fixture.domain(number, account: number))))
        }
    }

    private static func setQuota(
        _ bench: StoreBench, _ owner: QuotaOwner, _ period: Quota.Period, _ limit: Int?
    ) async throws {
        #expect(try await bench.commit(.limits(.setQuota(owner, Quota.Kind(period), limit: limit))).serial == 1)
    }

    /// What each of so many messages was refused for.
    private static func sendings(_ bench: StoreBench, _ count: Int) async throws -> [KernelFailure?] {
        var failures: [KernelFailure?] = []
        for _ in 0..<count { failures.append(try await bench.commit(.accept(Fixture.message())).failure) }
        return failures
    }

    private static func used(
        _ bench: StoreBench, _ owner: QuotaOwner, _ period: Quota.Period = .day, at now: Instant = Fixture.start
    ) async throws -> Int {
        try await bench.store.quotas(of: owner, at: now).first { $0.kind == Quota.Kind(period) }?.used ?? 0
    }

    private static func window(
        _ owner: String, tier: String = "key aligned 60 attempts", used: Int,
        endsAt: Instant = Fixture.start + .seconds(60)
    ) -> RateWindowRecord {
        RateWindowRecord(
            personality: Fixture.personality, rateClass: "send", tier: tier, owner: owner, mark: Fixture.start,
            used: used, endsAt: endsAt)
    }
}

/// Gives what it was given, once.
private final class Rider: RateWindowSource {
    private let records = Mutex<[RateWindowRecord]>([])

    func give(_ given: [RateWindowRecord]) { records.withLock { $0 = given } }

    func takeChangedWindows() -> [RateWindowRecord] {
        records.withLock { records in
            defer { records = [] }
            return records
        }
    }

    var isEmpty: Bool { records.withLock { $0.isEmpty } }
}
