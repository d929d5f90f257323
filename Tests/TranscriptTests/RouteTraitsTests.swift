import AdapterKit
import Base
import HTTPWire
import Model
import Testing

/// A dialect whose routes are open to pages, shown to people, and streamed.
private struct WebDialect: TestDialect {
    var routes: [Route] {
        let open = CrossOrigin(
            for: [.secret], requestHeaders: ["Authorization", "Content-Type"], exposedHeaders: ["X-Request-Id"])
        return [
            route(.get, "/open") { _ in Answer(status: 200, body: Array("{}".utf8)) }.open(to: open),
            route(.post, "/open") { _ in Answer(status: 201, body: Array("{}".utf8)) }.open(to: open),
            route(.delete, "/open") { _ in Answer(status: 200, body: Array("{}".utf8)) },
            route(.get, "/public") { _ in Answer(status: 200, body: Array("{}".utf8)) }
                .open(to: CrossOrigin(for: [.public])),
            route(.get, "/page/:name", needsKey: false) { call throws(KernelFailure) in
                guard call.parameter(0) == "there" else { throw .notFound(.delivery) }
                return .page(title: "A & B", language: "en\"") { $0.text("<script>alert('x')</script>") }
            }.showing(.page),
            route(.get, "/framed", needsKey: false) { _ in
                Answer(
                    status: 200, fields: [AnswerField("x-frame-options", "SAMEORIGIN")], contentType: Answer.html,
                    body: [])
            }.showing(.page),
            route(.get, "/stream", needsKey: false) { _ in
                Answer(
                    status: 200, contentType: ServerSentEvent.contentType,
                    stream: AnswerStream { body in
                        _ = await body.send(ServerSentEvent.text(name: "n", id: "1", data: "a\r\nb\n\nc"))
                    })
            },
        ]
    }
}

