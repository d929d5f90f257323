import Base
import Database
import Model
import Ports
import Rows

/// A connection's reads of webhooks. What is read for every delivery is prepared once, at its first use.
final class WebhookReader {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let seal: StoreSeal
    private var deliveryByID: Statement?
    private var endpointByID: Statement?

    private static let endpointColumns = """
        id, account, origin, url, events, domains, enabled, secret, previous, previous_until, created, rotated,
        disabled, reason, failures, attempted, status, deliveries, own, bound, label, changed, successes, errors,
        errors_since
        """
    private static let deliveryColumns = """
        d.id, d.endpoint, d.name, d.event, d.message, d.data, d.created, d.due, d.attempts, d.status, d.response,
        d.delivered, d.queued, d.replayed
        """

    init(_ connection: Connection, personalities: PersonalityNumbers, seal: StoreSeal = .none) {
        self.connection = connection
        self.seal = seal
        self.personalities = personalities
    }

    // MARK: Endpoints

    func endpoints(of owner: Tenant?) throws(DatabaseError) -> [WebhookEndpoint] {
        let condition = owner == nil ? "" : "AND account = ?1 AND origin = ?2 "
        let select = try connection.prepare(
            "SELECT \(Self.endpointColumns) FROM webhook WHERE deleted IS NULL AND own = 0 \(condition)ORDER BY id",
            "read webhooks")
        if let owner {
            select.bind(1, owner.account.value)
            select.bind(2, personalities.number(owner.origin) ?? 0)
        }
        var endpoints: [WebhookEndpoint] = []
        try select.forEach { endpoints.append(self.endpoint($0)) }
        return endpoints
    }

    func endpoint(_ id: WebhookEndpoint.ID) throws(DatabaseError) -> WebhookEndpoint? {
        let select: Statement
        if let endpointByID {
            select = endpointByID
        } else {
            select = try connection.prepare(
                "SELECT \(Self.endpointColumns) FROM webhook WHERE id = ? AND deleted IS NULL", "read a webhook")
            endpointByID = select
        }
        select.bind(1, id.value)
        return try select.first { self.endpoint($0) }
    }

    private func endpoint(_ row: Statement) -> WebhookEndpoint {
        var secrets = [WebhookEndpoint.SealedSecret(bytes: row.bytes(7))]
        if let previous = row.optionalBytes(8) {
            secrets.append(WebhookEndpoint.SealedSecret(bytes: previous, expiresAt: Self.instant(row, 9)))
        }
        return WebhookEndpoint(
            id: WebhookEndpoint.ID(row.integer(0)), account: Account.ID(row.integer(1)),
            origin: personalities.id(row.integer(2)), url: url(row.text(3), of: row.integer(1)),
            events: Words.split(row.text(4)),
            domains: Words.split(row.text(5)).compactMap { Int64($0) }.map(MailDomain.ID.init),
            isBound: row.integer(19) == 1, label: row.text(20), isEnabled: row.integer(6) == 1,
            isOwn: row.integer(18) == 1, secrets: secrets, createdAt: Instant(nanoseconds: row.integer(10)),
            secretRotatedAt: Self.instant(row, 11), changedAt: Self.instant(row, 21),
            disabledAt: Self.instant(row, 12), disabledReason: row.optionalText(13),
            health: WebhookEndpoint.Health(
                consecutiveFailures: Int(row.integer(14)), lastAttemptAt: Self.instant(row, 15),
                lastStatus: row.optionalInteger(16).map { Int($0) }, deliveries: Int(row.integer(17)),
                successes: Int(row.integer(22)), failures: Int(row.integer(23)),
                failuresSinceSuccess: Int(row.integer(24))))
    }

    // MARK: Deliveries

    func delivery(_ id: WebhookDelivery.ID) throws(DatabaseError) -> StoredWebhookDelivery? {
        let select: Statement
        if let deliveryByID {
            select = deliveryByID
        } else {
            select = try connection.prepare(
                """
                SELECT \(Self.deliveryColumns), r.record, p.timeout, p.fatal FROM webhook_delivery d
                JOIN webhook_policy p ON p.id = d.policy JOIN retry_policy r ON r.id = p.retries WHERE d.id = ?
                """, "read a webhook delivery")
            deliveryByID = select
        }
        select.bind(1, id.value)
        let found = try select.first { row -> StoredWebhookDelivery? in
            guard let retries = try? RetryPolicyRecord.policy(row.bytes(14)) else { return nil }
            let policy = AttemptPolicy(
                fatal: StatusRanges.split(row.text(16)), retries: retries, timeout: .nanoseconds(row.integer(15)))
            return StoredWebhookDelivery(delivery: self.delivery(row), policy: policy)
        }
        return found ?? nil
    }

