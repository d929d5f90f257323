package import Base
package import Model
package import Ports

extension Fixture {
    package static let relayRules = RelayRules(
        signing: WebhookSigning(
            parts: [.time, .body], encoding: .hexadecimal, prefix: "v1=", separator: ",",
            fields: [.init("X-Signature", "t={time},{signatures}")]), secretPrefix: "whsec_")

    /// Doubling waits of one second and more; everything but 5xx, 408 and 429 is final.
    package static func relayPolicy(
        attempts: Int = 3, delays: RetryPolicy.Delays? = nil, jitter: RetryPolicy.Jitter = .none
    ) -> AttemptPolicy {
        AttemptPolicy(
            fatal: [100...199, 300...407, 409...428, 430...499],
            retries: RetryPolicy(
                delays: delays ?? .exponential(first: .seconds(1), factor: 2, cap: .seconds(3600)), attempts: attempts,
                jitter: jitter, retryAfter: .replaces(cap: .seconds(43_200)), lifetime: .seconds(400 * 86_400)),
            timeout: .seconds(10))
    }

    package static func relayRequest(
        _ target: String = "https://hooks.example.com/in", method: String = "POST", isSigned: Bool = false,
        fields: [RelayRequest.Field] = [.init("X-A", "b")], key: String? = nil, metadata: [UInt8]? = nil,
        policy: AttemptPolicy = relayPolicy()
    ) -> RelayRequest {
        guard let url = WebURL(target) else { preconditionFailure("not a URL: \(target)") }
        return RelayRequest(
            method: method, target: url, fields: fields, isSigned: isSigned, idempotencyKey: key, metadata: metadata,
            policy: policy)
    }

    package static func relay(
        _ request: RelayRequest = relayRequest(), body: [UInt8] = Array("hello".utf8), account: Int64 = 1,
        origin: PersonalityID = personality, at: Instant = start
    ) -> NewRelay {
        NewRelay(account: Account.ID(account), origin: origin, request: request, body: body, at: at)
    }

    package static func relaySettlement(
        _ id: Int64, _ outcome: Relay.State, attempts: Int = 1, due: Instant? = nil, status: Int? = 200,
        failure: HTTPFailure? = nil, at: Instant = start
    ) -> RelaySettlement {
        RelaySettlement(
            id: Relay.ID(id), attempts: attempts, outcome: outcome, due: due, status: status, failure: failure,
            latency: .milliseconds(12), at: at)
    }
}
