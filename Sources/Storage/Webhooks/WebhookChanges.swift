import Base
import Crypto
import Database
import Model
import Ports
import Rows

/// Webhooks inside the writer's transaction: fans events out to endpoints, records what became of deliveries.
///
/// It keeps in memory which endpoints there are, so that an event of an account without any costs one look at a
/// dictionary. The writer thread's own.
final class WebhookChanges {
    private struct Owner: Hashable {
        let account: Int64
        let origin: Int64
    }

    /// An endpoint that events are queued for.
    private struct Endpoint {
        let id: Int64
        let filter: [String]
        let domains: Set<Int64>
        let isBound: Bool
        let names: [MailEvent.Kind: [String]]

        /// Whether a message from this domain is its business.
        func hears(of domain: Int64?) -> Bool {
            domains.isEmpty ? !isBound : domains.contains(domain ?? 0)
        }
    }

    /// Whose a message is, and which domain it is from.
    private struct Sender {
        let message: Int64
        let owner: Owner
        let domain: Int64?
    }

    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let rules: [PersonalityID: WebhookRules]
    private let statements: WebhookStatements
    private let serials: Serials
    private let cells: Cells
    private let eventNumbers: EventNumbers
    private var policies: [PersonalityID: Int64] = [:]

    private var endpoints: [Owner: [Endpoint]] = [:]
    /// The table above is not that of the database any more.
    private var isStale = true
    private var lastSender: Sender?
    private var queued: [PendingWebhook] = []
    /// Endpoints that the open transaction has changed.
    private var changed: [WebhookEndpoint.ID] = []
    private let reader: WebhookReader
    private let seal: StoreSeal

    init(
        _ connection: Connection, personalities: PersonalityNumbers, rules: [PersonalityID: WebhookRules],
        retries: RetryPolicies, serials: Serials, cells: Cells, seal: StoreSeal
    ) throws(DatabaseError) {
        self.seal = seal
        self.connection = connection
        self.personalities = personalities
        self.rules = rules
        self.serials = serials
        self.cells = cells
        eventNumbers = EventNumbers(boundary: cells.boundary)
        statements = try WebhookStatements(connection)
        reader = WebhookReader(connection, personalities: personalities, seal: seal)
        for (origin, rules) in rules { policies[origin] = try policyNumber(rules.policy, retries) }
        try load()
    }

    private func policyNumber(_ policy: AttemptPolicy, _ retries: RetryPolicies) throws(DatabaseError) -> Int64 {
        let insert = try connection.prepare(
            """
            INSERT INTO webhook_policy (retries, timeout, fatal) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET retries = ?1 RETURNING id
            """, "keep a webhook policy")
        insert.bind(1, try retries.number(policy.retries))
        insert.bind(2, policy.timeout.nanoseconds)
        insert.bind(3, StatusRanges.join(policy.fatal))
        return try insert.first { $0.integer(0) } ?? 0
    }

    // MARK: The transaction

    func rollBack() {
        queued.removeAll()
        changed.removeAll()
        isStale = true
        lastSender = nil
    }

    /// The deliveries that the committed transaction queued, once.
    func takeQueued() -> [PendingWebhook] {
        guard !queued.isEmpty else { return [] }
        var taken: [PendingWebhook] = []
        swap(&taken, &queued)
        return taken
    }

    /// How the endpoints are that the open transaction has changed, once, at its end.
    func facts() throws(DatabaseError) -> [StoreFact] {
        defer { changed.removeAll() }
        return try changed.map { id throws(DatabaseError) in
            try reader.endpoint(id).map { .webhook($0) } ?? .webhookRemoved(id)
        }
    }

