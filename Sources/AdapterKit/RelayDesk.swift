public import Base
import Kernel
public import Model
import Ports

/// What a dialect does with requests to targets of its caller's choice. Everything is seen through the caller's account
/// and personality: what is somebody else's is not there, and for a key that is bound to domains, what goes to others.
///
/// Comes back on the shard. What a plan accepts or changes is on disk once it was carried out.
public struct RelayDesk: Sendable {
    private let service: RelayService
    private let caller: Principal?
    private let reach: KeyReach

    init(_ service: RelayService, caller: Principal?, reach: KeyReach) {
        self.service = service
        self.caller = caller
        self.reach = reach
    }

    /// Accepts a request. `publicAddress` faults are those of `field`; a target outside the caller's domains is
    /// `domainUnverified`, but for this machine where that is trusted.
    public func accept(
        _ request: RelayRequest, body: [UInt8], field: String, trustsThisMachine: Bool = false
    ) async throws(KernelFailure) -> Plan<(id: Relay.ID, at: Instant)> {
        guard let caller else { throw .credentialMissing }
        return Plan(
            try await service.accept(
                request, body: body, field: field, trustsThisMachine: trustsThisMachine, by: caller))
    }

    public func relay(_ id: Relay.ID) async throws(KernelFailure) -> Relay {
        let relay = try await service.relay(id, of: owner())
        guard isVisible(relay) else { throw .notFound(.delivery) }
        return relay
    }

    private func isVisible(_ relay: Relay) -> Bool { caller.map { service.isOf($0, relay) } ?? false }

    /// A relay with its attempts, oldest first.
    public func history(_ id: Relay.ID) async throws(KernelFailure) -> (relay: Relay, attempts: [RelayAttempt]) {
        let relay = try await relay(id)
        return (relay, try await service.attempts(relay))
    }

    /// A page of the caller's, in that state alone or in any. How many there are in all is not known. `overloaded`
    /// where a key that is bound to domains asks, and so many go to others that the page could not be filled in time.
    public func list(state: Relay.State?, _ slice: Slice<Relay>) async throws(KernelFailure) -> Page<Relay> {
        let query = try RelayQuery(tenant: owner(), state: state, slice: slice)
        guard reach.isBound else { return try await service.relays(query) }
        return try await service.relays(query, where: isVisible)
    }

    /// Takes an unfinished one back; `wrongState` for a finished one, and while an attempt is under way.
    public func cancel(_ id: Relay.ID) async throws(KernelFailure) -> Plan<Void> {
        Plan(try await service.cancel(relay(id).id, of: owner()))
    }

    /// Queues one anew that ended without being delivered; `wrongState` for any other.
    public func replay(_ id: Relay.ID) async throws(KernelFailure) -> Plan<Void> {
        Plan(try await service.replay(relay(id).id, of: owner()))
    }

    /// What the account's requests are signed with: the same for ever, and for all of its domains.
    public func signingSecret() async throws(KernelFailure) -> String {
        try reach.checkUnbound()
        return try await service.signingSecret(of: owner())
    }

    private func owner() throws(KernelFailure) -> Tenant {
        guard let caller else { throw .credentialMissing }
        return Tenant(account: caller.account, origin: caller.personality)
    }
}

extension Call {
    /// The requests that the caller's account has had made.
    public var relays: RelayDesk { RelayDesk(services.relays, caller: principal, reach: KeyReach(self)) }
}
