import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Rate book")
struct RateBookTests {
    private let time = HandTime()
    private let send = RateClass("send")
    private let key = RateOwner(key: AccessKey.ID(1), account: Account.ID(1), address: IPAddress("192.0.2.1"))
    private static let tiers = [
        RateTier(owner: .key, limit: 3, window: .seconds(60)), RateTier(owner: .account, limit: 9, window: .month),
        RateTier(owner: .address, limit: 5, window: .bucket(refill: .seconds(60), burst: 5)),
        RateTier(owner: .global, limit: 7, window: .fromFirst(.seconds(600))),
    ]

    private func book() -> RateBook { RateBook(tiers: [Fixture.personality: [send: Self.tiers]], time: time) }

    private func take(_ book: RateBook) throws -> RateLimiter.Taken {
        try #require(book[Fixture.personality]).take(send, by: key, now: time.now)
    }

    @Test("After an orderly end the windows go on where they were, whatever their kind")
    func orderlyEnd() throws {
        let first = book()
        for _ in 0..<2 { _ = try take(first) }
        let saved = first.takeChangedWindows() + first.shortLivedWindows()
        #expect(Set(saved.map(\.tier)) == Set(Self.tiers.map(\.identity)))
        time.advance(by: .seconds(1))
        let second = book()
        second.restore(saved)
        #expect(try take(second).window?.remaining == 0)
        #expect(try !take(second).isAllowed)
        #expect(try take(first).window == take(second).window)
    }

    @Test("Windows that ended while nobody served are not brought back")
    func stale() throws {
        let first = book()
        _ = try take(first)
        let saved = first.takeChangedWindows() + first.shortLivedWindows()
        time.advance(by: .seconds(31 * 24 * 3600))
        let second = book()
        second.restore(saved)
        #expect(second.shortLivedWindows().isEmpty)
        #expect(try take(second).window?.remaining == 2)
    }

    @Test("Durable windows are given once after each change, and short ones never with the commits")
    func changed() throws {
        let book = book()
        #expect(!book.hasChangedWindows)
        _ = try take(book)
        #expect(book.hasChangedWindows)
        let records = book.takeChangedWindows()
        #expect(records.map(\.tier) == [Self.tiers[1].identity] && records.map(\.used) == [1])
        #expect(records.first?.endsAt == time.now.startOfNextMonth)
        #expect(book.takeChangedWindows().isEmpty && !book.hasChangedWindows)
        _ = try take(book)
        #expect(book.takeChangedWindows().map(\.used) == [2])
    }

    @Test("What was restored is not written again before it changes")
    func restored() throws {
        let first = book()
        _ = try take(first)
        let second = book()
        second.restore(first.takeChangedWindows())
        #expect(!second.hasChangedWindows)
    }

    @Test("Windows of tiers and personalities that are no more are left alone")
    func unknown() throws {
        let first = RateBook(tiers: [Fixture.otherPersonality: [send: Self.tiers]], time: time)
        _ = first[Fixture.otherPersonality]?.take(send, by: key, now: time.now)
        let book = book()
        book.restore(first.takeChangedWindows() + first.shortLivedWindows())
        #expect(try take(book).window?.remaining == 2)
    }
}
