import AdapterKit
import Foundation
import Model
import Testing

/// A client of AhaSend's dialect, without sockets.
struct AhaSendClient {
    let server: InProcessServer
    /// What speaks, unless a call names another key.
    var key: String
    /// The account in paths.
    var account: String

    struct Reply: Equatable {
        let status: Int
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }
        var object: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }
    }

    /// For the account of the transcripts' `key`, with all rights.
    init() async throws {
        server = try await InProcessServer(.ahaSend, limit: 1_000_000)
        key = server.variables["key"] ?? ""
        account = server.variables["account"] ?? ""
    }

    /// The same server, seen by the transcripts' stranger.
    func stranger() -> AhaSendClient {
        var client = self
        client.key = server.variables["strangerKey"] ?? ""
        client.account = server.variables["strangerAccount"] ?? ""
        return client
    }

    /// `path`: behind the account's.
    func call(_ method: String, _ path: String, _ body: String = "", key: String? = nil) async -> Reply {
        await call(method, path, Data(body.utf8), key: key)
    }

    func call(_ method: String, _ path: String, _ body: Data, key: String? = nil) async -> Reply {
        await send(method, "/v2/accounts/\(account)\(path)", body, key: key)
    }

    func send(_ method: String, _ path: String, _ body: Data = Data(), key: String? = nil) async -> Reply {
        let head = """
            \(method) \(path) HTTP/1.1\r
            Host: x\r
            Authorization: Bearer \(key ?? self.key)\r
            Content-Length: \(body.count)\r
            \r

            """
        let answer = await server.answer(Array(head.utf8) + Array(body))
        let parts = answer.components(separatedBy: "\r\n\r\n")
        let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Reply(status: status, body: Data(parts.dropFirst().joined(separator: "\r\n\r\n").utf8))
    }

    /// One of each thing that has an id, for example.com; the values of the parameters of paths that name them.
    func residents() async throws -> [String: String] {
        var made = ["domain": "example.com"]
        for (name, path, body) in [
            ("webhook_id", "/webhooks", AhaSendSamples.webhook),
            ("key_id", "/api-keys", #"{"label":"k","scopes":["accounts:read"]}"#),
            (
                "smtp_credential_id", "/smtp-credentials",
                #"{"name":"c","scope":"scoped","domains":["example.com"]}"#
            ),
        ] {
            made[name] = try #require(await call("POST", path, body).object["id"] as? String)
        }
        let message = """
            {"from":{"email":"hello@example.com"},"recipients":[{"email":"ann@example.net"}],"subject":"s",\
            "text_content":"t","schedule":{"first_attempt":"\(server.variables["future"] ?? "")"}}
            """
        let sent = await call("POST", "/messages", message).object["data"] as? [[String: Any]]
        made["message_id"] = try #require(sent?.first?["id"] as? String)
        return made
    }
}

extension Route {
    /// The path behind the account's, with values for its parameters and, where it needs one, a query.
    func path(_ values: [String: String]) -> String {
        let path = pattern.split(separator: "/").dropFirst(3).map { segment in
            let value = segment.hasPrefix(":") ? values[String(segment.dropFirst())] ?? "" : String(segment)
            return "/" + value.replacing("<", with: "%3C").replacing(">", with: "%3E")
        }.joined()
        return path == "/suppressions" && method == .delete ? path + "?email=ann@example.net" : path
    }

    /// A good body, where it takes one.
    var sampleBody: String { (description?.name).flatMap { AhaSendSamples.all[$0]?.body } ?? "" }
}
