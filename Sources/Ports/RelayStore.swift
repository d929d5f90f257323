public import Base
public import Model

/// The part of the `Store` port that relayed requests need; its contract is the `Store`'s.
public protocol RelayStore: Sendable {
    /// A relay with how far it is; nil where there is none.
    func relay(_ id: Relay.ID) async throws(KernelFailure) -> Relay?

    /// Its attempts, oldest first.
    func relayAttempts(_ id: Relay.ID) async throws(KernelFailure) -> [RelayAttempt]

    /// A page of an owner's relays; no total is kept of them.
    func relays(_ query: RelayQuery) async throws(KernelFailure) -> Page<Relay>

    /// A relay with its body and what an attempt has to know; nil unless it is unfinished.
    func dueRelay(_ id: Relay.ID) async throws(KernelFailure) -> DueRelay?

    /// Unfinished relays in the order of their making, at most `limit` of those after `last`.
    func pendingRelays(after last: Relay.ID, limit: Int) async throws(KernelFailure) -> [PendingRelay]

    /// What an owner's relays are signed with, sealed; nil before there is one.
    func signingSecret(of owner: Tenant) async throws(KernelFailure) -> [UInt8]?
}

public struct RelayQuery: Sendable {
    public var tenant: Tenant
    /// nil: all.
    public var state: Relay.State?
    public var slice: Slice<Relay>

    public init(tenant: Tenant, state: Relay.State? = nil, slice: Slice<Relay>) {
        self.tenant = tenant
        self.state = state
        self.slice = slice
    }
}

/// An unfinished relay at its attempt.
public struct DueRelay: Sendable, Equatable {
    public var id: Relay.ID
    public var account: Account.ID
    public var origin: PersonalityID
    public var request: RelayRequest
    public var body: [UInt8]
    /// Since it was queued.
    public var attempts: Int
    public var queuedAt: Instant

    public init(
        id: Relay.ID, account: Account.ID, origin: PersonalityID, request: RelayRequest, body: [UInt8], attempts: Int,
        queuedAt: Instant
    ) {
        self.id = id
        self.account = account
        self.origin = origin
        self.request = request
        self.body = body
        self.attempts = attempts
        self.queuedAt = queuedAt
    }
}

/// An unfinished relay, as small as the queue in memory needs it.
public struct PendingRelay: Sendable, Equatable {
    public var id: Relay.ID
    /// The target's `WebURL.origin`.
    public var target: String
    public var due: Instant
    public var attempts: Int

    public init(id: Relay.ID, target: String, due: Instant, attempts: Int) {
        self.id = id
        self.target = target
        self.due = due
        self.attempts = attempts
    }
}

/// Hears of relays once they are on disk, as `DeliveryObserver` does of mail.
public protocol RelayObserver: Sendable {
    func queued(_ relays: [PendingRelay])
}

/// One atomic change of what relays keep.
public enum RelayChange: Sendable {
    /// The serial is the relay's.
    case accept(NewRelay)
    /// The outcomes of attempts; each applies only if its relay is unfinished and has as many attempts behind it as the
    /// outcome says.
    case settle([RelaySettlement])
    /// Takes an unfinished one back; `wrongState` for a finished one, `notFound` for none.
    case cancel(Relay.ID, at: Instant)
    /// Queues one anew that was rejected, is dead or was taken back; `wrongState` for any other, `notFound` for none.
    case replay(Relay.ID, at: Instant)
    /// Keeps an owner's signing secret, sealed, unless there is one.
    case keepSecret(Tenant, sealed: [UInt8], at: Instant)
}

/// A relay on its way into the store. The store gives it its serial.
public struct NewRelay: Sendable {
    public var account: Account.ID
    public var origin: PersonalityID
    public var request: RelayRequest
    public var body: [UInt8]
    public var at: Instant

    public init(account: Account.ID, origin: PersonalityID, request: RelayRequest, body: [UInt8], at: Instant) {
        self.account = account
        self.origin = origin
        self.request = request
        self.body = body
        self.at = at
    }
}

/// The recorded end of one attempt.
public struct RelaySettlement: Sendable, Equatable {
    public var id: Relay.ID
    /// Attempts since it was queued, this one included.
    public var attempts: Int
    /// What it led to: any state but `queued` and `cancelled`.
    public var outcome: Relay.State
    /// Of `retrying`: when.
    public var due: Instant?
    public var status: Int?
    public var failure: HTTPFailure?
    public var latency: Duration
    public var at: Instant

    public init(
        id: Relay.ID, attempts: Int, outcome: Relay.State, due: Instant?, status: Int?, failure: HTTPFailure?,
        latency: Duration, at: Instant
    ) {
        self.id = id
        self.attempts = attempts
        self.outcome = outcome
        self.due = due
        self.status = status
        self.failure = failure
        self.latency = latency
        self.at = at
    }
}