    /// How many there are in all, the endpoint's own counter tells.
    func deliveries(
        _ endpoint: WebhookEndpoint.ID, _ slice: Slice<WebhookDelivery>
    ) throws(DatabaseError) -> Page<WebhookDelivery> {
        var page = try slice.page { window throws(DatabaseError) in
            let (place, order) = window.sql(by: "d.id", from: 2)
            let select = try connection.prepare(
                "SELECT \(Self.deliveryColumns) FROM webhook_delivery d WHERE d.endpoint = ?1 AND \(place) \(order)",
                "list webhook deliveries")
            select.bind(1, endpoint.value)
            window.bind(to: select, from: 2)
            var deliveries: [WebhookDelivery] = []
            try select.forEach { deliveries.append(self.delivery($0)) }
            return deliveries
        }
        if slice.wantsTotal { page.total = try self.endpoint(endpoint)?.health.deliveries ?? 0 }
        return page
    }

    /// By the index of failed ones, which is as short as they are few.
    func failed(_ query: FailedWebhooks) throws(DatabaseError) -> (deliveries: [WebhookDelivery.ID], total: Int) {
        let select = try connection.prepare(
            """
            SELECT id FROM webhook_delivery WHERE endpoint = ?1 AND due IS NULL AND delivered IS NULL
            AND created >= ?2 AND (?3 IS NULL OR name = ?3) ORDER BY id
            """, "list failed webhook deliveries")
        select.bind(1, query.endpoint.value)
        select.bind(2, query.since?.nanoseconds ?? Int64.min)
        select.bind(3, query.name)
        var deliveries: [WebhookDelivery.ID] = []
        var total = 0
        try select.forEach { row in
            if total < query.limit { deliveries.append(WebhookDelivery.ID(row.integer(0))) }
            total += 1
        }
        return (deliveries, total)
    }

    /// By the index of failed ones; those that were queued anew are looked for among all of an endpoint's.
    func dead(
        of owner: Tenant, includingReplayed: Bool, limit: Int
    ) throws(DatabaseError) -> [DeadWebhook] {
        let isDead = "d.due IS NULL AND d.delivered IS NULL"
        let select = try connection.prepare(
            """
            SELECT \(Self.deliveryColumns), w.url, w.own, w.account FROM webhook w
            JOIN webhook_delivery d ON d.endpoint = w.id
            WHERE w.account = ?1 AND w.origin = ?2 AND w.deleted IS NULL
            AND \(includingReplayed ? "(\(isDead) OR d.replayed IS NOT NULL)" : isDead) ORDER BY d.id DESC LIMIT ?3
            """, "list dead webhook deliveries")
        select.bind(1, owner.account.value)
        select.bind(2, personalities.number(owner.origin) ?? 0)
        select.bind(3, Int64(limit))
        var dead: [DeadWebhook] = []
        try select.forEach { row in
            dead.append(
                DeadWebhook(
                    delivery: self.delivery(row), url: self.url(row.text(14), of: row.integer(16)),
                    isOwn: row.integer(15) == 1))
        }
        return dead
    }

    func pending() throws(DatabaseError) -> [PendingWebhook] {
        let select = try connection.prepare(
            "SELECT id, endpoint, due, attempts FROM webhook_delivery WHERE due IS NOT NULL ORDER BY endpoint, id",
            "read the webhook queue")
        var pending: [PendingWebhook] = []
        try select.forEach { row in
            pending.append(
                PendingWebhook(
                    id: WebhookDelivery.ID(row.integer(0)), endpoint: WebhookEndpoint.ID(row.integer(1)),
                    due: Instant(nanoseconds: row.integer(2)), attempts: Int(row.integer(3))))
        }
        return pending
    }

    private func delivery(_ row: Statement) -> WebhookDelivery {
        WebhookDelivery(
            id: WebhookDelivery.ID(row.integer(0)), endpoint: WebhookEndpoint.ID(row.integer(1)), name: row.text(2),
            event: row.optionalInteger(3).map(MailEvent.ID.init), message: row.optionalInteger(4).map(Message.ID.init),
            data: row.optionalBytes(5).map { seal.opened($0, .announcement, of: 0) ?? [] },
            attempts: Int(row.integer(8)), nextAttemptAt: Self.instant(row, 7),
            status: row.optionalInteger(9).map { Int($0) }, response: row.optionalText(10).map { UserData($0) },
            deliveredAt: Self.instant(row, 11), createdAt: Instant(nanoseconds: row.integer(6)),
            queuedAt: Instant(nanoseconds: row.integer(12)), replayedAt: Self.instant(row, 13))
    }

    private func url(_ stored: String, of account: Int64) -> UserData {
        UserData(seal.opened(stored, .url, of: account))
    }

    private static func instant(_ row: Statement, _ column: Int32) -> Instant? {
        row.optionalInteger(column).map { Instant(nanoseconds: $0) }
    }
}

/// Ranges of statuses in one column: `400-407 410-499`.
enum StatusRanges {
    static func join(_ ranges: [ClosedRange<Int>]) -> String {
        Words.join(ranges.map { "\($0.lowerBound)-\($0.upperBound)" })
    }

    static func split(_ text: String) -> [ClosedRange<Int>] {
        Words.split(text).compactMap { word in
            let bounds = word.split(separator: "-").compactMap { Int($0) }
            return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : nil
        }
    }
}
