public import Model

/// That pages of any origin may call a route from a browser (Fetch Standard, section 3.2, "CORS protocol").
///
/// **Contract.** For a route that has it the server answers preflights, without asking the gate: a browser sends no
/// credential with one. Every answer to a request with `Origin`, refusals included, may be read by the page, unless the
/// key that came with it is a good one of a kind that is not listed: a secret key in a page is its owner's mistake, and
/// no page learns anything by one. Cookies are never meant (no `Access-Control-Allow-Credentials`), so every origin may
/// be let in and none has to be told from another.
public struct CrossOrigin: Sendable, Equatable {
    /// The kinds of keys that may stand in a page.
    public let kinds: Set<AccessKey.Kind>
    /// Fields beyond those of every request that a page may send.
    public let requestHeaders: [String]
    /// Fields of the answer beyond those of every answer that a page may read.
    public let exposedHeaders: [String]
    /// How long a browser may remember what a preflight said.
    public let lifetime: Duration

    /// `kinds` means nothing on routes that need no credential.
    public init(
        for kinds: Set<AccessKey.Kind> = [.public], requestHeaders: [String] = [], exposedHeaders: [String] = [],
        lifetime: Duration = .seconds(600)
    ) {
        self.kinds = kinds
        self.requestHeaders = requestHeaders
        self.exposedHeaders = exposedHeaders
        self.lifetime = lifetime
    }

    /// What makes an answer readable to the page that asked. `hasOrigin`: the request says that a page did. The first
    /// field is there in any case, as caches must not give one answer to both.
    package func fields(hasOrigin: Bool, kind: AccessKey.Kind?) -> [AnswerField] {
        var fields = [AnswerField("Vary", "Origin")]
        guard hasOrigin, kind.map(kinds.contains) ?? true else { return fields }
        fields.append(AnswerField("Access-Control-Allow-Origin", "*"))
        if !exposedHeaders.isEmpty {
            fields.append(AnswerField("Access-Control-Expose-Headers", exposedHeaders.joined(separator: ", ")))
        }
        return fields
    }

    /// The answer to a preflight that asks for this route; `methods` are all of its path that pages may use.
    package func preflight(methods: [String]) -> Answer {
        var fields = [
            AnswerField("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
            AnswerField("Access-Control-Allow-Origin", "*"),
            AnswerField("Access-Control-Allow-Methods", methods.joined(separator: ", ")),
            AnswerField("Access-Control-Max-Age", "\(lifetime.components.seconds)"),
        ]
        if !requestHeaders.isEmpty {
            fields.append(AnswerField("Access-Control-Allow-Headers", requestHeaders.joined(separator: ", ")))
        }
        return Answer(status: 204, fields: fields, body: [])
    }
}
