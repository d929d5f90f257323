import Base
import Database
import Model

extension Reader {
    /// All domains with what belongs to them.
    func domains() throws(DatabaseError) -> [MailDomain] {
        let keys = try signingKeys()
        let checks = try checks()
        let facets = try facets()
        var domains: [MailDomain] = []
        let statement = try connection.prepare(
            """
            SELECT id, account, name, sending, created, verified, receiving, target, return_path, tracking_host,
            receives, checked, rotation_started, rotation_published, rotation_activated, target_verified,
            report_address, selectors FROM domain
            """, "read domains")
        try statement.forEach { row in
            let id = row.integer(0)
            var domain = MailDomain(
                id: MailDomain.ID(id), account: Account.ID(row.integer(1)), name: row.text(2),
                sending: Self.proof(row.text(3)), createdAt: Instant(nanoseconds: row.integer(4)),
                verifiedAt: row.optionalInteger(5).map { Instant(nanoseconds: $0) }, signingKeys: keys[id] ?? [])
            domain.receiving = Self.proof(row.text(6))
            domain.target = Self.proof(row.text(7))
            domain.options = DomainOptions(
                returnPath: row.optionalText(8), trackingHost: row.optionalText(9), receives: row.integer(10) != 0,
                reportAddress: row.optionalText(16), selectors: SelectorWords.split(row.text(17)))
            domain.checkedAt = row.optionalInteger(11).map { Instant(nanoseconds: $0) }
            domain.rotation = row.optionalInteger(12).map { started in
                KeyRotation(
                    startedAt: Instant(nanoseconds: started),
                    publishedAt: row.optionalInteger(13).map { Instant(nanoseconds: $0) },
                    activatedAt: row.optionalInteger(14).map { Instant(nanoseconds: $0) })
            }
            domain.targetVerifiedAt = row.optionalInteger(15).map { Instant(nanoseconds: $0) }
            domain.checks = checks[id] ?? []
            domain.facets = facets[id] ?? [:]
            domains.append(domain)
        }
        return domains
    }

    private static func proof(_ word: String) -> MailDomain.Proof { MailDomain.Proof(rawValue: word) ?? .pending }

    private func signingKeys() throws(DatabaseError) -> [Int64: [SigningKey]] {
        var keys: [Int64: [SigningKey]] = [:]
        try connection.prepare(
            """
            SELECT domain, algorithm, slot, use, public, sealed FROM signing_key ORDER BY domain, slot, algorithm DESC
            """, "read signing keys"
        ).forEach { row in
            guard let algorithm = SigningKey.Algorithm(rawValue: row.text(1)),
                let slot = SigningKey.Slot(rawValue: Int(row.integer(2))),
                let use = SigningKey.Use(rawValue: row.text(3))
            else { return }
            keys[row.integer(0), default: []].append(
                SigningKey(
                    algorithm: algorithm, slot: slot, use: use, publicKey: row.bytes(4), sealedPrivateKey: row.bytes(5))
            )
        }
        return keys
    }

    private func checks() throws(DatabaseError) -> [Int64: [RecordCheck]] {
        var checks: [Int64: [RecordCheck]] = [:]
        try connection.prepare(
            "SELECT domain, purpose, name, verdict, readable, seen FROM domain_record ORDER BY domain, position",
            "read what was seen"
        ).forEach { row in
            checks[row.integer(0), default: []].append(
                RecordCheck(
                    purpose: RecordPurpose(rawValue: row.text(1)), name: row.text(2),
                    verdict: VerdictColumns(word: row.optionalText(3), seen: row.optionalBytes(5)).verdict,
                    isReadable: row.integer(4) != 0))
        }
        return checks
    }

    private func facets() throws(DatabaseError) -> [Int64: [PersonalityID: [UInt8]]] {
        var facets: [Int64: [PersonalityID: [UInt8]]] = [:]
        try connection.prepare("SELECT domain, personality, json FROM domain_facet", "read facets").forEach { row in
            facets[row.integer(0), default: [:]][PersonalityID(row.text(1))] = row.bytes(2)
        }
        return facets
    }
}
