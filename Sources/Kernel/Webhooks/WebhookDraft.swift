package import Base
package import Model

/// What a caller chose of a new endpoint.
package struct WebhookDraft: Sendable {
    package var label: String
    package var url: WebURL
    /// The dialect's names of events.
    package var events: [String]
    /// The domains that it is bound to; nil: it hears of all.
    package var domains: [MailDomain.ID]?
    package var isEnabled: Bool

    package init(label: String, url: WebURL, events: [String], domains: [MailDomain.ID]?, isEnabled: Bool) {
        self.label = label
        self.url = url
        self.events = events
        self.domains = domains
        self.isEnabled = isEnabled
    }
}
