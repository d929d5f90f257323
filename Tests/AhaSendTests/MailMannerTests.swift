import AdapterKit
import AhaSend
import Base
import Model
import Testing

@Suite("How mail of this dialect's is tried")
struct MailMannerTests {
    @Test("A message is tried seven times within about a day, and lives long enough for the last one")
    func attempts() throws {
        let retries = try #require(AhaSend().mailManner.retries)
        #expect(retries.attempts == 7)
        let day: ClosedRange<Duration> = .seconds(22 * 3600) ... .seconds(26 * 3600)
        for fraction in [UInt64.min, .max] {
            let random = ConstantRandom(bits: fraction)
            let waits = (1...6).compactMap { retries.delay(after: $0, random: random) }
            let whole = waits.reduce(Duration.zero, +)
            #expect(waits.count == 6 && day.contains(whole))
            #expect(whole < retries.lifetime)
        }
        #expect(retries.delay(after: 7, random: ConstantRandom(bits: 0)) == nil)
    }
}
