import Database
package import Model
package import Ports

extension SQLiteStore {
    package func deadLetters(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [DeadLetter] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.deadLetters(after: last, limit: limit, personalities)
        }
    }

    package func latestDeadLetters(skip: Int, limit: Int) async throws(KernelFailure) -> [DeadLetter] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.latestDeadLetters(skip: skip, limit: limit, personalities)
        }
    }

    package func latestPendingDeliveries(
        skip: Int, limit: Int
    ) async throws(KernelFailure) -> [PendingDelivery] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.latestPendingDeliveries(skip: skip, limit: limit, personalities)
        }
    }
}
