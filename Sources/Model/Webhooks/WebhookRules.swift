/// What a dialect says of webhooks, as data: which events have which names, how deliveries are signed, tried and given
/// up.
public struct WebhookRules: Sendable {
    /// The names of each event; several make several deliveries.
    public var names: [MailEvent.Kind: [String]]
    /// The word in an endpoint's filter that stands for all names.
    public var wildcard: String?
    /// The name of a test event.
    public var testName: String
    public var policy: AttemptPolicy
    /// Deliveries given up in a row that disable the endpoint; nil: none do.
    public var disableAfter: Int?
    /// Whether events that happen while an endpoint is off are queued for when it is on again, or passed over.
    public var keepsWhileOff: Bool
    public var signing: WebhookSigning
    /// What a secret begins with.
    public var secretPrefix: String
    /// How many characters a secret has behind its prefix.
    public var secretCharacters: Int
    /// Endpoints of one account.
    public var endpointsMax: Int

    public init(
        names: [MailEvent.Kind: [String]], wildcard: String?, testName: String, policy: AttemptPolicy,
        disableAfter: Int?, keepsWhileOff: Bool, signing: WebhookSigning, secretPrefix: String, endpointsMax: Int,
        secretCharacters: Int = 40
    ) {
        self.names = names
        self.wildcard = wildcard
        self.testName = testName
        self.policy = policy
        self.disableAfter = disableAfter
        self.keepsWhileOff = keepsWhileOff
        self.signing = signing
        self.secretPrefix = secretPrefix
        self.secretCharacters = secretCharacters
        self.endpointsMax = endpointsMax
    }

    /// Whether an endpoint with this filter wants an event of this name.
    public func admits(_ name: String, _ filter: [String]) -> Bool {
        filter.contains { $0 == name || $0 == wildcard }
    }
}

/// How a delivery is signed: HMAC-SHA256 over some of its parts, put into fields by templates. The key is the UTF-8 of
/// the whole secret.
public struct WebhookSigning: Sendable, Equatable {
    public enum Part: Sendable, Equatable { case id, time, body }
    public enum Encoding: Sendable, Equatable { case hexadecimal, base64 }

    /// A field of the request. In its value `{id}`, `{time}` (Unix seconds, of this attempt), `{event}` and
    /// `{signatures}` are replaced.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var template: String

        public init(_ name: String, _ template: String) {
            self.name = name
            self.template = template
        }
    }

    /// What is signed, joined by dots.
    public var parts: [Part]
    public var encoding: Encoding
    /// Before each signature.
    public var prefix: String
    /// Between those of several secrets; the newest comes first.
    public var separator: String
    public var fields: [Field]

    public init(parts: [Part], encoding: Encoding, prefix: String, separator: String, fields: [Field]) {
        self.parts = parts
        self.encoding = encoding
        self.prefix = prefix
        self.separator = separator
        self.fields = fields
    }
}