    private func load() throws(DatabaseError) {
        var endpoints: [Owner: [Endpoint]] = [:]
        let select = try connection.prepare(
            """
            SELECT id, account, origin, events, domains, enabled, bound FROM webhook WHERE deleted IS NULL AND own = 0
            ORDER BY id
            """, "read webhooks")
        try select.forEach { row in
            let origin = self.personalities.id(row.integer(2))
            guard let rules = self.rules[origin], row.integer(5) == 1 || rules.keepsWhileOff else { return }
            let filter = Words.split(row.text(3))
            let names = rules.names.compactMapValues { names in
                let wanted = names.filter { rules.admits($0, filter) }
                return wanted.isEmpty ? nil : wanted
            }
            let endpoint = Endpoint(
                id: row.integer(0), filter: filter, domains: Set(Words.split(row.text(4)).compactMap { Int64($0) }),
                isBound: row.integer(6) == 1, names: names)
            endpoints[Owner(account: row.integer(1), origin: row.integer(2)), default: []].append(endpoint)
        }
        self.endpoints = endpoints
        isStale = false
    }

    // MARK: Fan-out

    /// Queues the deliveries of the events that one row stands for; `last` is the number of the last of them.
    func fanOut(_ kinds: [MailEvent.Kind], last: Int64, message: Int64, at: Int64) throws(DatabaseError) {
        if isStale { try load() }
        guard !endpoints.isEmpty, let sender = try sender(of: message), let wanting = endpoints[sender.owner] else {
            return
        }
        for (index, kind) in kinds.enumerated() {
            let event = eventNumbers.number(at: index, of: kinds.count, last: last)
            for endpoint in wanting where endpoint.hears(of: sender.domain) {
                for name in endpoint.names[kind] ?? [] {
                    _ = try insert(
                        endpoint.id, sender.owner.origin, CellNumber(last).cell, name, event: event.value,
                        message: message, data: nil, at: at)
                }
            }
        }
    }

    private func sender(of message: Int64) throws(DatabaseError) -> Sender? {
        if let lastSender, lastSender.message == message { return lastSender }
        statements.sender.bind(1, message)
        lastSender = try statements.sender.first { row in
            Sender(
                message: message, owner: Owner(account: row.integer(0), origin: row.integer(1)),
                domain: row.optionalInteger(2))
        }
        return lastSender
    }

    private func insert(
        _ endpoint: Int64, _ origin: Int64, _ cell: Cell, _ name: String, event: Int64?, message: Int64?,
        data: [UInt8]?, at: Int64, isClaimed: Bool = false
    ) throws(DatabaseError) -> Int64 {
        let id = try serials.rows(in: cell)
        let insert = statements.insert
        insert.bind(1, endpoint)
        insert.bind(2, name)
        insert.bind(3, event)
        insert.bind(4, message)
        insert.bind(
            5,
            try data.map { data throws(DatabaseError) in
                try DatabaseError.sealing { () throws(CryptoError) in try seal.sealed(data, .announcement, of: 0) }
            })
        insert.bind(6, policies[personalities.id(origin)] ?? 0)
        insert.bind(7, at)
        insert.bind(8, id)
        try insert.run()
        statements.count.bind(1, endpoint)
        try statements.count.run()
        if isClaimed { return id }
        queued.append(
            PendingWebhook(
                id: WebhookDelivery.ID(id), endpoint: WebhookEndpoint.ID(endpoint), due: Instant(nanoseconds: at),
                attempts: 0))
        return id
    }

    // MARK: Changes

