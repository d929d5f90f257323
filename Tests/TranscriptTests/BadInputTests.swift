import AdapterKit
import Foundation
import Model
import TestKit
import Testing

/// Every field of every body that a dialect describes, with all that it may not be.
@Suite("Bad input")
struct BadInputTests {
    /// A good body of each route with one, by the name in its description, and what has to be as it was after a bad
    /// one.
    private static let samples: [String: Sample] = [
        "createAPIKey": Sample(
            "/api-keys", #"{"label":"k","scopes":["messages:read:all"],"ip_allow_list":["192.0.2.0/24"]}"#),
        "updateAPIKey": Sample("/api-keys", #"{"label":"another","scopes":["*"],"ip_allow_list":[]}"#, at: true),
        "createDomain": Sample(
            "/domains",
            """
            {"domain":"new.example","tracking_subdomain":"t","return_path_subdomain":"r","subscription_subdomain":null,\
            "media_subdomain":null,"dkim_rotation_interval_days":null,"dkim_selector":"s","sending_type":"marketing"}
            """),
        "updateDomain": Sample("/domains", #"{"tracking_subdomain":"t","sending_type":"marketing"}"#, at: true),
        "createMessage": Sample("/messages", message(#""recipients":[{"email":"ann@example.net","name":"Ann"}]"#)),
        "createConversation": Sample(
            "/messages",
            message(
                #""to":[{"email":"ann@example.net","name":"Ann"}],"cc":[{"email":"b@example.net"}],"#
                    + #""bcc":[{"email":"c@example.net"}]"#)),
        "createSuppression": Sample(
            "/suppressions",
            #"{"email":"ann@example.net","expires_at":"2126-01-01T00:00:00Z","domain":"example.com","reason":"r"}"#),
        "createWebhook": Sample("/webhooks", webhook),
        "updateWebhook": Sample("/webhooks", webhook.replacing("\"w\"", with: "\"another\""), at: true),
        "createSMTPCredential": Sample(
            "/smtp-credentials", #"{"name":"c","scope":"scoped","sandbox":true,"domains":["example.com"]}"#),
    ]

    private static let webhook = """
        {"name":"w","url":"https://hooks.example.net/x","scope":"scoped","domains":["example.com"],"enabled":true,\
        "on_reception":true,"on_delivered":false}
        """

    private static func message(_ recipients: String) -> String {
        """
        {"from":{"email":"hello@example.com","name":"Hello"},\(recipients),"subject":"s","text_content":"t",\
        "html_content":"<p>h</p>","amp_content":"<a>","reply_to":{"email":"r@example.net"},\
        "attachments":[{"data":"aGk=","base64":true,"content_type":"text/plain","file_name":"a.txt",\
        "content_disposition":"inline","content_id":"<a@b>"}],"headers":{"X-A":"b"},"tags":["one"],"sandbox":true,\
        "sandbox_result":"bounce","tracking":{"open":false,"click":null},"retention":{"metadata":null,"data":null},\
        "schedule":{"first_attempt":null,"expires":null}}
        """
    }

    struct Sample: Sendable {
        /// The list that shows what was changed.
        let list: String
        let body: String
        /// The route is about the list's first row.
        let isAboutRow: Bool

        init(_ list: String, _ body: String, at isAboutRow: Bool = false) {
            self.list = list
            self.body = body
            self.isAboutRow = isAboutRow
        }
    }

    private static let subject = TranscriptSubject.ahaSend
    private static let described = subject.personality.routes.filter { $0.description?.request != nil }

    @Test("Every route that is described with a body is tried")
    func complete() {
        #expect(Set(Self.described.compactMap(\.description?.name)) == Set(Self.samples.keys))
    }

    @Test(
        "A body with one fault is refused by a sentence, and nothing is changed",
        arguments: Array(samples.keys).sorted())
    func refused(_ name: String) async throws {
        let route = try #require(Self.described.first { $0.description?.name == name })
        let sample = try #require(Self.samples[name])
        let client = try await Client(Self.subject)
        defer { client.server.close() }
        if name == "updateWebhook" { _ = await client.call("POST", "/webhooks", Data(Self.webhook.utf8)) }
        let target = try await client.target(of: route, sample)
        let before = await client.call("GET", sample.list).body
        let bad = try BadBodies(try #require(route.description?.request), good: Data(sample.body.utf8))
        #expect(bad.cases.count > 10)
        for one in bad.cases {
            let answer = await client.call(route.method.rawValue, target, one.body)
            let object = try? JSONSerialization.jsonObject(with: answer.body) as? [String: String]
            #expect(answer.status == 400 && object?["message"]?.isEmpty == false, "\(name): \(one.fault)")
        }
        #expect(await client.call("GET", sample.list).body == before, "\(name)")
        #expect(await client.call(route.method.rawValue, target, Data(sample.body.utf8)).status / 100 == 2, "\(name)")
        #expect(await client.call("GET", sample.list).body != before, "\(name)")
        #expect(client.server.disagreements == [])
    }

    /// Speaks for the account of the transcripts' `key`.
    private struct Client {
        let server: InProcessServer

        init(_ subject: TranscriptSubject) async throws { server = try await InProcessServer(subject, limit: 100_000) }

        private var base: String { "/v2/accounts/\(server.variables["account"] ?? "")" }

        /// The path behind the account's.
        func target(of route: Route, _ sample: Sample) async throws -> String {
            guard sample.isAboutRow else { return String(route.pattern.dropFirst("/v2/accounts/:account_id".count)) }
            let list = try JSONSerialization.jsonObject(with: await call("GET", sample.list).body) as? [String: Any]
            let row = try #require((list?["data"] as? [[String: Any]])?.last)
            let name = sample.list == "/domains" ? row["domain"] : row["id"]
            return "\(sample.list)/\(try #require(name as? String))"
        }

        func call(_ method: String, _ path: String, _ body: Data = Data()) async -> (status: Int, body: Data) {
            let head = """
                \(method) \(base)\(path) HTTP/1.1\r
                Host: x\r
                Authorization: Bearer \(server.variables["key"] ?? "")\r
                Content-Length: \(body.count)\r
                \r

                """
            let answer = await server.answer(Array(head.utf8) + Array(body))
            let parts = answer.components(separatedBy: "\r\n\r\n")
            let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return (status, Data(parts.dropFirst().joined(separator: "\r\n\r\n").utf8))
        }
    }
}
