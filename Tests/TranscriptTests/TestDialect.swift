import AdapterKit
import Harepost
import Model

/// A dialect of a test's own routes. All else is Harepost's.
protocol TestDialect: Personality {}

extension TestDialect {
    var id: PersonalityID { Harepost().id }
    var credentials: CredentialForm { Harepost().credentials }
    var scopes: ScopeVocabulary { Harepost().scopes }
    var gate: [GateStep] { Harepost().gate }
    var defaultRateClass: RateClass { Harepost().defaultRateClass }
    var rateTiers: [RateClass: [RateTier]] { Harepost().rateTiers }
    var requestID: RequestIDForm { Harepost().requestID }
    var selectors: DKIMSelectors { Harepost().selectors }
    var ids: [IDKind: IDForm] { Harepost().ids }

    func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer {
        Harepost().answer(failure, to: request)
    }

    func fields(for window: WindowState) -> [AnswerField] { [] }

    /// A route with room for a hundred bytes of body.
    func route(
        _ method: Route.Method, _ pattern: String, needsKey: Bool = true, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: [], needsCredential: needsKey),
            rateClass: defaultRateClass, bodyLimitBytes: 100, handler: handler)
    }
}

/// Its first route answers another shape than it says, its second another status, its third what it says.
struct MisdescribedDialect: TestDialect {
    var description: DialectDescription? {
        DialectDescription(title: "Test", note: "", version: "1", failure: .any, failures: [429])
    }

    var routes: [Route] {
        let shape = RouteDescription.Body.json(.object([.required("id", .integer)]))
        return [
            route(.get, "/a", needsKey: false) { _ in Answer(status: 200, body: Array(#"{"id":"1"}"#.utf8)) }
                .describes("a", "", answers: [200: shape]),
            route(.get, "/b", needsKey: false) { _ in Answer(status: 201, body: Array(#"{"id":1}"#.utf8)) }
                .describes("b", "", answers: [200: shape]),
            route(.get, "/c", needsKey: false) { _ in Answer(status: 200, body: Array(#"{"id":1}"#.utf8)) }
                .describes("c", "", answers: [200: shape]),
        ]
    }
}
