package import Base
import Database
package import Model
package import Ports

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

    package func nextMessageEnd() async throws(KernelFailure) -> Instant? {
        try await inBackground { reader throws(DatabaseError) in
            try reader.connection.prepare("SELECT at FROM message_end ORDER BY at LIMIT 1", "read the next end").first {
                Instant(nanoseconds: $0.integer(0))
            }
        }
    }

    package func mailRemovals() async throws(KernelFailure) -> [MailRemoval] {
        try await inBackground { reader throws(DatabaseError) in
            var removals: [MailRemoval] = []
            try reader.connection.prepare("SELECT domain, account FROM mail_removal", "read the removals").forEach {
                removals.append(
                    MailRemoval(domain: MailDomain.ID($0.integer(0)), account: Account.ID($0.integer(1))))
            }
            return removals
        }
    }
}
