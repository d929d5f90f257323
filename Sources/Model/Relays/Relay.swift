public import Base

/// A request that a caller had us make to a target of its choice, and how far it is.
///
///     queued ──attempt──▶ delivered | rejected | dead | retrying
///     retrying ──attempt──▶ delivered | rejected | dead | retrying
///     queued, retrying ──the caller──▶ cancelled
///     rejected, dead, cancelled ──the caller──▶ queued anew, its attempts counted from the start
///
/// Delivered is final. Nothing is ever forgotten: request and attempts are kept in every state.
public struct Relay: Sendable, Equatable {
    public typealias ID = Serial<Relay>

    public enum State: String, Sendable, CaseIterable {
        /// No attempt was made since it was queued.
        case queued
        /// An attempt failed, another is due.
        case retrying
        /// The target took it.
        case delivered
        /// The target refused it for good.
        case rejected
        /// Attempts ran out.
        case dead
        /// The caller took it back.
        case cancelled

        public var isFinal: Bool {
            switch self {
            case .queued, .retrying: false
            case .delivered, .rejected, .dead, .cancelled: true
            }
        }
    }

    public var id: ID
    public var account: Account.ID
    /// Only this personality shows it.
    public var origin: PersonalityID
    public var request: RelayRequest
    public var state: State
    public var createdAt: Instant
    /// Attempts ever made.
    public var attempts: Int
    public var lastAttempt: RelayAttempt?
    /// When it was taken back or queued anew; nil where its caller did neither.
    public var changedAt: Instant?

    public init(
        id: ID, account: Account.ID, origin: PersonalityID, request: RelayRequest, state: State, createdAt: Instant,
        attempts: Int = 0, lastAttempt: RelayAttempt? = nil, changedAt: Instant? = nil
    ) {
        self.id = id
        self.account = account
        self.origin = origin
        self.request = request
        self.state = state
        self.createdAt = createdAt
        self.attempts = attempts
        self.lastAttempt = lastAttempt
        self.changedAt = changedAt
    }

    /// When anything about it changed last.
    public var updatedAt: Instant { [createdAt, lastAttempt?.at, changedAt].compactMap { $0 }.max() ?? createdAt }
}

/// What is sent, without its body.
public struct RelayRequest: Sendable, Equatable {
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: String
    public var target: WebURL
    /// As they go out, but for the signature, which each attempt makes anew.
    public var fields: [Field]
    /// Signed with the account's secret.
    public var isSigned: Bool
    /// What the receiver tells repetitions by. It is among the fields too, by the dialect's name.
    public var idempotencyKey: String?
    /// The caller's own: JSON. Never sent.
    public var metadata: [UInt8]?
    public var policy: AttemptPolicy

    public init(
        method: String, target: WebURL, fields: [Field], isSigned: Bool, idempotencyKey: String?, metadata: [UInt8]?,
        policy: AttemptPolicy
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.isSigned = isSigned
        self.idempotencyKey = idempotencyKey
        self.metadata = metadata
        self.policy = policy
    }
}

/// One attempt.
public struct RelayAttempt: Sendable, Equatable {
    /// From 1, over replays.
    public var number: Int
    /// The state that it led to.
    public var outcome: Relay.State
    /// What the target answered; nil where nobody did.
    public var status: Int?
    /// Why nobody did.
    public var failure: HTTPFailure?
    public var latency: Duration
    /// When it was over.
    public var at: Instant

    public init(
        number: Int, outcome: Relay.State, status: Int?, failure: HTTPFailure?, latency: Duration, at: Instant
    ) {
        self.number = number
        self.outcome = outcome
        self.status = status
        self.failure = failure
        self.latency = latency
        self.at = at
    }
}

/// What a dialect says of relayed requests.
public struct RelayRules: Sendable, Equatable {
    /// What a signed one is signed with. Of the parts there is no id.
    public var signing: WebhookSigning
    /// What an account's signing secret begins with.
    public var secretPrefix: String

    public init(signing: WebhookSigning, secretPrefix: String) {
        self.signing = signing
        self.secretPrefix = secretPrefix
    }
}
