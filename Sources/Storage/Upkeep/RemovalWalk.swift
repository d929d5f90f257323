import Model
import Ports

/// Which rows a slice of a removal looks at: number, time, and whether it may go; by ?1 after, ?2 limit, ?3 origin, ?4
/// account, each of which every statement names.
enum RemovalWalk {
    static func sql(_ slice: Clearing) -> String {
        switch slice.rows {
        case .messages, .keys: messages(mayGo: mayGo(slice.extent))
        case .events: messages(mayGo: isFinished)
        case .contents: messages(mayGo: "\(isFinished) AND NOT \(isReplayable)")
        case .webhooks where slice.extent == .finished:
            """
            SELECT d.id, d.created, d.due IS NULL AND ?4 >= 0 AND w.origin = ?3 FROM webhook_delivery d
            LEFT JOIN webhook w ON w.id = d.endpoint WHERE d.id > ?1 ORDER BY d.id LIMIT ?2
            """
        case .webhooks:
            // What was looked at is gone, so each slice begins anew. The endpoints are few.
            """
            SELECT d.id, d.created, ?1 >= 0 AND ?3 >= 0 FROM webhook w
            CROSS JOIN webhook_delivery d ON d.endpoint = w.id WHERE w.account = ?4 LIMIT ?2
            """
        case .relays:
            """
            SELECT r.id, r.at, \(slice.extent == .finished ? isRelayFinished : "1") FROM relay r
            WHERE r.account = ?4 AND r.origin = ?3 AND r.id > ?1 ORDER BY r.id LIMIT ?2
            """
        case .records:
            """
            SELECT r.id, r.created, ?1 >= 0 FROM record_collection c
            CROSS JOIN record r ON r.collection = c.id AND r.account = ?4
            WHERE c.origin = ?3 AND r.state <> '' LIMIT ?2
            """
        }
    }

    private static func messages(mayGo: String) -> String {
        """
        SELECT m.id, m.at, \(mayGo) FROM message m
        WHERE m.account = ?4 AND m.origin = ?3 AND m.id > ?1 ORDER BY m.id LIMIT ?2
        """
    }

    private static func mayGo(_ extent: Clearing.Extent) -> String {
        switch extent {
        case .finished: isFinished
        case .account: "1"
        case .domain(let domain): "m.domain IS \(domain.value)"
        }
    }

    /// A delivery's number is its message's with the recipient in the last ten bits (`DeliveryID`).
    private static let isFinished =
        "NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id BETWEEN m.id << 10 AND (m.id << 10) + 1023)"
    private static let isReplayable =
        "EXISTS (SELECT 1 FROM dead_letter d WHERE d.id BETWEEN m.id << 10 AND (m.id << 10) + 1023)"
    private static let isRelayFinished = "NOT EXISTS (SELECT 1 FROM relay_queue q WHERE q.id = r.id)"
}
