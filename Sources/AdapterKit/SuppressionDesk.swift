import Kernel
public import Model
import Ports

/// What a dialect's callers do with the addresses that their account sends nothing to. Of suppressions for one sending
/// domain they see those that were made through their own personality.
///
/// Comes back on the shard. What it reports as changed is on disk, and holds for every message accepted after it.
public struct SuppressionDesk: Sendable {
    let services: Services
    private let caller: Principal?

    init(_ services: Services, caller: Principal?) {
        self.services = services
        self.caller = caller
    }

    /// Latest first, and how many there are in all.
    public func list(
        offset: Int, limit: Int
    ) async throws(KernelFailure) -> (suppressions: [Suppression], total: Int) {
        let page = try await services.suppressions.list(
            account: try account(), origin: services.personality, offset: offset, limit: limit)
        return (page.suppressions, page.total)
    }

    /// Suppresses an address for all of the account's mail. One that is suppressed already gets the new reason.
    public func add(_ address: MailAddress, reason: Suppression.Reason) async throws(KernelFailure) {
        _ = try await services.suppressions.add(
            SuppressionService.Addition(
                account: try account(), address: address, reason: reason, origin: services.personality))
    }

    /// Lets an address have mail again, compared without case; `notFound` for one that was not suppressed and for a
    /// text that is no address.
    public func remove(_ text: String) async throws(KernelFailure) {
        guard let address = MailAddress(parsing: text) else { throw .notFound(.suppression) }
        try await services.suppressions.remove(address, account: try account(), domain: nil)
    }

    func account() throws(KernelFailure) -> Account.ID {
        guard let caller else { throw .credentialMissing }
        return caller.account
    }
}

extension Call {
    /// The addresses that the caller's account sends nothing to.
    public var suppressions: SuppressionDesk { SuppressionDesk(services, caller: caller) }
}
