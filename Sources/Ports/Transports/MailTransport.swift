public import Base
public import Model

/// The way out for mail.
///
/// **Contract.** `deliver` tries each parcel once, in order, and returns when every one of its recipients has a result;
/// it never throws and never retries. It may reuse connections between parcels and between calls. It is called for
/// several lanes at once, for one lane at most as often as `sessionsPerLane` says. A parcel's bytes are asked for only
/// when there is someone to hand them to.
///
/// **Lanes.** What shares a lane shares its connections and its fate. Where `findsLanes` is true, a destination's lane
/// depends on the DNS: `lane(for:)` is the one found last, or one of the destination's own, and `lanes(for:)` is asked
/// before each call of `deliver`, which then is given only what is in its right lane. A destination that nobody takes
/// mail for has a lane of its own, and `deliver` says why.
///
/// **Threads.** Any; it comes back on the caller's executor.
public protocol MailTransport: Sendable {
    /// The lane that mail for a destination domain queues in, as far as is known. Called for each delivery.
    func lane(for destination: String) -> LaneID
    /// Whether lanes are found out by `lanes(for:)`. They are other people's servers then, and the queue gives way to
    /// those that push back.
    var findsLanes: Bool { get }
    /// The lanes that mail for these destinations belongs to now; one for each.
    func lanes(for destinations: Set<String>) async -> [String: LaneID]
    /// Parcels handed over in one call at most.
    var parcelsPerSession: Int { get }
    var sessionsPerLane: Int { get }
    /// Over all lanes.
    var sessionsMax: Int { get }
    /// Whether the one server that takes all mail offered SMTPUTF8 (RFC 6531 §3.1) when it was asked last; nil where it
    /// was not asked yet, and where there are many servers. Asked for messages that need it, as they are accepted.
    var takesInternational: Bool? { get }

    func deliver(_ parcels: [Parcel], lane: LaneID) async -> [ParcelResult]

    /// Closes idle connections; called once, when nothing is in flight.
    func close() async
}

extension MailTransport {
    public var findsLanes: Bool { false }
    public var sessionsMax: Int { .max }
    public var takesInternational: Bool? { nil }

    public func lanes(for destinations: Set<String>) async -> [String: LaneID] {
        Dictionary(uniqueKeysWithValues: destinations.map { ($0, lane(for: $0)) })
    }
}

/// Names a lane: a provider, a destination, or the smarthost that stands for all of them.
public struct LaneID: Hashable, Comparable, Sendable {
    public let name: String

    public init(_ name: String) { self.name = name }

    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }

    /// A webhook's lane is named by its number, a lane of relayed requests by the origin that they go to.
    public static let webhookPrefix = "webhook:"
    public static let relayPrefix = "relay:"

    /// It is a destination's own, and has its name.
    public var isDestination: Bool { kind == Self.destinationKind }

    private static let destinationKind = OperatorText("destination")

    /// What sort of lane it is, for the log, where a destination that callers named must not stand: the word before the
    /// colon of a name that begins with one.
    public var kind: OperatorText {
        let word = name.utf8.prefix { ASCII.isLower($0) }
        let isWhole = word.endIndex == name.utf8.endIndex || name.utf8[word.endIndex] == ASCII.colon
        return isWhole && !word.isEmpty ? OperatorText(String(name[..<word.endIndex])) : Self.destinationKind
    }
}

/// One message for some of its recipients over one hop.
public struct Parcel: Sendable {
    public var message: Message.ID
    public var recipients: [Int]
    /// Loads and composes the message: the bytes, the envelope.
    public var open: @Sendable () async throws(KernelFailure) -> OutgoingMail

    public init(
        message: Message.ID, recipients: [Int],
        open: @escaping @Sendable () async throws(KernelFailure) -> OutgoingMail
    ) {
        self.message = message
        self.recipients = recipients
        self.open = open
    }
}

/// What a next hop takes: hops of the same kind are handed the same bytes.
public struct HopKind: Sendable, Hashable {
    /// RFC 6152
    public var takesEightBit: Bool
    /// RFC 6531
    public var takesUTF8: Bool

    public init(takesEightBit: Bool, takesUTF8: Bool) {
        self.takesEightBit = takesEightBit
        self.takesUTF8 = takesUTF8
    }

    /// Takes all that there is.
    public static let full = HopKind(takesEightBit: true, takesUTF8: true)
}

/// The bytes of a message for hops of one kind, signed.
public struct Rendition: Sendable, Equatable {
    /// RFC 5322 with CRLF line ends; not dot-stuffed.
    public var content: [UInt8]
    /// SHA-256 of `content`, for the results of those who got it.
    public var digest: [UInt8]
    /// The header is not ASCII, so the next hop must know SMTPUTF8 (RFC 6531 §3.4), whoever the recipient is.
    public var needsSMTPUTF8: Bool

    public init(content: [UInt8], digest: [UInt8], needsSMTPUTF8: Bool) {
        self.content = content
        self.digest = digest
        self.needsSMTPUTF8 = needsSMTPUTF8
    }

    /// It has octets above 0x7F (RFC 6152).
    public var isEightBit: Bool { content.contains { $0 > 0x7F } }
}

/// A composed and signed message with its envelope (RFC 5321 §2.3.1).
public struct OutgoingMail: Sendable {
    /// The reverse-path, without angle brackets.
    public var sender: String
    /// The forward-paths, in the order of `Parcel.recipients`.
    public var recipients: [String]
    /// For hops that take everything.
    public var rendition: Rendition
    /// The same for others, as far as it can be: made when such a hop is met. nil: there is no other.
    public var rerender: (@Sendable (HopKind) async throws(KernelFailure) -> Rendition)?
    /// What the next hop is asked to report on, if it can be asked.
    public var reports: ReportRequest

    public init(
        sender: String, recipients: [String], content: [UInt8], digest: [UInt8], needsSMTPUTF8: Bool,
        reports: ReportRequest = ReportRequest(),
        rerender: (@Sendable (HopKind) async throws(KernelFailure) -> Rendition)? = nil
    ) {
        self.sender = sender
        self.recipients = recipients
        rendition = Rendition(content: content, digest: digest, needsSMTPUTF8: needsSMTPUTF8)
        self.rerender = rerender
        self.reports = reports
    }

    public var content: [UInt8] { rendition.content }
    public var digest: [UInt8] { rendition.digest }
    public var needsSMTPUTF8: Bool { rendition.needsSMTPUTF8 }
}

/// What one hop said about each recipient of a parcel.
public struct ParcelResult: Sendable {
    public var outcomes: [AttemptOutcome]
    /// The places of recipients whose sender asked to hear of success (`OutgoingMail.reports`), and that a hop accepted
    /// which makes no reports.
    public var unannounced: Set<Int>

    public init(outcomes: [AttemptOutcome], unannounced: Set<Int> = []) {
        self.outcomes = outcomes
        self.unannounced = unannounced
    }
}

/// What one attempt at one recipient came to.
public enum AttemptOutcome: Sendable, Equatable {
    /// The next hop took responsibility (RFC 5321 §6.1).
    case accepted(AttemptResult)
    /// Permanently refused.
    case refused(AttemptResult)
    /// Temporarily refused, or nobody answered.
    case deferred(AttemptResult)

    public var result: AttemptResult {
        get {
            switch self {
            case .accepted(let result), .refused(let result), .deferred(let result): result
            }
        }
        set {
            switch self {
            case .accepted: self = .accepted(newValue)
            case .refused: self = .refused(newValue)
            case .deferred: self = .deferred(newValue)
            }
        }
    }
}
