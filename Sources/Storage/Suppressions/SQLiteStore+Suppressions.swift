import Database
package import Model
package import Ports

extension SQLiteStore {
    package func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> Page<Suppression> {
        try await inBackground { reader throws(DatabaseError) in try reader.suppressions(query) }
    }
}
