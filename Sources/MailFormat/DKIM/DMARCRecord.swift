import Base

/// A domain's policy for mail that fails authentication (RFC 7489 §6.3).
public struct DMARCRecord: Sendable, Equatable {
    public enum Policy: String, Sendable {
        case none, quarantine, reject
    }

    public let policy: Policy

    /// Whether a receiver takes the text for a DMARC record at all, right or wrong (RFC 7489 §6.6.3).
    public static func isMeant(by text: [UInt8]) -> Bool {
        TagList(text)?.tags.first == TagList.Tag(name: "v", value: "DMARC1")
    }

    /// nil for a text that is no such record, or has no policy.
    public init?(_ text: [UInt8]) {
        guard Self.isMeant(by: text), let value = TagList(text)?["p"],
            let policy = Policy(rawValue: value.asciiLowercased)
        else { return nil }
        self.policy = policy
    }
}
