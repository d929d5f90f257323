import Base
public import Model

/// How a delivery ends that never reaches a mail server: test keys, and everything in capture mode.
///
/// Decided at accept and kept with the delivery, as its integer form.
public enum SimulatedOutcome: Sendable, Equatable {
    /// A real delivery.
    case none
    case delivered
    /// Nobody answers.
    case timeout
    /// The given SMTP reply code: 4xx defers, 5xx bounces.
    case reply(Int)
    /// One temporary refusal, and no attempt after it.
    case deferredOnce
    /// Given up by us.
    case failed
    /// Held back, as for a suppressed address.
    case suppressed
    /// Delivered, and then its recipient complains.
    case complaint
    /// Given up at once, for a reason that may pass: a full mailbox.
    case softBounce
    /// Delivered, after a while.
    case slow
    /// Put off at the first attempt, and taken at the next.
    case greylist

    public init(code: Int64) {
        switch code {
        case 0: self = .none
        case 1: self = .delivered
        case 2: self = .timeout
        case 3: self = .deferredOnce
        case 4: self = .failed
        case 5: self = .suppressed
        case 6: self = .complaint
        case 7: self = .softBounce
        case 8: self = .slow
        case 9: self = .greylist
        default: self = .reply(Int(code))
        }
    }

    public var code: Int64 {
        switch self {
        case .none: 0
        case .delivered: 1
        case .timeout: 2
        case .deferredOnce: 3
        case .failed: 4
        case .suppressed: 5
        case .complaint: 6
        case .softBounce: 7
        case .slow: 8
        case .greylist: 9
        case .reply(let code): Int64(code)
        }
    }

    /// What the sender of a test wants it to come to.
    public init(_ wish: Submission.Wish) {
        switch wish {
        case .delivered: self = .delivered
        case .bounced: self = .reply(550)
        case .deferred: self = .deferredOnce
        case .failed: self = .failed
        case .suppressed: self = .suppressed
        }
    }

    /// How such a delivery ends with its first attempt, whatever its retry policy says; nil: as the attempt comes to.
    public var ending: [MailEvent.Kind]? {
        switch self {
        case .deferredOnce: [.deferred]
        case .failed: [.failed]
        case .suppressed: [.suppressed]
        case .softBounce: [.softBounced]
        case .none, .delivered, .timeout, .reply, .complaint, .slow, .greylist: nil
        }
    }

    /// The words that a recipient's local part may ask with, in capture mode, and what comes of each.
    public static let words: [(word: String, outcome: SimulatedOutcome, meaning: String)] = [
        ("bounce", .reply(550), "refused for good"),
        ("softbounce", .softBounce, "given up at once, for a reason that may pass"),
        ("defer", .reply(451), "put off at each attempt"),
        ("greylist", .greylist, "put off once, delivered at the next attempt"),
        ("timeout", .timeout, "nobody answers"),
        ("slow", .slow, "delivered after \(DurationText.of(PortLimits.slowDelivery))"),
        ("complaint", .complaint, "delivered, and then complained of"),
    ]

    /// What a recipient asks for by its local part, in capture mode: one of `words`, or a reply code from 400 to 599,
    /// each also as `word+tag`. Everything else is delivered.
    public init(localPartOf address: String) {
        let localPart = address.prefix { $0 != "@" && $0 != "+" }.lowercased()
        if let known = Self.words.first(where: { $0.word == localPart }) {
            self = known.outcome
        } else if localPart.utf8.count == 3, let code = Int(localPart), (400...599).contains(code) {
            self = .reply(code)
        } else {
            self = .delivered
        }
    }

    /// How long after its message the delivery is due.
    public var delay: Duration { self == .slow ? PortLimits.slowDelivery : .zero }

    /// What an attempt at such a delivery comes to, after so many before it; nil for a real one.
    public func attempt(after attempts: Int) -> AttemptOutcome? {
        switch self {
        case .none: nil
        case .delivered, .complaint, .slow: .accepted(Self.result(.none, 250, "captured"))
        case .timeout: .deferred(Self.result(.noAnswer, 0, "no answer (asked for by the local part)"))
        case .softBounce: .deferred(Self.result(.mailboxFull, 452, Self.askedFor))
        case .greylist where attempts == 0: .deferred(Self.result(.greylisted, 451, Self.askedFor))
        case .greylist: .accepted(Self.result(.none, 250, "captured"))
        case .deferredOnce:
            .deferred(
                AttemptResult(
                    classification: .mailboxFull, code: 452, enhancedStatus: "4.2.2", text: .init("asked for"),
                    host: "capture"))
        case .failed, .suppressed: .refused(Self.result(.none, 0, "asked for"))
        case .reply(let code) where code < 500: .deferred(Self.result(.transient, code, Self.askedFor))
        case .reply(let code): .refused(Self.result(.invalidRecipient, code, Self.askedFor))
        }
    }

    private static let askedFor = "asked for by the local part"

    private static func result(_ classification: AttemptResult.Class, _ code: Int, _ text: String) -> AttemptResult {
        AttemptResult(classification: classification, code: code, text: UserData(text), host: "capture")
    }
}
