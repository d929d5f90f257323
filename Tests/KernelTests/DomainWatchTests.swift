import Base
import Kernel
import Model
import TestKit
import Testing

@Suite("Re-checks", .timeLimit(.minutes(10)))
struct DomainWatchTests {
    /// Lets what was set off on other threads come to its end; the suite's time limit ends a wait for what never comes.
    private static func settle(_ isSo: () -> Bool) async {
        while !isSo(), !Task.isCancelled { await Task.yield() }
    }

    @Test("A pending domain is looked at until it is verified, and then no more")
    func untilVerified() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.loop.advance(by: .seconds(59))
        #expect(bench.dns.questions.isEmpty)
        bench.loop.advance(by: .seconds(61))
        await Self.settle { bench.directory.domain(domain.id)?.checkedAt != nil }
        #expect(bench.dns.questions.count == 4)
        bench.publish(domain)
        for _ in 0..<3 where bench.directory.domain(domain.id)?.maySend == false {
            await Self.settle { bench.loop.untilNextTimer != nil }
            bench.loop.advance(by: .seconds(120))
            await Self.settle { bench.directory.domain(domain.id)?.maySend == true }
        }
        #expect(bench.directory.domain(domain.id)?.sending == .verified)
    }

    @Test("A personality that looks for good does so at the domains that were added by it, and at no other")
    func forGood() async throws {
        var plan = DomainBench.plan
        plan.recheck = .every(.seconds(60) ... .seconds(120))
        let bench = try await DomainBench(plan: plan)
        let own = try await bench.add("own.example", facets: [Fixture.personality: Array("{}".utf8)])
        let other = try await bench.add("other.example")
        for round in 1...2 {
            bench.loop.advance(by: .seconds(120))
            await Self.settle { bench.dns.questions.count >= 4 * round }
            await Self.settle { bench.loop.untilNextTimer != nil }
        }
        #expect(bench.directory.domain(own.id)?.checkedAt != nil)
        #expect(bench.directory.domain(other.id)?.checkedAt == nil)
    }

    @Test("A domain that is pending for too long has failed")
    func patience() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.time.advance(by: .seconds(3600))
        #expect(try await bench.service.check(domain).sending == .failed)
    }

    @Test("Who asks is answered at once, and the look is made")
    func asked() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.publish(domain)
        await bench.service.ask(domain)
        await Self.settle { bench.directory.domain(domain.id)?.maySend == true }
        #expect(bench.directory.domain(domain.id)?.maySend == true)
    }

    @Test("After a start the looks that are overdue are spread over a while")
    func start() async throws {
        let bench = try await DomainBench()
        for index in 0..<20 { _ = try await bench.add("d\(index).example") }
        let again = try await DomainBench()
        let directory = Directory(try await bench.store.directory())
        bench.store.observe(facts: directory)
        let watch = DomainWatch(
            loop: again.loop, checker: DomainChecker(resolver: again.dns, planners: [again.planner], time: again.time),
            planners: [again.planner],
            rotator: KeyRotator(
                store: bench.store, directory: directory, keyring: try Fixture.keyring(), workers: ImmediateWorkers(),
                time: again.time),
            store: bench.store, directory: directory, time: again.time,
            random: SeededRandom(seed: 8), log: CollectingLog().log(time: again.time))
        again.time.advance(by: .seconds(1000))
        await watch.start()
        again.loop.advance(by: .seconds(30))
        await Self.settle { directory.domains.contains { $0.checkedAt != nil } }
        #expect(directory.domains.contains { $0.checkedAt == nil })
        again.loop.advance(by: .seconds(31))
        await Self.settle { directory.domains.allSatisfy { $0.checkedAt != nil } }
        #expect(directory.domains.allSatisfy { $0.checkedAt != nil })
    }

    @Test("A result that the store cannot take is looked up again")
    func lostResult() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.publish(domain)
        bench.store.refuseNext([.storageUnavailable])
        bench.loop.advance(by: .seconds(120))
        await Self.settle { bench.dns.questions.count == 4 && bench.loop.untilNextTimer != nil }
        #expect(bench.directory.domain(domain.id)?.sending == .pending)
        bench.loop.advance(by: .seconds(120))
        await Self.settle { bench.directory.domain(domain.id)?.maySend == true }
        #expect(bench.directory.domain(domain.id)?.maySend == true)
    }
}