@Suite("Routes for browsers")
struct RouteTraitsTests {
    /// Head and body of the answer. `{{key}}` stands for a good secret key.
    private func ask(_ request: String, body: String = "") async throws -> (lines: Set<String>, body: String) {
        let server = try await InProcessServer(
            TranscriptSubject(folder: "", personality: WebDialect(), sendingScopes: []), limit: 1000)
        defer { server.close() }
        let key = try #require(server.variables["key"])
        let head = request.replacing("{{key}}", with: key).replacing("\n", with: "\r\n")
        let answer = await server.answer(Array((head + "\r\n\r\n" + body).utf8))
        let end = try #require(answer.firstRange(of: "\r\n\r\n"))
        let lines = answer[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        return (Set(lines), String(answer[end.upperBound...]))
    }

    private let origin = "Host: x\nOrigin: https://shop.example"
    private let letsIn = "Access-Control-Allow-Origin: *"

    @Test("A preflight is answered without a key, with the methods and fields of the routes that are open")
    func preflight() async throws {
        let (lines, body) = try await ask(
            "OPTIONS /open HTTP/1.1\n\(origin)\nAccess-Control-Request-Method: POST\n"
                + "Access-Control-Request-Headers: authorization")
        #expect(
            lines.isSuperset(of: [
                "HTTP/1.1 204 No Content", letsIn, "Access-Control-Allow-Methods: GET, HEAD, POST",
                "Access-Control-Allow-Headers: Authorization, Content-Type", "Access-Control-Max-Age: 600",
                "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ]))
        #expect(body == "" && !lines.contains { $0.hasPrefix("Access-Control-Allow-Credentials") })
    }

    @Test(
        "What asks of no open route is an ordinary question for methods",
        arguments: [
            "OPTIONS /open HTTP/1.1\nHost: x\nOrigin: https://a\nAccess-Control-Request-Method: DELETE",
            "OPTIONS /open HTTP/1.1\nHost: x\nOrigin: https://a",
            "OPTIONS /open HTTP/1.1\nHost: x\nAccess-Control-Request-Method: POST",
            "OPTIONS /framed HTTP/1.1\nHost: x\nOrigin: https://a\nAccess-Control-Request-Method: GET",
        ])
    func ordinary(_ request: String) async throws {
        let lines = try await ask(request).lines
        #expect(lines.contains("HTTP/1.1 200 OK") && lines.contains { $0.hasPrefix("Allow: ") })
        #expect(!lines.contains { $0.hasPrefix("Access-Control-") })
    }

    @Test("A page may read an answer and the fields that are exposed, and caches are told what it depends on")
    func readable() async throws {
        let lines = try await ask("GET /open HTTP/1.1\n\(origin)\nAuthorization: Bearer {{key}}").lines
        #expect(
            lines.isSuperset(of: [
                "HTTP/1.1 200 OK", letsIn, "Vary: Origin", "Access-Control-Expose-Headers: X-Request-Id",
            ]))
    }

    @Test("Who is no page is told nothing of pages but that answers vary")
    func noPage() async throws {
        let lines = try await ask("GET /open HTTP/1.1\nHost: x\nAuthorization: Bearer {{key}}").lines
        #expect(lines.contains("Vary: Origin") && !lines.contains { $0.hasPrefix("Access-Control-") })
    }

    @Test("A page may read refusals too: of a bad key, of a body that is too long")
    func refusals() async throws {
        let unknown = try await ask("GET /open HTTP/1.1\n\(origin)\nAuthorization: Bearer hp_live_wrong").lines
        #expect(unknown.contains("HTTP/1.1 401 Unauthorized") && unknown.contains(letsIn))
        let long = try await ask("POST /open HTTP/1.1\n\(origin)\nContent-Length: 101").lines
        #expect(long.contains("HTTP/1.1 400 Bad Request") && long.contains(letsIn))
    }

    @Test("What a key that is not for pages brings, no page may read")
    func secretKey() async throws {
        let lines = try await ask("GET /public HTTP/1.1\n\(origin)\nAuthorization: Bearer {{key}}").lines
        #expect(lines.contains("HTTP/1.1 200 OK") && !lines.contains(letsIn))
        let cors = CrossOrigin(for: [.public])
        #expect(cors.fields(hasOrigin: true, kind: .public).contains(AnswerField("Access-Control-Allow-Origin", "*")))
        #expect(cors.fields(hasOrigin: true, kind: nil).contains(AnswerField("Access-Control-Allow-Origin", "*")))
        #expect(cors.fields(hasOrigin: true, kind: .secret) == [AnswerField("Vary", "Origin")])
    }

    @Test("A page is sent with all that guards it, and text stays text")
    func page() async throws {
        let (lines, body) = try await ask("GET /page/there HTTP/1.1\nHost: x")
        #expect(
            lines.isSuperset(of: [
                "HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", "X-Content-Type-Options: nosniff",
                "Referrer-Policy: no-referrer", "X-Frame-Options: DENY", "Cache-Control: no-store",
            ]))
        let policy = try #require(lines.first { $0.hasPrefix("Content-Security-Policy: ") })
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
        #expect(body.contains("<title>A &amp; B</title>") && body.contains("<html lang=\"en&quot;\">"))
        #expect(body.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") && !body.contains("<script>"))
    }

    @Test("What a page's route says of its frame itself is not said twice")
    func ownField() async throws {
        let lines = try await ask("GET /framed HTTP/1.1\nHost: x").lines
        #expect(lines.count { $0.lowercased().hasPrefix("x-frame-options") } == 1)
        #expect(lines.contains("x-frame-options: SAMEORIGIN"))
    }

    @Test("A failure of a page's route is a page, and other failures are the dialect's")
    func failure() async throws {
        let (lines, body) = try await ask("GET /page/nowhere HTTP/1.1\nHost: x")
        #expect(lines.contains("HTTP/1.1 404 Not Found") && lines.contains("X-Frame-Options: DENY"))
        #expect(body.hasPrefix("<!DOCTYPE html>") && body.contains("Not found") && !body.contains("script>"))
        let (_, early) = try await ask("GET /page/there HTTP/1.1\nHost: x\nContent-Length: 101")
        #expect(early.hasPrefix("<!DOCTYPE html>"))
        let (_, unrouted) = try await ask("GET /nowhere HTTP/1.1\nHost: x")
        #expect(unrouted.hasPrefix("{"))
    }

    @Test("A dialect that describes its routes says so to anybody, and to pages")
    func description() async throws {
        let server = try await InProcessServer(.harepost, limit: 1000)
        defer { server.close() }
        let answer = await server.answer(
            Array("GET /openapi.json HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n".utf8))
        let document = try #require(OpenAPIDocument.text(of: TranscriptSubject.harepost.personality))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("\r\n\(letsIn)\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + String(decoding: document, as: UTF8.self)))
        let silent = try await ask("GET /openapi.json HTTP/1.1\nHost: x").lines
        #expect(silent.contains("HTTP/1.1 404 Not Found"))
    }

    @Test("A streamed answer has its route's fields, and each line of an event's data is one of its own")
    func stream() async throws {
        let (lines, body) = try await ask("GET /stream HTTP/1.1\nHost: x")
        #expect(lines.contains("Content-Type: text/event-stream"))
        #expect(body == "event: n\nid: 1\ndata: a\ndata: b\ndata: \ndata: c\n\n")
    }
}