    func apply(_ change: WebhookChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .create(let endpoint, let limit): try create(endpoint, atMost: limit)
        case .edit(let id, let edit, let at): try self.edit(id, edit, at)
        case .rotate(let id, let secrets, let at): try rotate(id, secrets, at)
        case .delete(let id, let at): try delete(id, at)
        case .post(let announcement, let id, let isClaimed): try post(announcement, id, isClaimed)
        case .announce(let announcement, let owner): try announce(announcement, owner)
        case .settle(let settlements): .settled(try settlements.map { item throws(DatabaseError) in try settle(item) })
        case .replay(let ids, let at): .settled(try ids.map { id throws(DatabaseError) in try replay(id, at) })
        }
    }

    private func create(_ endpoint: WebhookEndpoint, atMost limit: Int) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(endpoint.origin), let secret = endpoint.secrets.first else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        let account = try connection.prepare(
            "SELECT 1 FROM account WHERE id = ? AND state NOT IN ('removing', 'removed')", "look for an account")
        account.bind(1, endpoint.account.value)
        guard try account.first({ _ in true }) == true else { return .refused(.notFound(.account)) }
        let existing = try connection.prepare(
            "SELECT count(*) FROM webhook WHERE account = ? AND origin = ? AND deleted IS NULL AND own = 0",
            "count webhooks")
        existing.bind(1, endpoint.account.value)
        existing.bind(2, origin)
        let count = Int(try existing.first { $0.integer(0) } ?? 0)
        guard count < limit else {
            return .refused(.planLimitReached(.webhook, current: count, maximum: limit, plan: ""))
        }
        let insert = try connection.prepare(
            """
            INSERT INTO webhook (account, origin, url, events, domains, enabled, secret, created, label, bound)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """, "create a webhook")
        insert.bind(1, endpoint.account.value)
        insert.bind(2, origin)
        insert.bind(3, try stored(endpoint.url, of: endpoint.account.value))
        insert.bind(4, Words.join(endpoint.events))
        insert.bind(5, Words.join(endpoint.domains.map { String($0.value) }))
        insert.bind(6, endpoint.isEnabled ? 1 : 0)
        insert.bind(7, secret.bytes)
        insert.bind(8, endpoint.createdAt.nanoseconds)
        insert.bind(9, endpoint.label)
        insert.bind(10, endpoint.isBound ? 1 : 0)
        return try changed(insert)
    }

    private func edit(
        _ id: WebhookEndpoint.ID, _ edit: WebhookEdit, _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        // A revival forgets the failures and why it was disabled; the caller's own switching off has no reason.
        let update = try connection.prepare(
            """
            UPDATE webhook SET url = coalesce(?2, url), events = coalesce(?3, events), domains = coalesce(?4, domains),
            label = coalesce(?7, label), bound = coalesce(?8, bound), changed = ?6,
            enabled = coalesce(?5, enabled), failures = iif(?5 = 1, 0, failures),
            disabled = iif(?5 = 1, NULL, iif(?5 = 0 AND enabled = 1, ?6, disabled)),
            reason = iif(?5 = 1, NULL, reason) WHERE id = ?1 AND deleted IS NULL RETURNING id
            """, "change a webhook")
        update.bind(1, id.value)
        update.bind(2, try edit.url.map { url throws(DatabaseError) in try stored(url, of: try account(of: id)) })
        update.bind(3, edit.events.map(Words.join))
        update.bind(4, edit.domains.map { domains in Words.join(domains.map { String($0.value) }) })
        update.bind(5, edit.isEnabled.map { $0 ? 1 : 0 })
        update.bind(6, at.nanoseconds)
        update.bind(7, edit.label)
        update.bind(8, edit.isBound.map { $0 ? 1 : 0 })
        return try changed(update)
    }

    private func rotate(
        _ id: WebhookEndpoint.ID, _ secrets: [WebhookEndpoint.SealedSecret], _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        guard let current = secrets.first else { return .refused(.internalError(incident: "no webhook secret")) }
        let update = try connection.prepare(
            """
            UPDATE webhook SET secret = ?2, previous = ?3, previous_until = ?4, rotated = ?5
            WHERE id = ?1 AND deleted IS NULL RETURNING id
            """, "rotate a webhook's secret")
        update.bind(1, id.value)
        update.bind(2, current.bytes)
        update.bind(3, secrets.dropFirst().first?.bytes)
        update.bind(4, secrets.dropFirst().first?.expiresAt?.nanoseconds)
        update.bind(5, at.nanoseconds)
        return try changed(update)
    }

    private func delete(_ id: WebhookEndpoint.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let update = try connection.prepare(
            "UPDATE webhook SET deleted = ?2 WHERE id = ?1 AND deleted IS NULL RETURNING id", "delete a webhook")
        update.bind(1, id.value)
        update.bind(2, at.nanoseconds)
        let outcome = try changed(update)
        guard case .done = outcome else { return outcome }
        let drop = try connection.prepare(
            "UPDATE webhook_delivery SET due = NULL WHERE endpoint = ? AND due IS NOT NULL", "drop webhook deliveries")
        drop.bind(1, id.value)
        try drop.run()
        let facets = try connection.prepare("DELETE FROM facet WHERE kind = ? AND row = ?", "drop a webhook's facets")
        facets.bind(1, Facet.Kind.webhook.rawValue)
        facets.bind(2, id.value)
        try facets.run()
        return outcome
    }

    /// All of an account that is being removed, those of single records among them. The rows stay, as their numbers are
    /// never given to others, and say nothing any more.
    func deleteAll(of account: Account.ID) throws(DatabaseError) {
        let find = try connection.prepare(
            "SELECT id FROM webhook WHERE account = ? AND deleted IS NULL", "find an account's webhooks")
        find.bind(1, account.value)
        var ids: [Int64] = []
        try find.forEach { ids.append($0.integer(0)) }
        for id in ids { _ = try delete(WebhookEndpoint.ID(id), Instant(nanoseconds: 0)) }
        let empty = try connection.prepare(
            "UPDATE webhook SET url = '', secret = x'', previous = NULL, label = '' WHERE account = ?",
            "empty an account's webhooks")
        empty.bind(1, account.value)
        try empty.run()
    }

    /// The row that a RETURNING clause gives; the table of endpoints is read anew.
    private func changed(_ statement: Statement) throws(DatabaseError) -> ChangeOutcome {
        isStale = true
        guard let id = try statement.first({ $0.integer(0) }) else { return .refused(.notFound(.webhook)) }
        changed.append(WebhookEndpoint.ID(id))
        return .done(serial: id)
    }

    private func post(
        _ announcement: WebhookAnnouncement, _ id: WebhookEndpoint.ID, _ isClaimed: Bool
    ) throws(DatabaseError) -> ChangeOutcome {
        let select = try connection.prepare(
            "SELECT origin, account FROM webhook WHERE id = ? AND deleted IS NULL", "look for a webhook")
        select.bind(1, id.value)
        guard let (origin, account) = try select.first({ ($0.integer(0), $0.integer(1)) }) else {
            return .refused(.notFound(.webhook))
        }
        let cell = try cells.cell(of: Account.ID(account))
        return .done(
            serial: try insert(
                id.value, origin, cell, announcement.name, event: nil, message: nil, data: announcement.data,
                at: announcement.at.nanoseconds, isClaimed: isClaimed))
    }

    private func announce(
        _ announcement: WebhookAnnouncement, _ owner: Tenant
    ) throws(DatabaseError) -> ChangeOutcome {
        if isStale { try load() }
        guard let origin = personalities.number(owner.origin), let rules = rules[owner.origin] else {
            return .done(serial: 0)
        }
        let cell = try cells.cell(of: owner.account)
        var count: Int64 = 0
        for endpoint in endpoints[Owner(account: owner.account.value, origin: origin)] ?? []
        where rules.admits(announcement.name, endpoint.filter) {
            _ = try insert(
                endpoint.id, origin, cell, announcement.name, event: nil, message: nil, data: announcement.data,
                at: announcement.at.nanoseconds)
            count += 1
        }
        return .done(serial: count)
    }

    /// Queues what a record announces: for those who want to hear of it, or for the record's own URL.
    func announce(_ announcement: RecordAnnouncement, at: Instant) throws(DatabaseError) {
        let event = WebhookAnnouncement(name: announcement.name, data: announcement.data, at: at)
        switch announcement.target {
        case .subscribers:
            _ = try announce(event, Tenant(account: announcement.account, origin: announcement.origin))
        case .url(let url):
            let origin = personalities.number(announcement.origin) ?? 0
            _ = try insert(
                try own(url, announcement.account.value, origin, at), origin,
                try cells.cell(of: announcement.account), event.name, event: nil, message: nil, data: event.data,
                at: at.nanoseconds)
        }
    }

    /// The endpoint that stands for a record's URL: one for each URL of an account, made at its first use.
    private func own(
        _ url: UserData, _ account: Int64, _ origin: Int64, _ at: Instant
    ) throws(DatabaseError) -> Int64 {
        let forms = try DatabaseError.sealing { () throws(CryptoError) in try seal.alike(url.text, .url, of: account) }
        let find = try connection.prepare(
            """
            SELECT id FROM webhook
            WHERE account = ? AND origin = ? AND url IN (?, ?) AND own = 1 AND deleted IS NULL
            """, "find a record's webhook")
        for (place, value) in [account, origin].enumerated() { find.bind(Int32(place + 1), value) }
        for (place, form) in [forms[0], forms.last ?? forms[0]].enumerated() { find.bind(Int32(place + 3), form) }
        if let found = try find.first({ $0.integer(0) }) { return found }
        let insert = try connection.prepare(
            """
            INSERT INTO webhook (account, origin, url, events, domains, enabled, secret, created, own)
            VALUES (?1, ?2, ?3, '', '', 1, x'', ?4, 1) RETURNING id
            """, "make a record's webhook")
        insert.bind(1, account)
        insert.bind(2, origin)
        insert.bind(3, forms[0])
        insert.bind(4, at.nanoseconds)
        return try insert.first { $0.integer(0) } ?? 0
    }

    private func stored(_ url: UserData, of account: Int64) throws(DatabaseError) -> String {
        try DatabaseError.sealing { () throws(CryptoError) in try seal.sealed(url.text, .url, of: account) }
    }

    private func account(of id: WebhookEndpoint.ID) throws(DatabaseError) -> Int64 {
        let find = try connection.prepare("SELECT account FROM webhook WHERE id = ?", "find a webhook's account")
        find.bind(1, id.value)
        return try find.first { $0.integer(0) } ?? 0
    }

    // MARK: Outcomes

    private func settle(_ settlement: WebhookSettlement) throws(DatabaseError) -> Bool {
        let settle = statements.settle
        var (due, delivered): (Int64?, Int64?) = (nil, nil)
        switch settlement.verdict {
        case .delivered: delivered = settlement.at.nanoseconds
        case .again(let next): due = next.nanoseconds
        case .givenUp: break
        }
        settle.bind(1, settlement.id.value)
        settle.bind(2, due)
        settle.bind(3, Int64(settlement.attempts))
        settle.bind(4, settlement.status.map { Int64($0) })
        settle.bind(5, settlement.response?.text)
        settle.bind(6, delivered)
        try settle.run()
        guard connection.changedRows == 1 else { return false }
        try note(settlement)
        return true
    }

    /// The endpoint's health; with the failure that is one too many it is disabled.
    private func note(_ settlement: WebhookSettlement) throws(DatabaseError) {
        let health = statements.health
        health.bind(1, settlement.endpoint.value)
        health.bind(2, settlement.at.nanoseconds)
        health.bind(3, settlement.status.map { Int64($0) })
        switch settlement.verdict {
        case .delivered: health.bind(4, 0)
        case .again: health.bindNull(4)
        case .givenUp: health.bind(4, 1)
        }
        health.bind(5, settlement.verdict == .delivered ? 1 : 0)
        let state = try health.first { ($0.integer(0), $0.integer(1), $0.integer(2)) }
        guard settlement.verdict == .givenUp, let (failures, origin, enabled) = state, enabled == 1,
            let limit = rules[personalities.id(origin)]?.disableAfter, failures >= limit
        else { return }
        let disable = try connection.prepare(
            "UPDATE webhook SET enabled = 0, disabled = ?2, reason = ?3 WHERE id = ?1", "disable a webhook")
        disable.bind(1, settlement.endpoint.value)
        disable.bind(2, settlement.at.nanoseconds)
        disable.bind(3, "\(failures) deliveries in a row failed")
        try disable.run()
        changed.append(settlement.endpoint)
        isStale = true
    }

    private func replay(_ id: WebhookDelivery.ID, _ at: Instant) throws(DatabaseError) -> Bool {
        statements.replay.bind(1, id.value)
        statements.replay.bind(2, at.nanoseconds)
        guard let endpoint = try statements.replay.first({ $0.integer(0) }) else { return false }
        queued.append(PendingWebhook(id: id, endpoint: WebhookEndpoint.ID(endpoint), due: at, attempts: 0))
        return true
    }
}
