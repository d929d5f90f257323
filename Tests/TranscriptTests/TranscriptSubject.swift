import AdapterKit
import Foundation
import Harepost
import Newcomer
import PostStack

/// A personality and what its transcripts need to be told about it.
struct TranscriptSubject: Sendable {
    let folder: String
    let personality: any Personality
    /// The scopes of a key that may only send.
    let sendingScopes: [String]

    static let postStack = TranscriptSubject(
        folder: "PostStack", personality: PostStack(), sendingScopes: ["sending_access"])

    static let harepost = TranscriptSubject(folder: "Harepost", personality: Harepost(), sendingScopes: [])

    static let newcomer = TranscriptSubject(
        folder: "Newcomer", personality: Newcomer(),
        sendingScopes: [
            "letters:send:{example.com}", "letters:read:{example.com}", "hooks:{example.com}", "account:read",
        ])

    static let all = [postStack, harepost, newcomer]

    /// Fewer would say that some are not found. A personality without a vendor has no contract to show.
    var transcriptsMin: Int { folder == Self.newcomer.folder ? 8 : 25 }

    private var path: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Transcripts").appending(path: folder)
    }

    /// The files with this ending.
    func names(ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.path).sorted().filter { $0.hasSuffix(ending) }
    }

    func text(of name: String) throws -> String {
        try String(contentsOf: path.appending(path: name), encoding: .utf8)
    }

    /// All files, by name.
    func transcripts() throws -> [Transcript] {
        try FileManager.default.contentsOfDirectory(atPath: path.path).sorted().filter { $0.hasSuffix(".http") }.map {
            try Transcript(name: $0, String(contentsOf: path.appending(path: $0), encoding: .utf8))
        }
    }

    /// The field lines that apply to every answer.
    func alwaysFields() throws -> [String] {
        try String(contentsOf: path.appending(path: "always.headers"), encoding: .utf8)
            .components(separatedBy: "\n").filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}
