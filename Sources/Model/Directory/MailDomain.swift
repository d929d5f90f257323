public import Base

/// A domain name as one account holds it. Two accounts may hold the same name; each is served for itself.
///
/// One row for all personalities: what it may do is proved for each purpose once, whoever asked for the proof.
public struct MailDomain: Sendable, Equatable {
    public typealias ID = Serial<MailDomain>

    /// What a domain can be proved for.
    public enum Purpose: String, Sendable, CaseIterable {
        /// Mail may be sent from it.
        case send
        /// Mail for it may be taken in.
        case receive
        /// It may be called: a webhook's target may lie within it.
        case target
    }

    /// How far the proof of one purpose is.
    ///
    ///     pending  -> verified     all records that the purpose needs were seen in DNS
    ///     pending  -> failed       they were not, for as long as the plan waits
    ///     verified -> failed       one of them was seen to be gone, or to say something else
    ///     failed   -> verified     they are there after all
    ///     any      -> pinned       the operator vouches for it (`domain add --verified`); no re-check undoes that
    ///
    /// That DNS could not be read changes nothing.
    public enum Proof: String, Sendable, CaseIterable {
        case pending, verified, failed, pinned

        public var holds: Bool { self == .verified || self == .pinned }
    }

    public var id: ID
    public var account: Account.ID
    /// Lower case, A-labels (RFC 5890 §2.3.2.1).
    public var name: String
    public var sending: Proof
    public var receiving: Proof = .pending
    public var target: Proof = .pending
    public var createdAt: Instant
    /// When sending was proved last; nil before.
    public var verifiedAt: Instant?
    /// When it was proved that it may be called; nil before.
    public var targetVerifiedAt: Instant?
    /// What mail from this domain is signed with, and while keys are being rotated the others; RSA first.
    public var signingKeys: [SigningKey]
    /// The change of keys that is under way; nil: none.
    public var rotation: KeyRotation?
    public var options = DomainOptions()
    /// What the last check of each published record found.
    public var checks: [RecordCheck] = []
    /// When its records were looked up last.
    public var checkedAt: Instant?
    /// What personalities hang on it and the kernel does not read: JSON, by personality.
    public var facets: [PersonalityID: [UInt8]] = [:]

    public init(
        id: ID, account: Account.ID, name: String, sending: Proof, createdAt: Instant, verifiedAt: Instant?,
        signingKeys: [SigningKey]
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.sending = sending
        self.createdAt = createdAt
        self.verifiedAt = verifiedAt
        self.signingKeys = signingKeys
    }

    public func signingKeys(_ use: SigningKey.Use) -> [SigningKey] { signingKeys.filter { $0.use == use } }

    /// Of the change of its signing keys.
    public var rotationState: ResourceState { rotation == nil ? .idle : .underWay }

    /// Mail may be sent from it.
    public var maySend: Bool { sending.holds }

    public subscript(purpose: Purpose) -> Proof {
        get {
            switch purpose {
            case .send: sending
            case .receive: receiving
            case .target: target
            }
        }
        set {
            switch purpose {
            case .send: sending = newValue
            case .receive: receiving = newValue
            case .target: target = newValue
            }
        }
    }

    /// What the last check found under a name for a purpose of a record plan; nil before the first.
    public func check(_ purpose: RecordPurpose, at name: String) -> RecordCheck? {
        checks.first { $0.purpose == purpose && $0.name == name }
    }
}

/// What a domain's owner chose, and the operator for it.
public struct DomainOptions: Sendable, Equatable {
    /// The name of the return path (RFC 5321 §4.4) that is an alias of ours; nil: bounces come to our own name.
    public var returnPath: String?
    /// The name that links for tracking are made with, an alias of ours; nil: our own.
    public var trackingHost: String?
    /// Mail for the domain is to come here.
    public var receives: Bool
    /// Where reports go of mail from the domain that could not be delivered, a checked address; nil: nowhere.
    public var reportAddress: String?
    /// Selectors (RFC 6376 §3.1) in place of those that a personality has for RSA keys; the key of the second slot is
    /// under the same with a `2` behind.
    public var selectors: [PersonalityID: String]

    public init(
        returnPath: String? = nil, trackingHost: String? = nil, receives: Bool = false, reportAddress: String? = nil,
        selectors: [PersonalityID: String] = [:]
    ) {
        self.returnPath = returnPath
        self.trackingHost = trackingHost
        self.receives = receives
        self.reportAddress = reportAddress
        self.selectors = selectors
    }
}

/// A record to publish in DNS, as `domain show` prints it.
public struct DNSRecord: Sendable, Hashable {
    public var type: String
    public var name: String
    public var value: String
    /// The record's job in the words of mail: `dkim`, `spf`, `dmarc`; `dkim_rotation` for a key to come.
    public var purpose: String
    /// Seen in DNS, or vouched for by the operator.
    public var seen: Bool

    public init(type: String, name: String, value: String, purpose: String, seen: Bool) {
        self.type = type
        self.name = name
        self.value = value
        self.purpose = purpose
        self.seen = seen
    }
}
