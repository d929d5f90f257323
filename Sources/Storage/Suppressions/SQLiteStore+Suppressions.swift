import Database
package import Model
package import Ports

extension SQLiteStore {
    package func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> SuppressionPage {
        try await inBackground { reader throws(DatabaseError) in try reader.suppressions(query) }
    }

    package func suppressions(_ slice: SuppressionSlice) async throws(KernelFailure) -> SuppressionRun {
        try await inBackground { reader throws(DatabaseError) in try reader.suppressions(slice) }
    }
}
