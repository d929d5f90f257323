import Base
import Kernel
import Model
import Testing

@Suite("Bad keys")
struct BadKeysTests {
    private let address = IPAddress("192.0.2.1")
    private let now: Duration = .seconds(1000)

    @Test("The first ones cost nothing, each further one a little more, up to a bound")
    func grows() {
        var badKeys = BadKeys()
        let delays = (0..<1000).map { _ in badKeys.delay(for: address, at: now) }
        #expect(delays.prefix(KernelLimits.badKeysFree).allSatisfy { $0 == .zero })
        #expect(delays[KernelLimits.badKeysFree] == KernelLimits.badKeyDelayStep)
        #expect(delays == delays.sorted())
        #expect(delays.last == KernelLimits.badKeyDelayMax)
    }

    @Test("Time forgets them, also after the longest flood")
    func forgets() {
        var badKeys = BadKeys()
        for _ in 0..<10_000 { _ = badKeys.delay(for: address, at: now) }
        let later = now + KernelLimits.badKeyInterval * KernelLimits.badKeysCounted
        #expect(badKeys.delay(for: address, at: later) == .zero)
    }

    @Test("Who sends one in each interval is never slowed down")
    func slow() {
        var badKeys = BadKeys()
        for second in 0..<10_000 {
            #expect(badKeys.delay(for: address, at: now + KernelLimits.badKeyInterval * second) == .zero)
        }
    }

    @Test("Others are not slowed down with it; the addresses of one IPv6 network count together")
    func others() {
        var badKeys = BadKeys()
        for _ in 0..<1000 { _ = badKeys.delay(for: address, at: now) }
        #expect(badKeys.delay(for: IPAddress("192.0.2.2"), at: now) == .zero)
        for _ in 0..<1000 { _ = badKeys.delay(for: IPAddress("2001:db8::1"), at: now) }
        #expect(badKeys.delay(for: IPAddress("2001:db8::2"), at: now) > .zero)
        #expect(badKeys.delay(for: IPAddress("2001:db8:0:1::2"), at: now) == .zero)
    }

    @Test("However many networks send them, the memory is bounded and all are counted")
    func bounded() {
        var badKeys = BadKeys()
        for number in 0..<(KernelLimits.badKeyNetworks + 500) {
            let bytes = [UInt8(10), UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)]
            _ = badKeys.delay(for: IPAddress(bytes: bytes), at: now)
        }
        #expect(badKeys.networks == KernelLimits.badKeyNetworks + 1)
        #expect(badKeys.delay(for: IPAddress("192.0.2.77"), at: now) > .zero, "the shared bucket is full")
        let later = now + KernelLimits.badKeyInterval * 1000
        #expect(badKeys.delay(for: IPAddress("192.0.2.77"), at: later) == .zero)
        #expect(badKeys.networks == 1)
    }

    @Test("Only guesses wait, and only so many at one time")
    func waiting() {
        let refusals = RefusalDelay()
        for _ in 0..<1000 { #expect(refusals.begin(.credentialMissing, from: address, at: now) == nil) }
        #expect(refusals.begin(.scopeMissing(.none), from: address, at: now) == nil)
        let waits = (0..<(KernelLimits.refusalsWaiting + 500)).compactMap { _ in
            refusals.begin(.credentialUnknown, from: address, at: now)
        }
        #expect(waits.count == KernelLimits.refusalsWaiting)
        refusals.end()
        #expect(refusals.begin(.credentialUnknown, from: address, at: now) != nil)
    }
}

extension ScopeShortfall {
    fileprivate static let none = ScopeShortfall(
        anyOf: [], reported: "", held: [], method: UserData(""), path: UserData(""))
}
