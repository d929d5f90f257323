import Base
import Kernel
import TestKit
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    @Test("Each attempt has its wait, and after the last the delivery is given up")
    func delays() {
        let policy = RetryPolicy(delays: [.seconds(1), .seconds(5)])
        #expect((1...4).map(policy.delay) == [.seconds(1), .seconds(5), nil, nil])
        #expect(RetryPolicy(delays: []).delay(after: 1) == nil)
    }

    @Test("Mail waits longer each time, and is given up after four to five days (RFC 5321 §4.5.4.1)")
    func mail() {
        let delays = RetryPolicy.mail.delays
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        let total = delays.reduce(.zero, +)
        #expect((.seconds(4 * 86_400) ... .seconds(5 * 86_400)).contains(total))
    }
}
