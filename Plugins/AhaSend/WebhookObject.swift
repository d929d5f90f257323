import AdapterKit
import Base
import Model

/// What a webhook can be called for. The raw value is the member that asks for it, and `data.event` of its payloads.
enum Trigger: String, CaseIterable {
    case reception = "on_reception"
    case delivered = "on_delivered"
    case transientError = "on_transient_error"
    case failed = "on_failed"
    case bounced = "on_bounced"
    case suppressed = "on_suppressed"
    case opened = "on_opened"
    case clicked = "on_clicked"
    case suppressionCreated = "on_suppression_created"
    case dnsError = "on_dns_error"

    /// The one that an event pulls; nil where the vendor tells nobody.
    init?(_ kind: MailEvent.Kind) {
        switch kind {
        case .accepted: self = .reception
        case .delivered: self = .delivered
        case .deferred: self = .transientError
        case .softBounced, .failed: self = .failed
        case .bounced: self = .bounced
        case .suppressed: self = .suppressed
        case .opened: self = .opened
        case .clicked: self = .clicked
        case .transmitted, .cancelled, .rescheduled, .complained, .unsubscribed, .replayed: return nil
        }
    }

    /// `type` of its payloads.
    var type: String {
        switch self {
        case .suppressionCreated: "suppression.created"
        case .dnsError: "domain.dns_error"
        default: "message.\(rawValue.dropFirst(3))"
        }
    }

    /// Its events are made by this server.
    var isServed: Bool { self != .suppressionCreated && self != .dnsError }
}

/// Where an account wants to be called.
struct WebhookObject: JSONWritable {
    let endpoint: WebhookEndpoint
    /// Names of the domains that it is bound to, as far as they are still there.
    let domains: [String]
    let ids: PublicIDs
    var secret: String?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.constants(#""object":"webhook""#)
        object.member("id", ids.webhooks.text(endpoint.id))
        object.member("created_at", WireTime(endpoint.createdAt))
        object.member("updated_at", WireTime(endpoint.changedAt ?? endpoint.createdAt))
        object.member("name", endpoint.label)
        object.member("url", endpoint.url.text)
        object.member("enabled", endpoint.isEnabled)
        for trigger in Trigger.allCases { object.member(named: trigger.rawValue, wants(trigger)) }
        object.member("scope", endpoint.isBound ? "scoped" : "global")
        object.member("domains", domains)
        object.member("success_count", endpoint.health.successes)
        object.member("error_count", endpoint.health.failures)
        object.member("errors_since_last_success", endpoint.health.failuresSinceSuccess)
        object.member("last_request_at", endpoint.health.lastAttemptAt.map { WireTime($0) })
        object.memberIfPresent("secret", secret)
    }

    private func wants(_ trigger: Trigger) -> Bool { endpoint.events.contains(trigger.rawValue) }
}
