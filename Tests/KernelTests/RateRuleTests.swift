import Base
import Model
import TestKit
import Testing

@testable import Kernel

@Suite("Rate rule")
struct RateRuleTests {
    /// 2026-07-01T08:30:00Z
    private static let start = Fixture.start
    private static let hour: Int64 = 3600

    private static func rule(_ limit: Int, _ window: RateTier.Window) -> RateRule {
        RateRule(RateTier(owner: .key, limit: limit, window: window))
    }

    @Test(
        "Windows end where the calendar, the clock or their first use says",
        arguments: [
            (.aligned(.seconds(60)), 60), (.aligned(.seconds(hour)), 1800), (.aligned(.seconds(24 * hour)), 55_800),
            (.month, 55_800 + 30 * 24 * hour), (.fromFirst(.seconds(90)), 90),
        ] as [(RateTier.Window, Int64)])
    func ends(window: RateTier.Window, seconds: Int64) throws {
        let rule = Self.rule(1, window)
        let count = try #require(rule.taking(1, from: nil, at: Self.start))
        let state = rule.state(of: count, at: Self.start, for: 1)
        #expect(state.resetAt == Self.start + .seconds(seconds) && state.retryAfter == .seconds(seconds))
        #expect(rule.taking(1, from: count, at: state.resetAt - .nanoseconds(1)) == nil)
        #expect(rule.taking(1, from: count, at: state.resetAt) != nil)
    }

    @Test("Months have their own lengths", arguments: [(2, 28), (4, 30), (12, 31)])
    func months(month: Int, days: Int) throws {
        let first = try #require(Instant(date: "2026-\(month < 10 ? "0" : "")\(month)-01"))
        let last = first.startOfNextMonth - .nanoseconds(1)
        #expect(first.startOfNextMonth == first + .seconds(Int64(days) * 86_400))
        #expect(last.startOfMonth == first && last.startOfNextMonth == first.startOfNextMonth)
    }

    @Test("A window from the first use is not aligned and begins anew after its end")
    func firstUse() throws {
        let rule = Self.rule(2, .fromFirst(.seconds(60)))
        let begin = Self.start + .seconds(17)
        let one = try #require(rule.taking(1, from: nil, at: begin))
        let two = try #require(rule.taking(1, from: one, at: begin + .seconds(59)))
        #expect(rule.state(of: two, at: begin + .seconds(59), for: 1).retryAfter == .seconds(1))
        let next = try #require(rule.taking(1, from: two, at: begin + .seconds(75)))
        #expect(rule.state(of: next, at: begin + .seconds(75), for: 1).resetAt == begin + .seconds(135))
    }

    @Test("A bucket gives its burst at once, then what comes back, and says how long that takes")
    func bucket() throws {
        let rule = Self.rule(100, .bucket(refill: .seconds(1), burst: 200))
        let empty = try #require(rule.taking(200, from: nil, at: Self.start))
        let state = rule.state(of: empty, at: Self.start, for: 1)
        #expect(state.limit == 200 && state.remaining == 0)
        #expect(state.retryAfter == .milliseconds(10) && state.resetAt == Self.start + .seconds(2))
        #expect(rule.taking(1, from: empty, at: Self.start + .nanoseconds(9_999_999)) == nil)
        #expect(rule.taking(1, from: empty, at: Self.start + .milliseconds(10)) != nil)
        #expect(rule.state(of: empty, at: Self.start + .seconds(1), for: 1).remaining == 100)
        #expect(rule.state(of: empty, at: Self.start + .seconds(9), for: 1).remaining == 200)
        #expect(rule.state(of: empty, at: Self.start, for: 100).retryAfter == .seconds(1))
    }

    @Test("A clock set back leaves a bucket empty for no longer than it takes to fill")
    func bucketClockBack() throws {
        let rule = Self.rule(1, .bucket(refill: .seconds(1), burst: 3))
        let empty = try #require(rule.taking(3, from: nil, at: Self.start))
        let past = Self.start - .seconds(7200)
        #expect(rule.taking(1, from: empty, at: past) == nil)
        #expect(rule.state(of: empty, at: past, for: 1).retryAfter == .seconds(1))
    }

