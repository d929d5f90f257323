public import Base
public import Model
public import Ports

/// What callers do with requests to targets of their choice, in whatever dialect. Look-ups are keyed by account and
/// personality, so that what belongs to others is as absent as what does not exist.
///
/// Any thread; calls come back on the caller's executor.
public struct RelayService: Sendable {
    private let store: any Store
    private let directory: Directory
    private let dispatcher: RelayDispatcher
    private let guardian: TargetGuard
    private let secrets: RelaySecrets
    private let rules: [PersonalityID: RelayRules]
    private let time: any TimeSource

    public init(
        store: any Store, directory: Directory, dispatcher: RelayDispatcher, guardian: TargetGuard,
        secrets: RelaySecrets, rules: [PersonalityID: RelayRules], time: any TimeSource
    ) {
        self.store = store
        self.directory = directory
        self.dispatcher = dispatcher
        self.guardian = guardian
        self.secrets = secrets
        self.rules = rules
        self.time = time
    }

    // MARK: Accepting

    /// Accepts a request, which is on its way once it is on disk. In this order: the literal address
    /// (`publicAddress` fault of `field`), the domain (`domainUnverified`, `domainNotPermitted`), the addresses behind
    /// the name. `trustsThisMachine`: what is here lies in nobody's domain and needs none.
    public func accept(
        _ request: RelayRequest, body: [UInt8], field: String, trustsThisMachine: Bool = false, by principal: Principal
    ) async throws(KernelFailure) -> Plan<(id: Relay.ID, at: Instant)> {
        guard guardian.admitsLiterally(request.target) else { throw Self.notPublic(request, field) }
        if !trustsThisMachine || !TargetGuard.isThisMachine(request.target.host) {
            try authorise(request.target.host, for: principal)
        }
        guard await guardian.admitsAddresses(of: request.target.host) else { throw Self.notPublic(request, field) }
        let now = time.now
        let relay = NewRelay(
            account: principal.account, origin: principal.personality, request: request, body: body, at: now)
        return Plan(.relay(.accept(relay)), on: store) { (Relay.ID($0), now) }
    }

    private static func notPublic(_ request: RelayRequest, _ field: String) -> KernelFailure {
        .invalid(FieldFault(field, .publicAddress, value: UserData(request.target.text)))
    }

    /// Whether the host lies in a domain that the account has proved it may call. A domain covers what is below it.
    private func authorise(_ host: String, for principal: Principal) throws(KernelFailure) {
        let found = Self.names(host).lazy.compactMap { directory.domain($0, of: principal.account) }
        guard let domain = found.first(where: \.target.holds) else {
            throw .domainUnverified(UserData(host), role: .destination)
        }
        guard principal.domains.isEmpty || principal.domains.contains(domain.name) else {
            throw .domainNotPermitted(domain: domain.name, action: nil)
        }
    }

    /// The name, and those that it lies below, down to two labels.
    private static func names(_ host: String) -> [String] {
        var name = host.hasSuffix(".") ? host.dropLast() : host[...]
        var names: [String] = []
        while let dot = name.firstIndex(of: ".") {
            names.append(String(name))
            name = name[name.index(after: dot)...]
        }
        return names
    }

    // MARK: Looking

    public func relay(_ id: Relay.ID, of owner: Tenant) async throws(KernelFailure) -> Relay {
        guard let relay = try await store.relay(id), relay.account == owner.account, relay.origin == owner.origin else {
            throw .notFound(.delivery)
        }
        return relay
    }

    /// Oldest first. Of a relay that the owner was shown.
    public func attempts(_ relay: Relay) async throws(KernelFailure) -> [RelayAttempt] {
        try await store.relayAttempts(relay.id)
    }

    public func relays(_ query: RelayQuery) async throws(KernelFailure) -> Page<Relay> {
        try await store.relays(query)
    }

    /// Whether a relay is the caller's to see: one that is bound to domains sees what went to those.
    public func isOf(_ caller: Principal, _ relay: Relay) -> Bool {
        caller.domains.isEmpty || Self.names(relay.request.target.host).contains(where: caller.domains.contains)
    }

    /// A page of those that `isWanted` lets be seen, of a slice that begins at the latest or after a place. No index
    /// tells them, so rows are looked at until it is full: `overloaded` where that takes too long.
    public func relays(
        _ query: RelayQuery, where isWanted: (Relay) -> Bool
    ) async throws(KernelFailure) -> Page<Relay> {
        let limit = query.slice.limit
        let end = time.uptime + KernelLimits.filteredListDuration
        var query = query
        query.slice = Slice(query.slice.start, limit: max(limit, KernelLimits.relaysLookedAt))
        var found = Page<Relay>.empty
        while true {
            let page = try await store.relays(query)
            if found.items.isEmpty { found.hasPrevious = page.hasPrevious }
            for relay in page.items where isWanted(relay) {
                found.hasMore = found.items.count == limit
                if found.hasMore { return found }
                found.items.append(relay)
            }
            guard page.hasMore, let last = page.items.last else { return found }
            guard time.uptime < end else { throw .overloaded(retryAfter: KernelLimits.filteredListDuration) }
            query.slice = Slice(.after(last.id), limit: query.slice.limit)
        }
    }

    // MARK: Taking back and again

    /// Takes an unfinished relay back; `wrongState` for a finished one, and while an attempt at it is under way.
    public func cancel(_ id: Relay.ID, of owner: Tenant) async throws(KernelFailure) -> Plan<Void> {
        let relay = try await relay(id, of: owner)
        if relay.state.isFinal { throw .wrongState(.delivery, state: .ended, operation: .cancel) }
        return Plan(.relay(.cancel(id, at: time.now)), on: store, hold: hold(relay)) { _ in }
    }

    /// Out of the queue while it is taken back, and in again if it is not.
    private func hold(_ relay: Relay) -> Plan<Void>.Hold {
        { [dispatcher, store] () async throws(KernelFailure) -> Plan<Void>.Release in
            guard await dispatcher.withdraw(relay) else {
                throw .wrongState(.delivery, state: .underWay, operation: .cancel)
            }
            return { outcomes in
                if case .done? = outcomes?.first { return }
                // As it stands by now. What cannot be read is delivered after the next start.
                let pending = try? await store.pendingRelays(after: Relay.ID(relay.id.value - 1), limit: 1)
                await dispatcher.insert((pending ?? []).filter { $0.id == relay.id })
            }
        }
    }

    /// Queues one anew that ended without being delivered; `wrongState` for any other.
    public func replay(_ id: Relay.ID, of owner: Tenant) async throws(KernelFailure) -> Plan<Void> {
        _ = try await relay(id, of: owner)
        return Plan(.relay(.replay(id, at: time.now)), on: store) { _ in }
    }

    // MARK: Signing

    /// The owner's signing secret: the same for ever.
    public func signingSecret(of owner: Tenant) async throws(KernelFailure) -> String {
        guard let rules = rules[owner.origin] else { throw .internalError(incident: "relay without a dialect") }
        return try await secrets.secret(of: owner, prefix: rules.secretPrefix)
    }
}
