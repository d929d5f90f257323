import Database
package import Model

extension SQLiteStore {
    package func pausedLanes() async throws(KernelFailure) -> [String] {
        try await inBackground { reader throws(DatabaseError) in
            var lanes: [String] = []
            try reader.connection.prepare("SELECT lane FROM lane_pause", "read the paused lanes").forEach {
                lanes.append($0.text(0))
            }
            return lanes
        }
    }
}