    @Test("More than a window ever holds is refused without an end in sight, and without overflow")
    func tooMany() {
        for window in [RateTier.Window.aligned(.seconds(60)), .month, .bucket(refill: .seconds(1), burst: 5)] {
            let rule = Self.rule(5, window)
            #expect(rule.taking(6, from: nil, at: Self.start) == nil)
            #expect(rule.taking(.max, from: nil, at: Self.start) == nil)
            #expect(rule.state(of: nil, at: Self.start, for: .max).retryAfter >= .zero)
        }
    }

    // MARK: Properties

    private static let windows: [RateTier.Window] = [
        .aligned(.seconds(60)), .aligned(.seconds(hour)), .month, .fromFirst(.seconds(45)),
        .bucket(refill: .seconds(1), burst: 20), .bucket(refill: .seconds(60), burst: 7),
    ]

    private struct Grant {
        let at: Instant
        let units: Int
    }

    /// A walk through some hours with random requests; what was let in.
    private static func walk(_ rule: RateRule, seed: UInt64, _ check: (RateCount?, Instant, Int, RateCount?) -> Void)
        -> [Grant]
    {
        let random = SeededRandom(seed: seed)
        var count: RateCount?
        var now = start
        var grants: [Grant] = []
        for _ in 0..<2000 {
            now = now + .milliseconds(Int64(random.int(in: 0..<(random.once(in: 50) ? 200_000 : 400))))
            let units = random.once(in: 5) ? random.int(in: 1..<9) : 1
            let after = rule.taking(units, from: count, at: now)
            check(count, now, units, after)
            if let after {
                grants.append(Grant(at: now, units: units))
                count = after
            }
        }
        return grants
    }

    @Test("No window ever gives more than its limit", arguments: windows, 1...3 as ClosedRange<UInt64>)
    func neverOver(window: RateTier.Window, seed: UInt64) {
        let limit = 10
        let rule = Self.rule(limit, window)
        let grants = Self.walk(rule, seed: seed) { _, _, _, _ in }
        #expect(!grants.isEmpty)
        switch window {
        case .aligned, .month:
            let ends = Dictionary(grouping: grants) { rule.end(of: RateCount(mark: $0.at.begin(window), used: 0)) }
            for (_, grants) in ends { #expect(grants.reduce(0) { $0 + $1.units } <= limit, "seed \(seed)") }
        case .fromFirst(let length):
            var begin = Instant(nanoseconds: 0)
            var used = 0
            for grant in grants {
                if grant.at >= begin + length { (begin, used) = (grant.at, 0) }
                used += grant.units
                #expect(used <= limit, "seed \(seed)")
            }
        case .bucket(let refill, let burst):
            // In any stretch of time: the burst, and what came back meanwhile.
            for (index, first) in grants.enumerated() {
                var used = 0
                for grant in grants[index...].prefix(100) {
                    used += grant.units
                    let back = Double((grant.at - first.at).nanoseconds) / Double(refill.nanoseconds) * Double(limit)
                    #expect(Double(used) <= Double(burst) + back, "seed \(seed)")
                }
            }
        }
    }

    @Test("A refusal is due to a lack of room, and its wait is what it takes", arguments: windows, [7, 8] as [UInt64])
    func exactWait(window: RateTier.Window, seed: UInt64) {
        let rule = Self.rule(10, window)
        _ = Self.walk(rule, seed: seed) { count, now, units, after in
            let state = rule.state(of: count, at: now, for: units)
            #expect((after == nil) == (state.remaining < units), "seed \(seed)")
            guard after == nil, units <= min(10, state.limit) else { return }
            let there = now + state.retryAfter
            #expect(rule.taking(units, from: count, at: there) != nil, "seed \(seed)")
            #expect(rule.taking(units, from: count, at: there - .nanoseconds(1)) == nil, "seed \(seed)")
        }
    }

    @Test("What is given back can be taken again, and no more", arguments: windows)
    func givingBack(window: RateTier.Window) throws {
        let rule = Self.rule(10, window)
        let some = try #require(rule.taking(4, from: nil, at: Self.start))
        let more = try #require(rule.taking(3, from: some, at: Self.start))
        let back = rule.returning(3, to: more, takenAt: Self.start)
        #expect(
            rule.state(of: back, at: Self.start, for: 1) == rule.state(of: some, at: Self.start, for: 1))
    }
}

extension Instant {
    fileprivate func begin(_ window: RateTier.Window) -> Instant {
        if case .aligned(let length) = window {
            return Instant(nanoseconds: nanoseconds.flooredDivision(by: length.nanoseconds) * length.nanoseconds)
        }
        return startOfMonth
    }
}
