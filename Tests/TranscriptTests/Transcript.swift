import Foundation

/// A file of `Tests/Transcripts`, as its README says.
struct Transcript: Sendable, CustomStringConvertible {
    struct Exchange: Sendable {
        var isEventual = false
        var request: Part
        var answer: Part
    }

    /// A first line, field lines and a body.
    struct Part: Sendable {
        var line: String
        var fields: [String]
        var body: String
    }

    struct Malformed: Error {
        let reason: String
    }

    let name: String
    /// Requests a minute and key that the file's own server allows.
    let limit: Int?
    let exchanges: [Exchange]

    var description: String { name }

    init(name: String, _ text: String) throws {
        self.name = name
        var lines = text.components(separatedBy: "\n")
        // The file's own last line end.
        if lines.last == "" { lines.removeLast() }
        var limit: Int?
        while let line = lines.first, line.isEmpty || line.hasPrefix("#") || line.hasPrefix("@limit ") {
            if line.hasPrefix("@limit ") { limit = Int(line.dropFirst(7)) }
            lines.removeFirst()
        }
        self.limit = limit
        exchanges = try lines.split(separator: "===", omittingEmptySubsequences: false).map {
            try Self.exchange(Array($0))
        }
    }

    private static func exchange(_ lines: [String]) throws -> Exchange {
        let isEventual = lines.first == "@eventually"
        let sides = lines.dropFirst(isEventual ? 1 : 0).split(separator: "---", omittingEmptySubsequences: false)
        guard sides.count == 2 else { throw Malformed(reason: "not one request and one answer") }
        return Exchange(isEventual: isEventual, request: try part(Array(sides[0])), answer: try part(Array(sides[1])))
    }

    private static func part(_ lines: [String]) throws -> Part {
        guard let line = lines.first, !line.isEmpty else { throw Malformed(reason: "no first line") }
        let end = lines.firstIndex(of: "") ?? lines.count
        return Part(
            line: line, fields: Array(lines[1..<end]), body: lines[min(end + 1, lines.count)...].joined(separator: "\n")
        )
    }
}
