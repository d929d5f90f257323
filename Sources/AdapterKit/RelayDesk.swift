public import Base
package import Kernel
public import Model
import Ports

/// What a dialect does with requests to targets of its caller's choice. Everything is seen through the caller's account
/// and personality: what is somebody else's is not there.
///
/// Comes back on the shard. What it reports as accepted or changed is on disk.
public struct RelayDesk: Sendable {
    private let service: RelayService
    private let caller: Principal?

    package init(_ service: RelayService, caller: Principal?) {
        self.service = service
        self.caller = caller
    }

    /// Accepts a request. `publicAddress` faults are those of `field`; a target outside the caller's domains is
    /// `domainUnverified`.
    public func accept(
        _ request: RelayRequest, body: [UInt8], field: String
    ) async throws(KernelFailure) -> (id: Relay.ID, at: Instant) {
        guard let caller else { throw .credentialMissing }
        return try await service.accept(request, body: body, field: field, by: caller)
    }

    public func relay(_ id: Relay.ID) async throws(KernelFailure) -> Relay {
        try await service.relay(id, of: owner())
    }

    /// A relay with its attempts, oldest first.
    public func history(_ id: Relay.ID) async throws(KernelFailure) -> (relay: Relay, attempts: [RelayAttempt]) {
        let relay = try await service.relay(id, of: owner())
        return (relay, try await service.attempts(relay))
    }

    /// A page of the caller's, latest first, of those made before `before`; and whether more follow.
    public func list(
        state: Relay.State?, before: Relay.ID?, limit: Int
    ) async throws(KernelFailure) -> (relays: [Relay], hasMore: Bool) {
        try await service.relays(RelayQuery(tenant: owner(), state: state, before: before, limit: limit))
    }

    /// Takes an unfinished one back; `wrongState` for a finished one, and while an attempt is under way.
    public func cancel(_ id: Relay.ID) async throws(KernelFailure) -> Relay {
        try await service.cancel(id, of: owner())
    }

    /// Queues one anew that ended without being delivered; `wrongState` for any other.
    public func replay(_ id: Relay.ID) async throws(KernelFailure) -> Relay {
        try await service.replay(id, of: owner())
    }

    /// What the account's requests are signed with: the same for ever.
    public func signingSecret() async throws(KernelFailure) -> String {
        try await service.signingSecret(of: owner())
    }

    private func owner() throws(KernelFailure) -> Tenant {
        guard let caller else { throw .credentialMissing }
        return Tenant(account: caller.account, origin: caller.personality)
    }
}

extension Call {
    /// The requests that the caller's account has had made.
    public var relays: RelayDesk { RelayDesk(services.relays, caller: caller) }
}
