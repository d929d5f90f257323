import Base
import Model
import TestKit
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    private let random = SeededRandom(seed: 1)
    private let hour = Duration.seconds(3600)

    private func delays(_ policy: RetryPolicy, _ attempts: ClosedRange<Int>) -> [Duration?] {
        attempts.map { policy.delay(after: $0, random: random) }
    }

    @Test("Each attempt has its wait, and after the last the delivery is given up")
    func listed() {
        #expect(
            delays(RetryPolicy(listed: [.seconds(1), .seconds(5)]), 1...4) == [.seconds(1), .seconds(5), nil, nil])
        #expect(delays(RetryPolicy(listed: []), 1...1) == [nil])
        let longer = RetryPolicy(delays: .listed([.seconds(1), .seconds(5)]), attempts: 5)
        #expect(delays(longer, 2...5) == [.seconds(5), .seconds(5), .seconds(5), nil])
    }

    @Test("A constant wait is always the same")
    func constant() {
        let policy = RetryPolicy(delays: .constant(.seconds(7)), attempts: 4)
        #expect(delays(policy, 1...4) == [.seconds(7), .seconds(7), .seconds(7), nil])
    }

    @Test("An exponential wait doubles up to its cap, and never overflows")
    func exponential() {
        let policy = RetryPolicy(
            delays: .exponential(first: .seconds(30), factor: 2, cap: hour), attempts: 100_000)
        #expect(delays(policy, 1...4) == [.seconds(30), .seconds(60), .seconds(120), .seconds(240)])
        #expect(delays(policy, 8...9) == [hour, hour])
        #expect(policy.delay(after: 99_999, random: random) == hour)
    }

    @Test("A power of the attempt's number grows as AhaSend's schedule does")
    func power() {
        let policy = RetryPolicy(delays: .power(unit: .seconds(1), exponent: 4, cap: hour * 24), attempts: 7)
        #expect(delays(policy, 1...6) == [1, 16, 81, 256, 625, 1296].map { .seconds($0) })
    }

    @Test("Full jitter is anything up to the wait, proportional jitter stays near it", arguments: 1...50)
    func jitter(_: Int) throws {
        var policy = RetryPolicy(delays: .constant(.seconds(100)), attempts: 2, jitter: .full)
        #expect((.zero ... .seconds(100)).contains(try #require(policy.delay(after: 1, random: random))))
        policy.jitter = .proportional(percent: 10)
        #expect((.seconds(90) ... .seconds(110)).contains(try #require(policy.delay(after: 1, random: random))))
    }

    @Test("Jitter spreads over the whole of its range")
    func spread() throws {
        let policy = RetryPolicy(delays: .constant(.seconds(100)), attempts: 2, jitter: .full)
        let waits = (0..<1000).compactMap { _ in policy.delay(after: 1, random: random) }
        #expect(try #require(waits.min()) < .seconds(1) && (try #require(waits.max())) > .seconds(99))
    }

    @Test("What a receiver asks for is ignored, replaces the wait, or is the least of it")
    func retryAfter() {
        var policy = RetryPolicy(delays: .constant(.seconds(10)), attempts: 3)
        func delay(_ asked: Int) -> Duration? { policy.delay(after: 1, asked: .seconds(asked), random: random) }
        #expect([1, 60].map(delay) == [.seconds(10), .seconds(10)])
        policy.retryAfter = .replaces(cap: .seconds(60))
        #expect([1, 60, 61].map(delay) == [.seconds(1), .seconds(60), .seconds(60)])
        policy.retryAfter = .floor(cap: .seconds(60))
        #expect([1, 30, 61].map(delay) == [.seconds(10), .seconds(30), .seconds(60)])
    }

    @Test(
        "A receiver that asks for no wait gets the first one of the policy",
        arguments: [
            (RetryPolicy.Delays.constant(.seconds(10)), 10), (.listed([.seconds(3), .seconds(9)]), 3),
            (.exponential(first: .seconds(2), factor: 2, cap: .seconds(60)), 2),
        ])
    func noWait(delays: RetryPolicy.Delays, first: Int) {
        let policy = RetryPolicy(
            delays: delays, attempts: 25, jitter: .full, retryAfter: .replaces(cap: .seconds(60)))
        for asked in [Duration.zero, .seconds(-5)] {
            #expect(policy.delay(after: 7, asked: asked, random: random) == .seconds(first))
        }
        let floored = RetryPolicy(delays: delays, attempts: 25, jitter: .full, retryAfter: .floor(cap: .seconds(60)))
        #expect(floored.delay(after: 1, asked: .zero, random: random).map { $0 >= .seconds(first) } == true)
    }

    @Test("No wish of a receiver's gets an attempt more than there are")
    func exhausted() {
        let policy = RetryPolicy(
            delays: .constant(.seconds(10)), attempts: 1, retryAfter: .replaces(cap: .seconds(60)))
        #expect(policy.delay(after: 1, asked: .seconds(1), random: random) == nil)
    }

    @Test("Mail waits longer each time, and is given up after four to five days (RFC 5321 §4.5.4.1)")
    func mail() {
        let delays = RetryPolicy.mailDelays
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        let total = delays.reduce(.zero, +)
        #expect((.seconds(4 * 86_400) ... .seconds(5 * 86_400)).contains(total))
    }
}
