import Database
package import Kernel
package import Model

extension SQLiteStore {
    package func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> SuppressionPage {
        try await inBackground { reader throws(DatabaseError) in try reader.suppressions(query) }
    }
}
