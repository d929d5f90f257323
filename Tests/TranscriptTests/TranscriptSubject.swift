import AdapterKit
import AhaSend
import Foundation
import Harepost
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

    static let ahaSend = TranscriptSubject(
        folder: "AhaSend", personality: AhaSend(), sendingScopes: ["messages:send:all"])

    static let all = [postStack, harepost, ahaSend]

    /// Those that take mail.
    static let mailing = [postStack, ahaSend]

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
