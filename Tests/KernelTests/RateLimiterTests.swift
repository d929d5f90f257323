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

    @Test("Beyond the addresses that are counted each for itself, newcomers share one count, and keys do not notice")
    func crowd() throws {
        let limiter = limiter(RateTier(owner: .key, limit: 1, window: .seconds(60)))
        func address(_ index: Int) -> RateOwner {
            let bytes = [10, UInt8(index >> 16), UInt8(index >> 8 & 255), UInt8(index & 255)]
            return RateOwner(key: nil, account: nil, address: IPAddress(bytes: bytes))
        }
        let known = KernelLimits.rateAddresses
        #expect((0..<known).allSatisfy { limiter.take(send, by: address($0), now: start).isAllowed })
        #expect(limiter.take(send, by: address(known), now: start).isAllowed)
        #expect(!limiter.take(send, by: address(known + 1), now: start).isAllowed)
        #expect(limiter.take(send, by: key, now: start).isAllowed)
        #expect(limiter.take(send, by: address(known + 1), now: start + .seconds(60)).isAllowed)
        #expect(limiter.take(send, by: address(known + 2), now: start + .seconds(60)).isAllowed)
    }

    @Test("All addresses of an IPv6 network of 64 bits are one client")
    func networks() {
        let limiter = limiter(RateTier(owner: .address, limit: 1, window: .seconds(60)))
        func client(_ text: String) -> RateOwner { RateOwner(key: nil, account: nil, address: IPAddress(text)) }
        #expect(limiter.take(send, by: client("2001:db8:0:1::1"), now: start).isAllowed)
        #expect(!limiter.take(send, by: client("2001:db8:0:1:ffff::2"), now: start).isAllowed)
        #expect(limiter.take(send, by: client("2001:db8:0:2::1"), now: start).isAllowed)
    }

    @Test("Of the tiers that refuse, the one to wait for longest is reported")
    func longestWait() {
        let limiter = limiter(
            RateTier(owner: .key, limit: 1, window: .seconds(60)), RateTier(owner: .key, limit: 1, window: .month),
            RateTier(owner: .account, limit: 1, window: .seconds(1)))
        #expect(limiter.take(send, by: key, now: start).isAllowed)
        let refused = limiter.take(send, by: key, now: start).window
        #expect(refused?.resetAt == start.startOfNextMonth)
        #expect(refused?.retryAfter == start.startOfNextMonth - start)
    }

    @Test("Units are taken together or not at all")
    func units() {
        let limiter = limiter(RateTier(owner: .key, limit: 5, window: .seconds(60)))
        #expect(limiter.take(send, by: key, units: 3, now: start).window?.remaining == 2)
        let refused = limiter.take(send, by: key, units: 3, now: start)
        #expect(!refused.isAllowed && refused.window?.remaining == 2 && refused.window?.retryAfter == .seconds(60))
        #expect(limiter.take(send, by: key, units: 2, now: start).window?.remaining == 0)
    }

    @Test("A user's keys are counted together, and keys of nobody with their account")
    func users() {
        let limiter = limiter(RateTier(owner: .user, limit: 1, window: .seconds(60)))
        func owner(_ key: Int64, user: Int64?) -> RateOwner {
            RateOwner(key: AccessKey.ID(key), account: Account.ID(1), address: nil, user: user)
        }
        #expect(limiter.take(send, by: owner(1, user: 1), now: start).isAllowed)
        #expect(!limiter.take(send, by: owner(2, user: 1), now: start).isAllowed)
        #expect(limiter.take(send, by: owner(3, user: nil), now: start).isAllowed)
        #expect(!limiter.take(send, by: owner(4, user: nil), now: start).isAllowed)
    }

    @Test("A tier of accepted requests gets back what a refused one took; the others keep it")
    func accepted() throws {
        let limiter = limiter(
            RateTier(owner: .key, limit: 2, window: .month, counts: .accepted),
            RateTier(owner: .key, limit: 9, window: .seconds(60)))
        let taken = limiter.take(send, by: key, now: start)
        #expect(taken.window?.remaining == 1)
        let receipt = try #require(taken.receipt)
        #expect(limiter.giveBack(receipt, now: start)?.remaining == 2)
        // What is running counts, or two at once would both find the last place free.
        let two = [limiter.take(send, by: key, now: start), limiter.take(send, by: key, now: start)]
        #expect(two.allSatisfy(\.isAllowed) && !limiter.take(send, by: key, now: start).isAllowed)
    }

    @Test("What is given back after its window has ended is nobody's")
    func lateReturn() throws {
        let limiter = limiter(RateTier(owner: .key, limit: 1, window: .aligned(.seconds(60)), counts: .accepted))
        let receipt = try #require(limiter.take(send, by: key, now: start).receipt)
        let next = start + .seconds(60)
        #expect(limiter.take(send, by: key, now: next).isAllowed)
        #expect(limiter.giveBack(receipt, now: next)?.remaining == 0)
    }

    @Test("Without a tier of accepted requests there is nothing to give back")
    func noReceipt() {
        let limiter = limiter(RateTier(owner: .key, limit: 1, window: .seconds(60)))
        #expect(limiter.take(send, by: key, now: start).receipt == nil)
    }

    @Test("Other limits leave what is used as it is")
    func reload() {
        let limiter = limiter(RateTier(owner: .key, limit: 2, window: .month))
        for _ in 0..<2 { #expect(limiter.take(send, by: key, now: start).isAllowed) }
        limiter.setTiers([send: [RateTier(owner: .key, limit: 3, window: .month)]])
        #expect(limiter.take(send, by: key, now: start).window?.remaining == 0)
        limiter.setTiers([send: [RateTier(owner: .key, limit: 2, window: .month)]])
        #expect(!limiter.take(send, by: key, now: start).isAllowed)
    }

    @Test("Many callers at one time take exactly the limit")
    func concurrency() async {
        let limiter = limiter(RateTier(owner: .key, limit: 50, window: .month))
        let (send, key, start) = (send, key, start)
        let allowed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<100).count { _ in limiter.take(send, by: key, now: start).isAllowed } }
            }
            return await group.reduce(0, +)
        }
        #expect(allowed == 50)
    }
}
