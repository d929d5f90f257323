package import Base
package import Model

/// The part of the `Store` port that relayed requests need; its contract is the `Store`'s.
package protocol RelayStore: Sendable {
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

package struct RelayQuery: Sendable {
    package var tenant: Tenant
    /// nil: all.
    package var state: Relay.State?
    package var slice: Slice<Relay>

    package init(tenant: Tenant, state: Relay.State? = nil, slice: Slice<Relay>) {
        self.tenant = tenant
        self.state = state
        self.slice = slice
    }
}

/// An unfinished relay at its attempt.
package struct DueRelay: Sendable, Equatable {
    package var id: Relay.ID
    package var account: Account.ID
    package var origin: PersonalityID
    package var request: RelayRequest
    package var body: [UInt8]
    /// Since it was queued.
    package var attempts: Int
    package var queuedAt: Instant

    package init(
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
package struct PendingRelay: Sendable, Equatable {
    package var id: Relay.ID
    /// The target's `WebURL.origin`.
    package var target: String
    package var due: Instant
    package var attempts: Int

    package init(id: Relay.ID, target: String, due: Instant, attempts: Int) {
        self.id = id
        self.target = target
        self.due = due
        self.attempts = attempts
    }
}

/// Hears of relays once they are on disk, as `DeliveryObserver` does of mail.
package protocol RelayObserver: Sendable {
    func queued(_ relays: [PendingRelay])
}

/// One atomic change of what relays keep.
package enum RelayChange: Sendable {
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
package struct NewRelay: Sendable {
    package var account: Account.ID
    package var origin: PersonalityID
    package var request: RelayRequest
    package var body: [UInt8]
    package var at: Instant

    package init(account: Account.ID, origin: PersonalityID, request: RelayRequest, body: [UInt8], at: Instant) {
        self.account = account
        self.origin = origin
        self.request = request
        self.body = body
        self.at = at
    }
}

/// The recorded end of one attempt.
package struct RelaySettlement: Sendable, Equatable {
    package var id: Relay.ID
    /// Attempts since it was queued, this one included.
    package var attempts: Int
    /// What it led to: any state but `queued` and `cancelled`.
    package var outcome: Relay.State
    /// Of `retrying`: when.
    package var due: Instant?
    package var status: Int?
    package var failure: HTTPFailure?
    package var latency: Duration
    package var at: Instant

    package init(
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
