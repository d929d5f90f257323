/// What a personality asks the owner of a domain to publish, what it proves, and how often it is looked at again.
public struct DomainPlan: Sendable, Equatable {
    public var records: [RecordTemplate]
    public var recheck: RecheckRule
    /// A purpose that is not proved this long after the domain was added has failed; nil: it stays pending.
    public var patience: Duration?

    public init(records: [RecordTemplate], recheck: RecheckRule, patience: Duration?) {
        self.records = records
        self.recheck = recheck
        self.patience = patience
    }

    /// Of a personality that has no domains.
    public static let none = DomainPlan(records: [], recheck: .never, patience: nil)
}

/// One record of a plan. The kernel fills in the names and values, and knows what does instead of the exact text.
public struct RecordTemplate: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        /// TXT at `label.<domain>`: `prefix` and a token of the domain's own.
        case challenge(label: String, prefix: String)
        /// TXT at the domain (RFC 7208): our name is included.
        case spf
        /// TXT under the personality's selector (RFC 6376 §3.6): our key. Those of each algorithm apart. While keys are
        /// being rotated there is a second one, which proves nothing.
        case dkim(SigningKey.Algorithm)
        /// TXT at `_dmarc.<domain>` (RFC 7489): a policy, whichever.
        case dmarc
        /// MX at the domain, where it is to receive mail.
        case mx(preference: UInt16)
        /// CNAME at the return path, where the owner chose one.
        case returnPath
        /// CNAME at the tracking host, where the owner chose one.
        case tracking
    }

    public var purpose: RecordPurpose
    public var content: Content
    /// The purposes that are proved only if this record is there; none: it is advice.
    public var proves: [MailDomain.Purpose]
    /// Part of the list that the vendor's clients are shown. The operator is shown all.
    public var isListed: Bool

    public init(
        _ purpose: RecordPurpose, _ content: Content, proves: [MailDomain.Purpose] = [], isListed: Bool = true
    ) {
        self.purpose = purpose
        self.content = content
        self.proves = proves
        self.isListed = isListed
    }
}

/// A record's job, in a word that callers are shown.
public struct RecordPurpose: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let challenge = RecordPurpose(rawValue: "challenge")
    public static let spf = RecordPurpose(rawValue: "spf")
    public static let dkim = RecordPurpose(rawValue: "dkim")
    /// A second signature's key (RFC 8463).
    public static let dkimEd25519 = RecordPurpose(rawValue: "dkim_ed25519")
    /// The key to come of a rotation, as it is shown; it is looked up as what it will be.
    public static let dkimRotation = RecordPurpose(rawValue: "dkim_rotation")
    public static let dmarc = RecordPurpose(rawValue: "dmarc")
    public static let mx = RecordPurpose(rawValue: "mx")
    public static let returnPath = RecordPurpose(rawValue: "return_path")
    public static let tracking = RecordPurpose(rawValue: "tracking")
}

/// When a domain's records are looked up without anybody asking.
public enum RecheckRule: Sendable, Equatable {
    case never
    /// While a purpose of the plan is pending; the pause is chosen anew each time, evenly from the range.
    case whilePending(ClosedRange<Duration>)
    /// For good, of the domains that were added by the personality: others' are none of its customers' business.
    case every(ClosedRange<Duration>)
}
