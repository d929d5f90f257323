import Base
import Database
import Model
import Ports
import Rows

/// Changes of domains: rare, so their statements are prepared each time.
struct DomainChanges {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func apply(_ change: DomainChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .create(let domain, let limit): try create(domain, atMost: limit)
        case .setProof(let id, let proof, let at): try setProof(id, proof, at)
        case .recordCheck(let id, let check): try record(check, of: id)
        case .edit(let id, let options, let facets): try setOptions(id, options, facets)
        case .changeKeys(let id, let keys, let rotation, let from): try changeKeys(id, keys, rotation, from)
        case .remove(let id): try remove(id)
        }
    }

    // MARK: Making

    private func create(_ domain: MailDomain, atMost limit: Int) throws(DatabaseError) -> ChangeOutcome {
        let account = try connection.prepare(
            "SELECT 1 FROM account WHERE id = ? AND state NOT IN ('removing', 'removed')", "look for an account")
        account.bind(1, domain.account.value)
        guard try account.first({ _ in true }) == true else { return .refused(.notFound(.account)) }
        let known = try connection.prepare("SELECT 1 FROM domain WHERE account = ? AND name = ?", "look for a domain")
        known.bind(1, domain.account.value)
        known.bind(2, domain.name)
        if try known.first({ _ in true }) == true { return .refused(.alreadyExists(.domain, field: "name")) }
        if limit < .max {
            let count = try connection.prepare("SELECT count(*) FROM domain WHERE account = ?", "count domains")
            count.bind(1, domain.account.value)
            let number = Int(try count.first { $0.integer(0) } ?? 0)
            guard number < limit else {
                return .refused(.planLimitReached(.domain, current: number, maximum: limit, plan: ""))
            }
        }
        let next = try connection.prepare(
            "UPDATE domain_sequence SET last = last + 1 RETURNING last", "number a domain")
        guard let id = try next.first({ $0.integer(0) }) else {
            return .refused(.internalError(incident: "no number for a domain"))
        }
        try insert(domain, id)
        try insertKeys(domain.signingKeys, of: id)
        try putFacets(domain.facets, of: id)
        return .done(serial: id)
    }

    private func insert(_ domain: MailDomain, _ id: Int64) throws(DatabaseError) {
        let insert = try connection.prepare(
            """
            INSERT INTO domain (id, account, name, sending, receiving, target, created, verified, return_path,
            tracking_host, receives, target_verified, report_address, selectors)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, "create a domain")
        insert.bind(1, id)
        insert.bind(2, domain.account.value)
        insert.bind(3, domain.name)
        insert.bind(4, domain.sending.rawValue)
        insert.bind(5, domain.receiving.rawValue)
        insert.bind(6, domain.target.rawValue)
        insert.bind(7, domain.createdAt.nanoseconds)
        insert.bind(8, domain.verifiedAt?.nanoseconds)
        insert.bind(9, domain.options.returnPath)
        insert.bind(10, domain.options.trackingHost)
        insert.bind(11, domain.options.receives ? 1 : 0)
        insert.bind(12, domain.targetVerifiedAt?.nanoseconds)
        insert.bind(13, domain.options.reportAddress)
        insert.bind(14, SelectorWords.join(domain.options.selectors))
        try insert.run()
    }

    private func insertKeys(_ keys: [SigningKey], of domain: Int64) throws(DatabaseError) {
        let insert = try connection.prepare(
            "INSERT INTO signing_key (domain, algorithm, slot, use, public, sealed) VALUES (?, ?, ?, ?, ?, ?)",
            "create a signing key")
        for key in keys {
            insert.bind(1, domain)
            insert.bind(2, key.algorithm.rawValue)
            insert.bind(3, Int64(key.slot.rawValue))
            insert.bind(4, key.use.rawValue)
            insert.bind(5, key.publicKey)
            insert.bind(6, key.sealedPrivateKey)
            try insert.run()
        }
    }

    private func putFacets(_ facets: [PersonalityID: [UInt8]], of domain: Int64) throws(DatabaseError) {
        let put = try connection.prepare(
            """
            INSERT INTO domain_facet (domain, personality, json) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET json = ?3
            """, "put a facet")
        for (personality, json) in facets {
            put.bind(1, domain)
            put.bind(2, personality.name)
            put.bind(3, json)
            try put.run()
        }
    }

    // MARK: Proofs

    private func setProof(
        _ domain: MailDomain.ID, _ proof: MailDomain.Proof, _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        let update = try connection.prepare(
            """
            UPDATE domain SET sending = ?1, verified = ?2, target = iif(?1 = 'pinned', 'pinned', target),
            target_verified = iif(?1 = 'pinned', coalesce(target_verified, ?2), target_verified)
            WHERE id = ?3 RETURNING id
            """, "change a domain")
        update.bind(1, proof.rawValue)
        update.bind(2, proof.holds ? at.nanoseconds : nil)
        update.bind(3, domain.value)
        return try serial(update)
    }

    /// The operator's word stands above what was seen, also where it was given while the check ran.
    private func record(_ check: DomainCheck, of domain: MailDomain.ID) throws(DatabaseError) -> ChangeOutcome {
        let update = try connection.prepare(
            """
            UPDATE domain SET checked = ?1,
            verified = CASE WHEN ?2 = 'verified' AND sending NOT IN ('verified', 'pinned') THEN ?1 ELSE verified END,
            target_verified =
            CASE WHEN ?4 = 'verified' AND target NOT IN ('verified', 'pinned') THEN ?1 ELSE target_verified END,
            sending = CASE WHEN sending = 'pinned' THEN sending ELSE coalesce(?2, sending) END,
            receiving = CASE WHEN receiving = 'pinned' THEN receiving ELSE coalesce(?3, receiving) END,
            target = CASE WHEN target = 'pinned' THEN target ELSE coalesce(?4, target) END
            WHERE id = ?5 RETURNING id
            """, "record a check")
        update.bind(1, check.at.nanoseconds)
        update.bind(2, check.proofs[.send]?.rawValue)
        update.bind(3, check.proofs[.receive]?.rawValue)
        update.bind(4, check.proofs[.target]?.rawValue)
        update.bind(5, domain.value)
        let outcome = try serial(update)
        guard case .done = outcome else { return outcome }
        try delete("DELETE FROM domain_record WHERE domain = ?", domain.value)
        try insertRecords(check.records, of: domain.value)
        return outcome
    }

    private func insertRecords(_ records: [RecordCheck], of domain: Int64) throws(DatabaseError) {
        let insert = try connection.prepare(
            """
            INSERT INTO domain_record (domain, position, purpose, name, verdict, readable, seen)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, "record what was seen")
        for (position, record) in records.enumerated() {
            let verdict = VerdictColumns(record.verdict)
            insert.bind(1, domain)
            insert.bind(2, Int64(position))
            insert.bind(3, record.purpose.rawValue)
            insert.bind(4, record.name)
            insert.bind(5, verdict.word)
            insert.bind(6, record.isReadable ? 1 : 0)
            insert.bind(7, verdict.seen)
            try insert.run()
        }
    }

    // MARK: Changing and removing

    private func setOptions(
        _ domain: MailDomain.ID, _ options: DomainOptions, _ facets: [PersonalityID: [UInt8]]
    ) throws(DatabaseError) -> ChangeOutcome {
        let update = try connection.prepare(
            """
            UPDATE domain SET return_path = ?, tracking_host = ?, receives = ?, report_address = ?, selectors = ?
            WHERE id = ? RETURNING id
            """, "change a domain")
        update.bind(1, options.returnPath)
        update.bind(2, options.trackingHost)
        update.bind(3, options.receives ? 1 : 0)
        update.bind(4, options.reportAddress)
        update.bind(5, SelectorWords.join(options.selectors))
        update.bind(6, domain.value)
        let outcome = try serial(update)
        if case .done = outcome { try putFacets(facets, of: domain.value) }
        return outcome
    }

    private func changeKeys(
        _ domain: MailDomain.ID, _ keys: [SigningKey], _ rotation: KeyRotation?, _ from: KeyRotation?
    ) throws(DatabaseError) -> ChangeOutcome {
        let known = try connection.prepare("SELECT 1 FROM domain WHERE id = ?", "look for a domain")
        known.bind(1, domain.value)
        guard try known.first({ _ in true }) == true else { return .refused(.notFound(.domain)) }
        let update = try connection.prepare(
            """
            UPDATE domain SET rotation_started = ?, rotation_published = ?, rotation_activated = ?
            WHERE id = ? AND rotation_started IS ? AND rotation_published IS ? AND rotation_activated IS ? RETURNING id
            """, "change a rotation")
        update.bind(1, rotation?.startedAt.nanoseconds)
        update.bind(2, rotation?.publishedAt?.nanoseconds)
        update.bind(3, rotation?.activatedAt?.nanoseconds)
        update.bind(4, domain.value)
        update.bind(5, from?.startedAt.nanoseconds)
        update.bind(6, from?.publishedAt?.nanoseconds)
        update.bind(7, from?.activatedAt?.nanoseconds)
        guard let id = try update.first({ $0.integer(0) }) else {
            // Somebody else took the step.
            return .refused(.wrongState(.domain, state: .underWay, operation: .rotate))
        }
        try delete("DELETE FROM signing_key WHERE domain = ?", domain.value)
        try insertKeys(keys, of: domain.value)
        return .done(serial: id)
    }

    private func remove(_ domain: MailDomain.ID) throws(DatabaseError) -> ChangeOutcome {
        // Suppressions have an index by account alone.
        try delete(
            "DELETE FROM suppression WHERE account = (SELECT account FROM domain WHERE id = ?1) AND domain = ?1",
            domain.value)
        try delete("DELETE FROM quota WHERE owner = 'domain' AND id = ?", domain.value)
        try removeScopes(naming: domain.value)
        for table in ["domain_record", "domain_facet", "signing_key"] {
            try delete("DELETE FROM \(table) WHERE domain = ?", domain.value)
        }
        let delete = try connection.prepare("DELETE FROM domain WHERE id = ? RETURNING id", "remove a domain")
        delete.bind(1, domain.value)
        return try serial(delete)
    }

    /// What keys of the domain's account may do for it alone.
    private func removeScopes(naming domain: Int64) throws(DatabaseError) {
        let select = try connection.prepare(
            """
            SELECT k.id, k.scopes, d.name FROM domain d JOIN access_key k ON k.account = d.account
            WHERE d.id = ? AND instr(k.scopes, ':{' || d.name || '}') > 0
            """, "look for scopes that name a domain")
        select.bind(1, domain)
        var left: [(key: Int64, scopes: [String])] = []
        try select.forEach { row in
            let scopes = ScopeVocabulary.without(domain: row.text(2), Words.split(row.text(1)))
            left.append((row.integer(0), scopes))
        }
        let update = try connection.prepare("UPDATE access_key SET scopes = ? WHERE id = ?", "remove scopes")
        for (key, scopes) in left {
            update.bind(1, Words.join(scopes))
            update.bind(2, key)
            try update.run()
        }
    }

    private func delete(_ sql: String, _ domain: Int64) throws(DatabaseError) {
        let statement = try connection.prepare(sql, "remove what belongs to a domain")
        statement.bind(1, domain)
        try statement.run()
    }

    /// The id that a RETURNING clause gives; without one there is no such domain.
    private func serial(_ statement: Statement) throws(DatabaseError) -> ChangeOutcome {
        if let id = try statement.first({ $0.integer(0) }) { return .done(serial: id) }
        return .refused(.notFound(.domain))
    }
}

/// A verdict in two columns.
struct VerdictColumns {
    let word: String?
    let seen: [UInt8]?

    init(_ verdict: RecordCheck.Verdict?) {
        switch verdict {
        case nil: (word, seen) = (nil, nil)
        case .ok: (word, seen) = ("ok", nil)
        case .missing: (word, seen) = ("missing", nil)
        case .different(let texts):
            var writer = RecordWriter(reserving: 64)
            writer.list(texts) { $0.text($1) }
            (word, seen) = ("different", writer.bytes)
        }
    }

    init(word: String?, seen: [UInt8]?) { (self.word, self.seen) = (word, seen) }

    var verdict: RecordCheck.Verdict? {
        switch word {
        case "ok": return .ok
        case "missing": return .missing
        case "different":
            var reader = RecordReader(seen ?? [])
            let texts = try? reader.list { reader throws(RecordError) in try reader.text() }
            return .different(texts ?? [])
        default: return nil
        }
    }
}
