import Base
public import Model

/// What a route takes and answers, as data: for descriptions that clients are made of, and for the test that compares
/// it with what is sent.
public struct RouteDescription: Sendable {
    /// A parameter of the path or the query.
    public struct Parameter: Sendable {
        public let name: String
        public let shape: Shape
        public let note: String?
        /// Of the query; those of the path are always there.
        public let isRequired: Bool

        public init(
            _ name: String, _ shape: Shape = .string, _ note: String? = nil, isRequired: Bool = false
        ) {
            self.name = name
            self.shape = shape
            self.note = note
            self.isRequired = isRequired
        }
    }

    /// A body that is answered.
    public enum Body: Sendable {
        case json(Shape)
        case empty
        /// Not JSON: its media type.
        case media(String)
    }

    /// What clients call it: letters and digits, the first a small letter, and no other route's.
    public let name: String
    /// One line for people.
    public let summary: String
    /// Those of the path whose shape is more than a string.
    public let path: [Parameter]
    public let query: [Parameter]
    /// nil: the route looks at no body.
    public let request: Shape?
    /// By status. Failures that any route may meet are the dialect's; what stands here stands above them.
    public let answers: [Int: Body]
}

extension Route {
    /// The route, described.
    public func describes(
        _ name: String, _ summary: String, path: [RouteDescription.Parameter] = [],
        query: [RouteDescription.Parameter] = [], request: Shape? = nil, answers: [Int: RouteDescription.Body]
    ) -> Route {
        describes(
            RouteDescription(
                name: name, summary: summary, path: path, query: query, request: request, answers: answers))
    }
}

/// What holds of all routes of a dialect that are described.
public struct DialectDescription: Sendable {
    /// As people call it.
    public let title: String
    /// A sentence or two for people.
    public let note: String
    /// The dialect's own version, not the program's.
    public let version: String
    /// The body of every failure.
    public let failure: Shape
    /// The statuses of failures that any route may meet.
    public let failures: [Int]
    /// Those of routes that ask for a credential only.
    public let credentialFailures: [Int]

    public init(
        title: String, note: String, version: String, failure: Shape, failures: [Int],
        credentialFailures: [Int] = [401, 403]
    ) {
        self.title = title
        self.note = note
        self.version = version
        self.failure = failure
        self.failures = failures
        self.credentialFailures = credentialFailures
    }

    /// All that a described route may answer, by status.
    package func answers(of route: Route) -> [Int: RouteDescription.Body] {
        let common = failures + (route.requirement.needsCredential ? credentialFailures : [])
        let answers = Dictionary(common.map { ($0, RouteDescription.Body.json(failure)) }) { first, _ in first }
        return answers.merging(route.description?.answers ?? [:]) { _, own in own }
    }

    /// How an answer differs from what is said of its route; nil where it does not, and where nothing is said.
    public func disagreement(of answer: Answer, by route: Route) -> String? {
        guard route.description != nil else { return nil }
        switch answers(of: route)[answer.status] {
        case nil: return "status \(answer.status) is not described"
        case .empty?: return answer.body.isEmpty ? nil : "status \(answer.status) has a body"
        case .media(let type)?: return answer.contentType.hasPrefix(type) ? nil : "the media type is not \(type)"
        case .json(let shape)?:
            guard answer.contentType.hasPrefix(Answer.json) else { return "the media type is not JSON's" }
            let limits = JSONLimits(bytesMax: answer.body.count)
            guard let document = try? JSONDocument(answer.body, limits: limits) else { return "the body is no JSON" }
            return shape.disagreement(with: document.root)?.description
        }
    }
}
