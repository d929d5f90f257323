import AdapterKit
import Base
import HTTPWire
import Model

/// What routes ask for beside their answers: that pages in browsers may read them, that people can.
extension Gateway {
    /// A failure as the route tells failures. Of a request that may succeed once the first one with its key ends, the
    /// marker of kept answers says that this is not that one's.
    func answer(_ failure: KernelFailure, to facts: RequestFacts, by route: Route) -> Answer {
        var answer =
            switch route.face {
            case .dialect: personality.answer(failure, to: facts)
            case .page: personality.page(failure, to: facts)
            }
        if case .idempotencyInFlight = failure, case .bytes(let marker?) = route.idempotency?.replay {
            answer.fields.append(AnswerField(marker, "false"))
        }
        return answer
    }

    /// The fields beside an answer's own. `kind`: of the good key that came with the request.
    func extras(_ route: Route, _ head: RequestHead, _ kind: AccessKey.Kind?, _ answer: Answer) -> [AnswerField] {
        guard route.traits != nil else { return [] }
        var fields = route.face == .page ? PageGuard.fields(for: answer) : []
        if let cors = route.cors {
            fields += cors.fields(hasOrigin: head.firstBytes(of: Self.origin) != nil, kind: kind)
        }
        return fields
    }

    /// The answer to a browser that asks whether a page may send what it is about to (Fetch Standard, section 4.8); nil
    /// where it asks nothing of the kind, or the route is for no pages.
    func preflight(_ head: RequestHead, _ facts: RequestFacts, _ address: IPAddress?) -> Response? {
        guard head.firstBytes(of: Self.origin) != nil, let method = head.value(of: Self.requestMethod),
            let segments = try? PathSegments.decode(head.path)
        else { return nil }
        let routes = router.routes(at: segments).filter { $0.cors != nil }
        let wanted = method == "HEAD" ? "GET" : method
        guard let cors = routes.first(where: { $0.method.rawValue == wanted })?.cors else { return nil }
        var methods = routes.map(\.method.rawValue)
        if methods.contains("GET") { methods.append("HEAD") }
        return response(cors.preflight(methods: methods.sorted()), facts, addressWindow(address))
    }

    /// `GET /openapi.json`, where the personality describes anything and has no such route itself. It is for anybody,
    /// and for pages that show such documents.
    static func descriptionRoutes(of personality: any Personality) -> [Route] {
        guard let document = OpenAPIDocument.text(of: personality),
            !personality.routes.contains(where: { $0.method == .get && $0.pattern == descriptionPath })
        else { return [] }
        let route = Route(
            .get, descriptionPath, requirement: Requirement(anyOf: [], needsCredential: false),
            rateClass: personality.defaultRateClass
        ) { _ in
            Answer(status: 200, body: document)
        }
        return [route.open(to: CrossOrigin())]
    }

    private static let descriptionPath = "/openapi.json"

    private static let origin: FieldName = "Origin"
    private static let requestMethod: FieldName = "Access-Control-Request-Method"
}
