import TestKit
import Testing

/// Every file of `Tests/Transcripts`: a request, and to the byte what is answered.
@Suite("Transcripts")
struct TranscriptTests {
    private static let subject = TranscriptSubject.postStack
    /// More than any file asks for.
    private static let noLimit = 100_000

    /// One file of one personality.
    struct Case: Sendable, CustomTestStringConvertible {
        let subject: TranscriptSubject
        let transcript: Transcript

        var testDescription: String { "\(subject.folder)/\(transcript.name)" }
    }

    private static let cases = TranscriptSubject.all.flatMap { subject in
        ((try? subject.transcripts()) ?? []).map { Case(subject: subject, transcript: $0) }
    }

    @Test("The server answers as the transcript says", arguments: cases)
    func transcript(_ item: Case) async throws {
        let server = try await InProcessServer(item.subject, limit: item.transcript.limit ?? Self.noLimit)
        defer { server.close() }
        var run = TranscriptRun(item.transcript, always: try item.subject.alwaysFields(), server: server)
        let differences = try await run.run()
        #expect(differences == [], "\(item.testDescription)")
        #expect(server.disagreements == [], "\(item.testDescription)")
    }

    @Test("There are transcripts of each personality, and all of them can be read", arguments: TranscriptSubject.all)
    func readable(_ subject: TranscriptSubject) throws {
        #expect(try subject.transcripts().count >= subject.transcriptsMin)
    }

    @Test("An answer that differs in status, field or body is found out")
    func canary() async throws {
        let server = try await InProcessServer(Self.subject, limit: Self.noLimit)
        defer { server.close() }
        for (answer, sees) in [
            ("HTTP/1.1 404 Not Found\n\n{*}", "404"), ("HTTP/1.1 200 OK\nX-Absent: *\n\n{*}", "x-absent"),
            ("HTTP/1.1 200 OK\n-Content-Type\n\n{*}", "content-type"), ("HTTP/1.1 200 OK\n\n{}", "body"),
            ("HTTP/1.1 200 OK\nContent-Type: text/*\n\n{*}", "text/*"),
        ] {
            let text = "GET /emails\nAuthorization: Bearer {{key}}\n---\n\(answer)\n"
            var run = TranscriptRun(try Transcript(name: "canary", text), always: [], server: server)
            let differences = try await run.run()
            #expect(differences.count == 1 && differences[0].contains(sees), "\(answer)")
        }
    }

    @Test("An answer that is not as its route is described is found out")
    func descriptionCanary() async throws {
        let server = try await InProcessServer(
            TranscriptSubject(folder: "", personality: MisdescribedDialect(), sendingScopes: []), limit: Self.noLimit)
        defer { server.close() }
        _ = await server.answer(Array("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        _ = await server.answer(Array("GET /b HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        _ = await server.answer(Array("GET /c HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        #expect(
            server.disagreements == [
                "GET /a: $.id is no integer", "GET /b: status 201 is not described",
            ])
    }

    @Test("A pattern learns what it does not know, and holds to what it does")
    func patterns() throws {
        #expect(try Pattern("a{{x}}-{{x}}*", known: [:]).match("a12-12!") == ["x": "12"])
        #expect(try Pattern("a{{x}}-{{x}}", known: [:]).match("a12-13") == nil)
        #expect(try Pattern("a{{x}}", known: ["x": "."]).match("ab") == nil)
        #expect(try Pattern("{{x}}", known: [:]).match("") == nil)
        #expect(try Pattern("*", known: [:]).match("") == [:])
    }
}
