import Base
import Foundation
import TestKit

/// One transcript on its way through a server.
struct TranscriptRun {
    private let transcript: Transcript
    private let always: [String]
    private let server: InProcessServer
    private var values: [String: String]

    init(_ transcript: Transcript, always: [String], server: InProcessServer) {
        self.transcript = transcript
        self.always = always
        self.server = server
        values = server.variables
    }

    /// How the answers differ from the expected ones; empty where they do not.
    mutating func run() async throws -> [String] {
        for (index, exchange) in transcript.exchanges.enumerated() {
            if let difference = try await replay(exchange) { return ["exchange \(index + 1): \(difference)"] }
        }
        return []
    }

    private static let repetitions = 20_000

    private mutating func replay(_ exchange: Transcript.Exchange) async throws -> String? {
        var difference: String?
        for _ in 0..<(exchange.isEventual ? Self.repetitions : 1) {
            let answer = await server.answer(request(exchange.request))
            difference = try compare(answer, exchange.answer)
            if difference == nil { return nil }
            await Task.yield()
        }
        return difference
    }

    // MARK: Request

    private func filled(_ text: String) -> String {
        values.reduce(text) { $0.replacing("{{\($1.key)}}", with: $1.value) }
    }

    private func request(_ part: Transcript.Part) -> [UInt8] {
        let body = filled(part.body)
        var lines = ["\(filled(part.line)) HTTP/1.1", "Host: localhost"] + part.fields.map(filled)
        let takesBody = ["POST ", "PATCH ", "PUT "].contains { part.line.hasPrefix($0) }
        if takesBody || !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    // MARK: Answer

    private mutating func compare(_ answer: String, _ expected: Transcript.Part) throws -> String? {
        guard let end = answer.range(of: "\r\n\r\n") else { return "no answer: \(answer)" }
        let lines = answer[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        guard lines.first == expected.line else {
            return "\(lines.first ?? "") instead of \(expected.line): \(answer[end.upperBound...])"
        }
        for field in fields(expected) {
            if let difference = try compare(lines.dropFirst(), field) { return difference }
        }
        let body = String(answer[end.upperBound...])
        guard let learned = try Pattern(expected.body, known: values).match(body) else {
            return "body \(body)\n    instead of \(expected.body)"
        }
        values.merge(learned) { _, new in new }
        return nil
    }

    /// The exchange's own field lines, and those of all answers that they do not replace.
    private func fields(_ expected: Transcript.Part) -> [String] {
        let own = Set(expected.fields.map(Self.name))
        return expected.fields + always.filter { !own.contains(Self.name($0)) }
    }

    private static func name(_ line: String) -> String {
        String(line.drop { $0 == "-" }.prefix { $0 != ":" }).asciiLowercased
    }

    private mutating func compare(_ lines: ArraySlice<String>, _ expected: String) throws -> String? {
        let name = Self.name(expected)
        let found = lines.filter { Self.name($0) == name }.map { $0.drop { $0 != ":" }.dropFirst().drop { $0 == " " } }
        if expected.hasPrefix("-") { return found.isEmpty ? nil : "a field \(name) that must not be there" }
        guard found.count == 1, let value = found.first else { return "\(found.count) fields \(name)" }
        let pattern = String(expected.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
        guard let learned = try Pattern(pattern, known: values).match(String(value)) else {
            return "\(name): \(value) instead of \(pattern)"
        }
        values.merge(learned) { _, new in new }
        return nil
    }
}
