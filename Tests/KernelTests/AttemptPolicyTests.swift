import Model
import Testing

@Suite("Attempt policies: the vendors' rules as data")
struct AttemptPolicyTests {
    @Test("2xx succeed; all else is tried again, but for what the policy names as fatal")
    func verdicts() {
        let patient = AttemptPolicy(retries: RetryPolicy(listed: []), timeout: .seconds(10))
        #expect([200, 204, 299].allSatisfy { patient.verdict($0) == .success })
        #expect([nil, 100, 301, 404, 410, 429, 500].allSatisfy { patient.verdict($0) == .again })
        let strict = AttemptPolicy(
            fatal: [300...407, 409...428, 430...499], retries: RetryPolicy(listed: []), timeout: .seconds(10))
        #expect([302, 400, 404, 410].allSatisfy { strict.verdict($0) == .giveUp })
        #expect([nil, 408, 429, 500, 503].allSatisfy { strict.verdict($0) == .again })
    }
}
