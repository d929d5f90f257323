import AdapterKit
import AhaSend
import Base
import Foundation
import Harepost
import Model
import Newcomer
import PostStack
import Posthawk
import Storage
import TestKit

@testable import Harpoon

/// A personality and what its transcripts need to be told about it.
struct TranscriptSubject: Sendable {
    let folder: String
    let personality: any Personality
    /// The scopes of a key that may only send.
    let sendingScopes: [String]
    /// The scopes of a key that may only look; empty: there is no such key.
    var readingScopes: [String] = []
    /// Keys of the dialect's own beside those that all have: names, kinds, scopes.
    var keys: [(name: String, kind: AccessKey.Kind, scopes: [String])] = []
    /// Puts into the store what no route can make, for the first account; gives the variables that name it.
    var prepare: @Sendable (SQLiteStore, PublicIDs, SecretBox) async throws -> [String: String] = { _, _, _ in [:] }

    static let postStack = TranscriptSubject(
        folder: "PostStack", personality: PostStack(), sendingScopes: ["sending_access"])

    static let harepost = TranscriptSubject(folder: "Harepost", personality: Harepost(), sendingScopes: [])

    static let posthawk = TranscriptSubject(
        folder: "Posthawk", personality: Posthawk(), sendingScopes: ["sending"], readingScopes: ["reading"])

    static let ahaSend = TranscriptSubject(
        folder: "AhaSend", personality: AhaSend(), sendingScopes: ["messages:send:all"])

    static let harpoon = TranscriptSubject(
        folder: "Harpoon", personality: Harpoon(), sendingScopes: ["transactions:read"],
        keys: [
            ("publicKey", .public, ["transactions:read", "transactions:initialize"]),
            ("webhookKey", .secret, ["webhooks:manage"]),
        ], prepare: { try await HarpoonMerchant(store: $0, ids: $1, secrets: $2).prepare() })

    static let newcomer = TranscriptSubject(
        folder: "Newcomer", personality: Newcomer(),
        sendingScopes: [
            "letters:send:{example.com}", "letters:read:{example.com}", "hooks:{example.com}", "account:read",
        ], keys: [("pageKey", .public, ["cards"])])

    static let all = [postStack, harepost, posthawk, ahaSend, harpoon, newcomer]

    /// Those that take mail.
    static let mailing = all.filter { $0.personality.smtp != nil }

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
