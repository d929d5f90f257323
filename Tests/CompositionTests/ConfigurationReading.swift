import AdapterKit
import Model

@testable import Composition

/// A personality of which only the name and the rate classes matter.
struct NamedPersonality: Personality {
    let id: PersonalityID
    let rateTiers: [RateClass: [RateTier]]

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

    func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Answer(status: 500, body: []) }
    func fields(for window: WindowState) -> [AnswerField] { [] }
}

let reader = ConfigurationReader(personalities: [NamedPersonality("poststack", classes: ["default"])])

/// A file with nothing but what it must have.
let smallest = #""personality": "poststack", "http": { "listen": "127.0.0.1:0" }"#

/// A file with this beside what it must have.
func read(
    _ members: String, environment: [String: String] = [:]
) throws(ConfigurationErrors) -> Configuration {
    try readFile("{ \(smallest), \(members) }", environment: environment)
}

func readFile(
    _ text: String, environment: [String: String] = [:]
) throws(ConfigurationErrors) -> Configuration {
    try reader.read(fileText: Array(text.utf8), environment: environment)
}

/// What is wrong with it; nothing where it was accepted.
func refusals(_ members: String, environment: [String: String] = [:]) -> [ConfigurationError] {
    do {
        _ = try read(members, environment: environment)
        return []
    } catch {
        return error.errors
    }
}

func refusals(ofFile text: String) -> [ConfigurationError] {
    do {
        _ = try readFile(text)
        return []
    } catch {
        return error.errors
    }
}
