import AdapterKit
import Model

/// A personality of which only the name and the rate classes matter.
struct NamedPersonality: Personality {
    let id: PersonalityID
    let rateTiers: [RateClass: [RateTier]]
    var options: [OptionDeclaration] = []
    var pace: OutboundPace?

    init(_ name: String, classes: [String]) {
        id = PersonalityID(name)
        let tier = RateTier(owner: .key, limit: 3, window: .seconds(1))
        rateTiers = Dictionary(uniqueKeysWithValues: classes.map { (RateClass($0), [tier]) })
    }

    let credentials = CredentialForm(scheme: "Bearer", prefixes: [])
    let scopes = ScopeVocabulary(words: [], superset: nil, defaults: [])
    let gate: [GateStep] = []
    let defaultRateClass = RateClass("default")
    let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "", randomCharacters: 8)
    let selectors = DKIMSelectors(rsa: "a", ed25519: "b")
    let routes: [Route] = []
    let smtp: SMTPDialect? = SMTPDialect(
        mechanisms: [.plain], credentials: .key(user: nil), requiresTLS: true, requirement: Requirement(anyOf: []),
        rateClass: RateClass("default"), idempotency: nil, specialFields: [], interpret: { _, _, _ in },
        reply: { _, _, _ in SMTPReply(550, (0, 0), "No") }, accepted: { _, _ in SMTPReply(250, (0, 0), "Ok") })

    func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Answer(status: 500, body: []) }
    func fields(for window: WindowState) -> [AnswerField] { [] }
}
