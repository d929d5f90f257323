import Base
import Crypto
import Kernel
public import Model

/// Turns rows' numbers into the ids that callers see, and back, in the forms that the dialect declares. Derived by
/// keyed permutations, so no index is needed to find a row by its public id, and one id says nothing about the next.
/// A class, for every request hands all of them on several times.
public final class PublicIDs: Sendable {
    public let messages: IDCodec<Message>
    public let deliveries: DeliveryIDCodec
    public let events: IDCodec<MailEvent>
    public let accounts: IDCodec<Account>
    public let keys: IDCodec<AccessKey>
    public let domains: IDCodec<MailDomain>
    public let webhooks: IDCodec<WebhookEndpoint>
    public let webhookDeliveries: IDCodec<WebhookDelivery>
    public let suppressions: IDCodec<Suppression>
    public let relays: IDCodec<Relay>
    public let templates: IDCodec<Template>
    private let records: [String: IDWriter]
    private let messageNames: PostOffice.MessageIDs
    /// For `Cursors`.
    let places: SealedNumber

    /// `key`: 32 bytes that stay the same for the life of the database. `forms`: kinds that are not in it have
    /// integers.
    package init(key: [UInt8], personality: PersonalityID, forms: [IDKind: IDForm]) {
        func writer(_ kind: IDKind) -> IDWriter {
            let form = forms[kind] ?? .integer
            precondition(form != .timedUUID || kind == .delivery, "only a delivery's id is written with its time")
            return IDWriter(form, key: key, label: "\(personality).\(kind.label)")
        }
        messages = IDCodec(writer(.message))
        deliveries = DeliveryIDCodec(writer(.delivery))
        events = IDCodec(writer(.event))
        accounts = IDCodec(writer(.account))
        keys = IDCodec(writer(.key))
        domains = IDCodec(writer(.domain))
        webhooks = IDCodec(writer(.webhook))
        webhookDeliveries = IDCodec(writer(.webhookDelivery))
        suppressions = IDCodec(writer(.suppression))
        relays = IDCodec(writer(.relay))
        templates = IDCodec(writer(.template))
        messageNames = PostOffice.MessageIDs(idKey: key)
        var records: [String: IDWriter] = [:]
        for case .record(let name) in forms.keys { records[name] = writer(.record(name)) }
        self.records = records
        places = SealedNumber(key: key, label: "\(personality).cursor")
    }

    package convenience init(key: [UInt8], of personality: any Personality) {
        self.init(key: key, personality: personality.id, forms: personality.ids)
    }

    /// The Message-ID (RFC 5322 §3.6.4) that a message goes out with, without its brackets: the one that came with it,
    /// or ours.
    public func messageID(of message: Message) -> String {
        let own = message.submission.headers.first { $0.name.asciiLowercased == "message-id" }?.value
        guard let own else { return "\(messageNames.text(message.id))@\(message.submission.from.domain)" }
        return own.hasPrefix("<") && own.hasSuffix(">") ? String(own.dropFirst().dropLast()) : own
    }

    /// The ids of a kind of record that is the dialect's own; integers where the dialect declares no form for it.
    public func records<Subject>(_ kind: String, of subject: Subject.Type = Subject.self) -> IDCodec<Subject> {
        IDCodec(records[kind] ?? .integer)
    }
}

extension IDKind {
    /// What the keys of its ciphers are derived by: the same for ever, or every id that was given out would be lost.
    fileprivate var label: String {
        switch self {
        case .message: "message"
        case .delivery: "delivery"
        case .event: "event"
        case .account: "account"
        case .key: "key"
        case .domain: "domain"
        case .webhook: "endpoint"
        case .webhookDelivery: "webhook"
        case .suppression: "suppression"
        case .relay: "relay"
        case .template: "template"
        case .record(let name): "record.\(name)"
        }
    }
}
