public import Base
import Kernel
public import Model
import Ports

/// Webhooks that are made with their answer in one commit, bound to domains or not.
extension WebhookDesk {
    /// What a caller chose of an endpoint; in a change nil leaves what is.
    public struct Choice: Sendable, Equatable {
        public var label: String?
        public var url: WebURL?
        /// The dialect's names of events.
        public var events: [String]?
        /// Whether it hears of its domains alone, and which those are.
        public var isBound: Bool?
        public var domains: [MailDomain.ID]?
        public var isEnabled: Bool?

        public init() {}
    }

    /// Makes an endpoint; what is nil is empty, unbound and on. `publicAddress` faults are those of the field `url`.
    /// `answer` says from it and its secret what the caller is told; it is called on the store's thread and looks
    /// nothing up.
    public func making(
        _ choice: Choice, url: WebURL, answer: @escaping @Sendable (WebhookEndpoint, String) -> Answer
    ) throws(KernelFailure) -> Effect {
        let draft = WebhookDraft(
            label: choice.label ?? "", url: url, events: choice.events ?? [],
            domains: choice.isBound == true ? choice.domains ?? [] : nil, isEnabled: choice.isEnabled ?? true)
        let (prepared, change, secret) = try service.prepare(draft, for: owner())
        return Effect(changes: [change]) { outcomes in
            outcomes.made { answer(prepared.numbered($0), secret) }
        }
    }

    /// Changes what is not nil.
    public func change(_ id: WebhookEndpoint.ID, _ choice: Choice) async throws(KernelFailure) -> WebhookEndpoint {
        try await service.edit(
            id,
            WebhookEdit(
                events: choice.events, domains: choice.domains, isBound: choice.isBound, label: choice.label,
                isEnabled: choice.isEnabled),
            url: choice.url, of: owner())
    }
}

extension WebhookEndpoint {
    fileprivate func numbered(_ serial: Int64) -> WebhookEndpoint {
        var endpoint = self
        endpoint.id = WebhookEndpoint.ID(serial)
        return endpoint
    }
}
