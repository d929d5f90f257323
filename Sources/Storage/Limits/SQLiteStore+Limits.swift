package import Base
import Database
package import Model
package import Ports

extension SQLiteStore {
    /// Whose rate windows ride along with every transaction from now on.
    package func ride(_ source: any RateWindowSource) { writer.ride(source) }

    package func rateWindows() async throws(KernelFailure) -> [RateWindowRecord] {
        try await inBackground { reader throws(DatabaseError) in try reader.rateWindows() }
    }

    package func quotas(of owner: QuotaOwner, at now: Instant) async throws(KernelFailure) -> [QuotaStatus] {
        try await inBackground { reader throws(DatabaseError) in try reader.quotas(of: owner, at: now) }
    }

    package func tally(
        of owner: QuotaOwner, _ kind: Quota.Kind, at now: Instant
    ) async throws(KernelFailure) -> QuotaTally {
        try await inBackground { reader throws(DatabaseError) in try reader.tally(of: owner, kind, at: now) }
    }
}
