import Base
import Testing

@Suite("Instant")
struct InstantTests {
    @Test("Seconds are rounded down, also before 1970")
    func seconds() {
        #expect(Instant(nanoseconds: -1).seconds == -1)
        #expect(Instant(nanoseconds: -1).subsecondNanoseconds == 999_999_999)
        #expect(Instant(nanoseconds: 1_999_999_999).seconds == 1)
        #expect(Instant(seconds: 2).nanoseconds == 2_000_000_000)
    }

    @Test("Adding beyond the range stays at its end")
    func saturation() {
        let last = Instant(nanoseconds: .max)
        let first = Instant(nanoseconds: .min)
        #expect(last + .seconds(1) == last)
        #expect(first + .seconds(-1) == first)
        #expect(first - .seconds(1) == first)
        #expect(last + .seconds(Int64.max) == last)
        #expect(last - first == .nanoseconds(Int64.max))
    }

    @Test("Subtracting the longest negative duration reaches the end of the range")
    func subtractingNegative() {
        #expect(Instant(seconds: 0) - .nanoseconds(Int64.min) == Instant(nanoseconds: .max))
        #expect(Instant(seconds: 0) - .seconds(Int64.min) == Instant(nanoseconds: .max))
    }

    @Test("A duration is told in nanoseconds, at most 292 years of them")
    func durations() {
        #expect(Duration.milliseconds(-1500).nanoseconds == -1_500_000_000)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
    }

    @Test("Whole seconds are rounded up")
    func roundedUp() {
        #expect(Duration.milliseconds(1).secondsRoundedUp == 1)
        #expect(Duration.seconds(1).secondsRoundedUp == 1)
        #expect(Duration.milliseconds(1001).secondsRoundedUp == 2)
        #expect(Duration.zero.secondsRoundedUp == 0)
        #expect(Duration.milliseconds(-500).secondsRoundedUp == 0)
    }
}
