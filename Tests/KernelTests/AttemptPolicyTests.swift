import Model
import Testing

@Suite("Attempt policies: the vendors' rules as data")
struct AttemptPolicyTests {
    @Test("2xx succeed; all else is tried again, but for what the policy names as fatal")
    func verdicts() {
        let patient = AttemptPolicy(delays: [], timeout: .seconds(10))
        #expect([200, 204, 299].allSatisfy { patient.verdict($0) == .success })
        #expect([nil, 100, 301, 404, 410, 429, 500].allSatisfy { patient.verdict($0) == .again })
        let strict = AttemptPolicy(fatal: [300...407, 409...428, 430...499], delays: [], timeout: .seconds(10))
        #expect([302, 400, 404, 410].allSatisfy { strict.verdict($0) == .giveUp })
        #expect([nil, 408, 429, 500, 503].allSatisfy { strict.verdict($0) == .again })
    }

    @Test("After the last wait a delivery is given up")
    func end() {
        let policy = AttemptPolicy(delays: [.seconds(1), .seconds(5)], timeout: .seconds(1))
        #expect(policy.delay(after: 1, retryAfter: nil, chance: 0.9) == .seconds(1))
        #expect(policy.delay(after: 2, retryAfter: .seconds(100), chance: 0.9) == .seconds(5))
        #expect(policy.delay(after: 3, retryAfter: .seconds(100), chance: 0) == nil)
    }

    @Test("Retry-After is ignored, takes the wait's place, or is its floor")
    func retryAfter() {
        func delay(_ rule: AttemptPolicy.RetryAfter, _ asked: Duration) -> Duration? {
            AttemptPolicy(delays: [.seconds(10)], jitter: .full, retryAfter: rule, timeout: .seconds(1))
                .delay(after: 1, retryAfter: asked, chance: 0.5)
        }
        #expect(delay(.ignored, .seconds(60)) == .seconds(5))
        #expect(delay(.replaces(cap: .seconds(100)), .seconds(2)) == .seconds(2))
        #expect(delay(.replaces(cap: .seconds(100)), .seconds(200)) == .seconds(100))
        #expect(delay(.floor(cap: .seconds(100)), .seconds(2)) == .seconds(5))
        #expect(delay(.floor(cap: .seconds(100)), .seconds(60)) == .seconds(60))
    }

    @Test("Jitter stays within its bounds")
    func jitter() {
        let policy = AttemptPolicy(delays: [.seconds(100)], jitter: .proportional(percent: 10), timeout: .seconds(1))
        #expect(policy.delay(after: 1, retryAfter: nil, chance: 0) == .seconds(90))
        #expect(policy.delay(after: 1, retryAfter: nil, chance: 0.5) == .seconds(100))
    }

    @Test("Schedules double, grow by powers, or stay")
    func schedules() {
        let doubling = AttemptPolicy.exponential(base: .seconds(30), cap: .seconds(3600), attempts: 8)
        #expect(doubling == [30, 60, 120, 240, 480, 960, 1920].map { .seconds($0) })
        #expect(AttemptPolicy.exponential(base: .seconds(1), cap: .seconds(3), attempts: 5).last == .seconds(3))
        #expect(AttemptPolicy.power(4, unit: .seconds(1), attempts: 6) == [1, 16, 81, 256, 625].map { .seconds($0) })
        #expect(AttemptPolicy.constant(.seconds(7), attempts: 3) == [.seconds(7), .seconds(7)])
        #expect(AttemptPolicy.constant(.seconds(7), attempts: 1) == [])
    }
}
