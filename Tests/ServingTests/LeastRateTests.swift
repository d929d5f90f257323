import Testing

@testable import Serving

@Suite("Least rates")
struct LeastRateTests {
    private var rate: LeastRate { LeastRate(began: .seconds(100), window: .seconds(30), least: 3000) }

    /// Seconds after the beginning at which it was found too slow, asked once a second; `octets` says what had come by
    /// then.
    private func end(_ octets: (Int) -> Int) -> Int? {
        var rate = rate
        return (1...300).first { rate.isTooSlow(octets($0), at: .seconds(100 + $0)) }
    }

    @Test("Nothing is too slow before a whole window is over, and silence is then")
    func silence() { #expect(end { _ in 0 } == 30) }

    @Test("The least is enough for ever, a little less is not")
    func steady() {
        #expect(end { $0 * 100 } == nil)
        #expect(end { $0 * 99 } == 30)
    }

    @Test(
        "A burst buys a window of silence and no more, wherever it comes", arguments: [1, 9, 14, 29, 31, 44, 59, 89])
    func burst(at second: Int) throws {
        // Before it the least, after it nothing: cut into pieces that follow each other, it would buy nearly two.
        let end = try #require(end { $0 < second ? $0 * 100 : second * 100 + 50_000_000 })
        #expect((second + 29...second + 36).contains(end))
    }

    @Test("What had come before it began does not count")
    func before() {
        var rate = LeastRate(began: .zero, octets: 5000, window: .seconds(30), least: 3000)
        #expect(rate.next == .seconds(5))
        let isTooSlow = rate.isTooSlow(7999, at: .seconds(30))
        #expect(isTooSlow)
    }
}
