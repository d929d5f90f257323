import Base
import Kernel
import Model
import TestKit
import Testing

@Suite("Rate limiter")
struct RateLimiterTests {
    private let send = RateClass("send")
    /// On the border of a minute.
    private let start = Instant(seconds: 1_782_894_600)
    private let key = RateOwner(key: AccessKey.ID(1), account: Account.ID(1), address: nil)

    private func limiter(_ tiers: RateTier...) -> RateLimiter { RateLimiter(tiers: [send: tiers]) }

    @Test("A window has room for its limit and no more, and says how much is left")
    func limit() {
        let limiter = limiter(RateTier(owner: .key, limit: 2, window: .seconds(60)))
        let now = start + .seconds(10)
        let taken = (0..<3).map { _ in limiter.take(send, by: key, now: now) }
        #expect(taken.map(\.isAllowed) == [true, true, false])
        #expect(taken.map { $0.window?.remaining } == [1, 0, 0])
        #expect(taken.map { $0.window?.retryAfter } == [.zero, .seconds(50), .seconds(50)])
        #expect(taken.allSatisfy { $0.window?.resetAt == start + .seconds(60) && $0.window?.limit == 2 })
    }

    @Test("Windows begin at whole multiples of their length")
    func alignment() {
        let limiter = limiter(RateTier(owner: .key, limit: 1, window: .seconds(60)))
        #expect(limiter.take(send, by: key, now: start + .milliseconds(59_999)).isAllowed)
        #expect(!limiter.take(send, by: key, now: start + .milliseconds(59_999)).isAllowed)
        #expect(limiter.take(send, by: key, now: start + .seconds(60)).isAllowed)
        #expect(!limiter.take(send, by: key, now: start + .milliseconds(119_999)).isAllowed)
    }

    @Test("The tiers of a class are taken together or not at all")
    func tiers() {
        let limiter = limiter(
            RateTier(owner: .key, limit: 3, window: .seconds(60)),
            RateTier(owner: .account, limit: 1, window: .seconds(1)))
        #expect(limiter.take(send, by: key, now: start).window?.remaining == 2)
        let refused = limiter.take(send, by: key, now: start)
        #expect(!refused.isAllowed)
        #expect(refused.window?.limit == 1 && refused.window?.resetAt == start + .seconds(1))
        // The refused one was not counted against the first tier.
        #expect(limiter.take(send, by: key, now: start + .seconds(1)).window?.remaining == 1)
    }

    @Test("Owners are counted apart, and keys of one account share the account's tier")
    func owners() {
        let perKey = limiter(RateTier(owner: .key, limit: 1, window: .seconds(60)))
        let perAccount = limiter(RateTier(owner: .account, limit: 1, window: .seconds(60)))
        let other = RateOwner(key: AccessKey.ID(2), account: Account.ID(1), address: nil)
        #expect(perKey.take(send, by: key, now: start).isAllowed)
        #expect(perKey.take(send, by: other, now: start).isAllowed)
        #expect(perAccount.take(send, by: key, now: start).isAllowed)
        #expect(!perAccount.take(send, by: other, now: start).isAllowed)
    }

    @Test("Without a key the client's address is counted, and each address for itself")
    func addresses() {
        let limiter = limiter(RateTier(owner: .key, limit: 1, window: .seconds(60)))
        let one = RateOwner(key: nil, account: nil, address: IPAddress("192.0.2.1"))
        let two = RateOwner(key: nil, account: nil, address: IPAddress("192.0.2.2"))
        #expect(limiter.take(send, by: one, now: start).isAllowed)
        #expect(!limiter.take(send, by: one, now: start).isAllowed)
        #expect(limiter.take(send, by: two, now: start).isAllowed)
        #expect(limiter.take(send, by: key, now: start).isAllowed)
    }

    @Test("A class without tiers is never refused and has no window")
    func unlimited() {
        let taken = limiter().take(RateClass("other"), by: key, now: start)
        #expect(taken.isAllowed && taken.window == nil)
    }

    @Test("A clock set back begins another window and refuses nobody for ever")
    func clockJump() {
        let limiter = limiter(RateTier(owner: .key, limit: 1, window: .seconds(60)))
        #expect(limiter.take(send, by: key, now: start).isAllowed)
        #expect(limiter.take(send, by: key, now: start - .seconds(3600)).isAllowed)
        #expect(limiter.take(send, by: key, now: start).isAllowed)
    }

    @Test("More clients in one window than are kept at first are still counted, each for itself")
    func manyClients() {
        let limiter = limiter(RateTier(owner: .address, limit: 1, window: .seconds(60)))
        let owners = (0..<KernelLimits.rateWindows + 2000).map { index -> RateOwner in
            let bytes = [10, UInt8(index >> 16), UInt8(index >> 8 & 255), UInt8(index & 255)]
            return RateOwner(key: nil, account: nil, address: IPAddress(bytes: bytes))
        }
        #expect(owners.allSatisfy { limiter.take(send, by: $0, now: start).isAllowed })
        #expect(!owners.suffix(2000).contains { limiter.take(send, by: $0, now: start).isAllowed })
    }
}
