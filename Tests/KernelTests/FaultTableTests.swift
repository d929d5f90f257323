import Base
import Kernel
import Model
import TestKit
import Testing

@Suite("Faults on demand")
struct FaultTableTests {
    private let table = FaultTable(random: SeededRandom(seed: 1))

    private func facts(_ key: AccessKey? = nil) -> FaultFacts {
        FaultFacts(method: "GET", path: "/x", now: Fixture.start, key: key)
    }

    /// What a request meets that comes to all places.
    private func met(
        field: String? = nil, route: String? = "GET /x", key: AccessKey? = nil,
        personality: PersonalityID = Fixture.personality
    ) throws -> KernelFailure? {
        guard let session = try table.session(personality: personality, route: route, field: field) else { return nil }
        do throws(KernelFailure) {
            try session.raise(at: nil, facts(key))
            return nil
        } catch {
            return error
        }
    }

    @Test("Without orders there is nothing to reckon with")
    func none() throws {
        #expect(try table.session(personality: Fixture.personality, route: nil, field: nil) == nil)
    }

    @Test("A field that is no order is a fault of the request")
    func malformed() {
        do throws(KernelFailure) {
            _ = try table.session(personality: Fixture.personality, route: nil, field: "nonsense")
            Issue.record("it was taken for one")
        } catch {
            guard case .invalid(let fault, _) = error else {
                Issue.record("another failure")
                return
            }
            #expect(fault.rule == .headerValue && fault.location == .header)
            #expect(fault.field.hasPrefix("Polyrelay-Fault (there is no failure nonsense; there are malformed"))
        }
    }

    @Test("A failure is raised at its own place and nowhere else, once")
    func stages() throws {
        let session = try #require(
            try table.session(personality: Fixture.personality, route: nil, field: "scopeMissing; delay=2s"))
        try session.raise(at: .routing, facts())
        try session.raise(at: .gate(.credential), facts())
        #expect(session.delay == .zero)
        #expect(throws: KernelFailure.self) { try session.raise(at: .gate(.scope), facts()) }
        #expect(session.delay == .seconds(2))
    }

    @Test("A rule holds for its personality, its key and its route")
    func narrowed() throws {
        let rule = table.add(
            try FaultOrder("draining"), personality: Fixture.personality, key: AccessKey.ID(1), route: "GET /x")
        #expect(try met(key: Fixture.key(1)) == .draining)
        #expect(try met(key: Fixture.key(2)) == nil)
        #expect(try met() == nil)
        #expect(try met(route: "POST /x", key: Fixture.key(1)) == nil)
        #expect(try met(route: nil, key: Fixture.key(1)) == nil)
        #expect(try met(key: Fixture.key(1), personality: Fixture.otherPersonality) == nil)
        #expect(table.rules.map(\.raised) == [1])
        #expect(table.clear(rule.id) == 1)
        #expect(try met(key: Fixture.key(1)) == nil)
    }

    @Test("Clearing takes one rule or all")
    func clear() throws {
        for _ in 0..<3 { _ = table.add(try FaultOrder("draining"), personality: nil, key: nil, route: nil) }
        #expect(table.clear(2) == 1)
        #expect(table.clear(2) == 0)
        #expect(table.rules.map(\.id) == [1, 3])
        #expect(table.clear(nil) == 2)
    }

    @Test("The first requests pass, where the order says so; each order counts for itself")
    func after() throws {
        let found = try (0..<5).map { _ in try met(field: "draining; after=3") != nil }
        #expect(found == [false, false, false, true, true])
        #expect(try met(field: "internalError; after=1") == nil)
    }

    @Test("A share of the requests meets it")
    func rate() throws {
        let found = try (0..<2000).count { _ in try met(field: "draining; rate=0.2") != nil }
        #expect((300...500).contains(found), "\(found) of 2000")
        #expect(try (0..<100).allSatisfy { _ in try met(field: "draining; rate=0") == nil })
    }

    @Test("Several orders are met in turn: the field's own first")
    func several() throws {
        _ = table.add(try FaultOrder("storageUnavailable"), personality: nil, key: nil, route: nil)
        #expect(try met(field: "draining") == .draining)
        #expect(try met(field: "draining; after=1000") == .storageUnavailable)
    }
}
