package import Base
import Crypto
import Database
package import Model
package import Ports

extension SQLiteStore {
    package func record(_ id: Record.ID) async throws(KernelFailure) -> Record? {
        try read { reader throws(DatabaseError) in try reader.records(personalities).record(id.value) }
    }

    package func record(_ key: RecordKey, in space: RecordSpace) async throws(KernelFailure) -> Record? {
        let digest = SHA256.digest(key.index.name(of: key.value, in: space))
        let rows = recordKeys.rows(for: digest)
        guard !rows.isEmpty else { return nil }
        return try read { reader throws(DatabaseError) in
            try reader.records(personalities).record(digest, rows: rows)
        }
    }

    package func records(_ query: RecordQuery) async throws(KernelFailure) -> RecordPage {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.records(personalities).records(query)
        }
    }

    package func dueRecords(at now: Instant, limit: Int) async throws(KernelFailure) -> [Record] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.records(personalities).due(at: now, limit: limit)
        }
    }

    package func nextDueRecord() async throws(KernelFailure) -> Instant? {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.records(personalities).nextDue()
        }
    }

    package func facets(
        _ kind: Facet.Kind, of rows: [Int64], origin: PersonalityID
    ) async throws(KernelFailure) -> [Int64: [UInt8]] {
        try read { reader throws(DatabaseError) in
            try reader.records(personalities).facets(kind, of: rows, origin: origin)
        }
    }

    /// Whom to tell of due times. Once, before the first commit.
    package func observe(records observer: any RecordObserver) { writer.observe(records: observer) }
}
