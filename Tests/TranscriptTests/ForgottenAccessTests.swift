import AdapterKit
import Base
import Model
import Newcomer
import TestKit
import Testing

/// Routes that answer without having asked what the key may do, as a mistake in an adapter would have it.
@Suite("Access that was forgotten")
struct ForgottenAccessTests {
    private static func requirement(_ domains: Requirement.Domains) -> Requirement {
        Requirement(anyOf: ["letters:read"], domains: domains)
    }

    private static func handler(
        _ path: String, _ domains: Requirement.Domains, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(.get, path, requirement: requirement(domains), rateClass: Newcomer.everyRequest, handler: handler)
    }

    private static let routes = [
        handler("/stored", .stored) { _ in Answer(status: 200, body: []) },
        handler("/narrowed", .narrowed) { _ in Answer(status: 200, body: []) },
        handler("/body", .body("from")) { _ in Answer(status: 200, body: []) },
        handler("/refused", .stored) { _ throws(KernelFailure) in throw .notFound(.message) },
        handler("/plain", .none) { _ in Answer(status: 200, body: []) },
        handler("/asked", .stored) { call throws(KernelFailure) in
            try call.access.authorise(domains: [])
            return Answer(status: 200, body: [])
        },
        Route(
            .post, "/planned", requirement: requirement(.stored), rateClass: Newcomer.everyRequest,
            idempotency: Newcomer.keepsAnswers
        ) { call throws(KernelFailure) in
            try call.accounts.create("made").map { _ in Answer(status: 201, body: []) }
        },
    ]

    /// What these requests are answered one after the other, by one server.
    private func answers(_ requests: String...) async throws -> [(status: String, body: String)] {
        let subject = TranscriptSubject(
            folder: "", personality: Newcomer(adding: Self.routes), sendingScopes: [])
        let server = try await InProcessServer(subject, limit: 1000)
        defer { server.close() }
        var answers: [(status: String, body: String)] = []
        for request in requests {
            let line = request.replacing("{{account}}", with: server.variables["account"] ?? "")
            let head = "\(line) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.variables["key"] ?? "")\r\n"
            let length = line.hasPrefix("POST") ? "Content-Length: 0\r\n" : ""
            let answer = await server.answer(Array("\(head)\(length)\r\n".utf8))
            let status = answer.split(separator: " ").dropFirst().first ?? ""
            answers.append((String(status), String(answer.split(separator: "\r\n\r\n").dropFirst().first ?? "")))
        }
        return answers
    }

    @Test("A success without having asked is an internal error", arguments: ["/stored", "/narrowed"])
    func forgotten(_ path: String) async throws {
        #expect(try await answers("GET \(path)").map(\.status) == ["500"])
    }

    @Test("A key for all domains needs no look at the body")
    func body() async throws { #expect(try await answers("GET /body").map(\.status) == ["200"]) }

    @Test("A refusal without having asked is one, and who has asked, or need not, succeeds")
    func asked() async throws {
        #expect(try await answers("GET /refused", "GET /asked", "GET /plain").map(\.status) == ["404", "200", "200"])
    }

    @Test("What was planned without having asked is not made")
    func planned() async throws {
        let answers = try await answers("POST /planned", "GET /accounts/{{account}}/sub-accounts")
        #expect(answers.map(\.status) == ["500", "200"])
        #expect(answers.last?.body == #"{"data":[]}"#)
    }
}
