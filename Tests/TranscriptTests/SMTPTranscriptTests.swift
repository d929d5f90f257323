import AdapterKit
import Base
import Foundation
import SMTPServer
import SMTPWire
import Testing

/// Every `.smtp` file of `Tests/Transcripts`: what a client says (`>`), and to the byte what it is answered (`<`).
@Suite("SMTP transcripts")
struct SMTPTranscriptTests {
    private static let subject = TranscriptSubject.postStack

    /// One file of one personality.
    struct Case: Sendable, CustomTestStringConvertible {
        let subject: TranscriptSubject
        let name: String

        var testDescription: String { "\(subject.folder)/\(name)" }
    }

    private static let cases = TranscriptSubject.all.flatMap { subject in
        ((try? subject.names(ending: ".smtp")) ?? []).map { Case(subject: subject, name: $0) }
    }

    @Test("The server answers as the transcript says", arguments: cases)
    func transcript(_ item: Case) async throws {
        let server = try await InProcessServer(item.subject, limit: 100_000)
        defer { server.close() }
        var run = SMTPTranscriptRun(server: server, gateway: try #require(server.smtp))
        for line in try item.subject.text(of: item.name).components(separatedBy: "\n") { try await run.take(line) }
        run.expectNothing()
        #expect(run.differences == [], "\(item.testDescription)")
    }

    @Test("There are transcripts of each personality that takes mail", arguments: TranscriptSubject.all)
    func readable(_ subject: TranscriptSubject) throws {
        let count = try subject.names(ending: ".smtp").count
        #expect(subject.personality.smtp == nil ? count == 0 : count >= 1)
        #expect(try TranscriptSubject.postStack.names(ending: ".smtp").count >= 8)
        #expect(try TranscriptSubject.ahaSend.names(ending: ".smtp").count >= 3)
    }

    @Test("A reply that differs, is missing, or is one too many is found out")
    func canary() async throws {
        for script in ["< 220 other", "< 220 *\n> NOOP\n> NOOP\n< 250 *", "< 220 *\n> NOOP"] {
            let server = try await InProcessServer(Self.subject, limit: 100_000)
            defer { server.close() }
            var run = SMTPTranscriptRun(server: server, gateway: try #require(server.smtp))
            for line in script.components(separatedBy: "\n") { try await run.take(line) }
            run.expectNothing()
            #expect(run.differences.count == 1, "\(script)")
        }
    }
}

/// One conversation with a session of the gateway, without sockets.
///
///     # a comment
///     @tls            what follows is inside TLS
///     @trusted        the client is in a trusted network
///     > a line that the client sends
///     < a line of the reply; `*` and {{names}} as in the other transcripts
struct SMTPTranscriptRun {
    private let gateway: SMTPGateway
    private var session: ServerSession
    private var client: SMTPClient
    private var known: [String: String]
    private var replies: [String] = []
    private(set) var differences: [String] = []
    private var hasBegun = false

    init(server: InProcessServer, gateway: SMTPGateway) {
        self.gateway = gateway
        client = gateway.client(at: IPAddress("127.0.0.1"))
        session = ServerSession(gateway.configuration(.startTLS), isSecure: false)
        known = server.variables
        for (name, secret) in server.variables {
            known["plain.\(name)"] = String(
                decoding: Base64.encode(Array("\0\(server.users[name] ?? server.mailUser)\0\(secret)".utf8)),
                as: UTF8.self)
        }
    }

    mutating func take(_ line: String) async throws {
        if line.isEmpty || line.hasPrefix("#") { return }
        if line.hasPrefix("@") { return begin(line) }
        if !hasBegun { await give(.opened) }
        hasBegun = true
        if line.hasPrefix(">") {
            expectNothing()
            try await give(.received(Array("\(filled(line.dropFirst(2)))\r\n".utf8)))
        } else {
            try expect(String(line.dropFirst(2)))
        }
    }

    private mutating func begin(_ mark: String) {
        let isSecure = mark == "@tls"
        if mark == "@trusted" { client = gateway.client(at: IPAddress("10.0.0.1")) }
        session = ServerSession(
            gateway.configuration(isSecure ? .implicit : .none), isSecure: isSecure, isTrusted: mark == "@trusted")
    }

    private func filled(_ line: Substring) throws -> String {
        var text = String(line)
        for (name, value) in known { text = text.replacing("{{\(name)}}", with: value) }
        return text
    }

    private mutating func give(_ first: ServerEvent) async {
        var next: ServerEvent? = first
        while let event = next {
            next = nil
            for action in session.handle(event) {
                switch action {
                case .send(let bytes):
                    replies += String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
                case .ask(let question): next = .answered(await answer(question))
                case .close: replies.append("(closed)")
                case .startTLS: next = .tlsEstablished
                }
            }
        }
    }

    private mutating func answer(_ question: ServerQuestion) async -> ServerVerdict {
        switch question {
        case .credentials(let credentials):
            let (answer, known) = await gateway.authenticate(credentials, client)
            client = known
            return answer.verdict
        case .sender(let path):
            let (answer, admitted) = gateway.begin(path, client)
            client = admitted
            return answer.verdict
        case .recipient(let recipient): return gateway.check(recipient, client).verdict
        case .message(let mail): return await gateway.accept(mail, client).verdict
        }
    }

    private mutating func expect(_ pattern: String) throws {
        guard !replies.isEmpty else {
            differences.append("nothing was answered in place of \(pattern)")
            return
        }
        let reply = replies.removeFirst()
        guard let learned = try Pattern(pattern, known: known).match(reply) else {
            differences.append("\(reply) in place of \(pattern)")
            return
        }
        known.merge(learned) { first, _ in first }
    }

    mutating func expectNothing() {
        if !replies.isEmpty { differences.append("unexpected: \(replies.joined(separator: " | "))") }
        replies = []
    }
}
