package import Base
package import Crypto
package import Kernel
package import Model
package import Ports

/// The things that tests are about, made in one place. Each function's defaults are the plainest case.
package enum Fixture {
    /// 2026-07-01T08:30:00Z
    package static let start = Instant(seconds: 1_782_894_600)
    package static let personality = PersonalityID("letters")
    package static let otherPersonality = PersonalityID("parcels")
    package static let owner = Tenant(account: Account.ID(1), origin: personality)

    // MARK: Directory

    package static func account(
        _ id: Int64 = 1, parent: Int64? = nil, state: Account.State = .active
    ) -> Account {
        Account(
            id: Account.ID(id), name: "Account \(id)", parent: parent.map(Account.ID.init), state: state,
            createdAt: start)
    }

    package static func key(
        _ id: Int64 = 1, account: Int64 = 1, kind: AccessKey.Kind = .secret, mode: AccessKey.Mode = .live,
        scopes: [String] = ["send"], domains: [String] = [], networks: [IPNetwork] = [], expiresAt: Instant? = nil,
        revokedAt: Instant? = nil
    ) -> AccessKey {
        AccessKey(
            id: AccessKey.ID(id), account: Account.ID(account), personality: personality, kind: kind, mode: mode,
            scopes: scopes, domains: domains, allowedNetworks: networks, label: "key \(id)",
            prefix: String(secret(id).prefix(12)), createdAt: start, expiresAt: expiresAt, revokedAt: revokedAt)
    }

    /// The secret of key number `id`.
    package static func secret(_ id: Int64 = 1) -> String { "sk_live_0123456789abcdef\(id)" }

    package static func stored(_ key: AccessKey) -> StoredKey {
        StoredKey(key: key, digest: Secret(secret(key.id.value)).digest)
    }

    package static func domain(
        _ id: Int64 = 1, account: Int64 = 1, name: String = "example.com", sending: MailDomain.Proof = .pinned,
        keys: [SigningKey] = []
    ) -> MailDomain {
        MailDomain(
            id: MailDomain.ID(id), account: Account.ID(account), name: name, sending: sending, createdAt: start,
            verifiedAt: sending == .pending ? nil : start, signingKeys: keys)
    }

    package static func directory(
        accounts: [Account] = [account()], keys: [AccessKey] = [key()], domains: [MailDomain] = [domain()]
    ) -> Directory {
        Directory(DirectoryImage(accounts: accounts, keys: keys.map(stored), domains: domains))
    }

    package static func sealingKey() throws -> SealingKey { try SealingKey(bytes: Array(repeating: 2, count: 32)) }

    package static func keyring() throws -> Keyring {
        Keyring(sealing: try sealingKey(), random: SeededRandom(seed: 7))
    }

    package static func suppression(
        _ text: String, account: Int64 = 1, domain: Int64? = nil, at: Instant = start, expiresAt: Instant? = nil
    ) -> Suppression {
        let given = address(text)
        return Suppression(
            id: Suppression.ID(1), account: Account.ID(account), domain: domain.map(MailDomain.ID.init),
            address: MailAddress(name: nil, checkedAddress: text, domain: given.domain.lowercased()),
            reason: .manual, note: nil, origin: personality, createdAt: at, expiresAt: expiresAt)
    }

    /// Of the personality that tests speak; the other's are for the sending domain and end.
    package static func autoSuppression(_ origin: PersonalityID) -> AutoSuppression {
        if origin == .reports { return .none }
        let effect =
            origin == personality
            ? AutoSuppression.Effect(.account)
            : AutoSuppression.Effect(.sendingDomain, lifetime: suppressionLifetime)
        return AutoSuppression(
            hardBounce: effect, complaint: effect, softBounces: AutoSuppression.Repeated(softBounces, effect))
    }

    package static let softBounces = 3

    package static let suppressionLifetime: Duration = .seconds(1000)

    // MARK: Mail

    package static func address(_ text: String, name: String? = nil) -> MailAddress {
        MailAddress(name: name, checkedAddress: text, domain: String(text.drop { $0 != "@" }.dropFirst()))
    }

    package static func submission(
        from: String = "hello@example.com", to: [String] = ["ann@example.net"], cc: [String] = [], bcc: [String] = [],
        subject: String = "Hi", text: String? = "Hello.\r\n", html: String? = nil, tags: [String] = [],
        attachments: [Attachment] = [], scheduledAt: Instant? = nil, idempotencyKey: String? = nil
    ) -> Submission {
        Submission(
            from: address(from), to: to.map { address($0) }, cc: cc.map { address($0) }, bcc: bcc.map { address($0) },
            subject: subject, text: text, html: html, tags: tags, attachments: attachments, scheduledAt: scheduledAt,
            idempotency: idempotencyKey.map { IdempotencyKey(UserData($0)) })
    }

    /// Keys in either place, found again by their message.
    package static let byMessage = IdempotencyRule(
        sources: [.body("key"), .header("Key")], scope: IdempotencyRule.Scope(byMode: true),
        lifetime: .whileEffectExists, fingerprint: .command, whenClaimed: .wait, whenDifferent: .refuse,
        stores: .success, replay: .rerender)

    /// Three attempts.
    package static let retries = RetryPolicy(listed: [.seconds(60), .seconds(300)])

    /// A submission as the mail service hands it to the store.
    package static func message(
        _ submission: Submission = submission(), account: Int64 = 1, origin: PersonalityID = personality,
        domain: Int64 = 1, mode: AccessKey.Mode = .live, at: Instant = start, due: Instant? = nil,
        simulation: SimulatedOutcome = .none, retries: RetryPolicy = retries,
        idempotency: IdempotencyRecord? = nil
    ) -> NewMessage {
        NewMessage(
            submission: submission,
            envelope: submission.envelope.map { NewRecipient(role: $0, address: $1, simulation: simulation) },
            account: Account.ID(account), key: AccessKey.ID(1), domain: MailDomain.ID(domain), origin: origin,
            mode: mode, at: at, due: due ?? max(submission.scheduledAt ?? at, at), retries: retries,
            idempotency: idempotency)
    }

    package static func idempotency(_ key: String, _ request: String = "request") -> IdempotencyRecord {
        IdempotencyRecord(key: SHA256.digest(Array(key.utf8)), fingerprint: SHA256.digest(Array(request.utf8)))
    }

    // MARK: Delivery

    package static func delivery(
        message: Int64, recipient: Int = 0, due: Instant = start, attempts: Int = 0,
        destination: String = "example.net", simulation: SimulatedOutcome = .none, account: Int64 = 1,
        origin: PersonalityID = personality, policy: RetryPolicy = retries, expires: Instant? = nil
    ) -> PendingDelivery {
        PendingDelivery(
            id: DeliveryID(message: Message.ID(message), recipient: recipient), due: due, attempts: attempts,
            destination: destination, simulation: simulation, account: Account.ID(account), origin: origin,
            policy: policy, expires: expires ?? start + policy.lifetime)
    }

    package static func settlement(
        _ message: Int64, recipient: Int = 0, at: Instant = start,
        _ verdict: Settlement.Verdict = .finished([.transmitted, .delivered]), attempts: Int = 1
    ) -> Settlement {
        Settlement(
            id: DeliveryID(message: Message.ID(message), recipient: recipient), at: at, verdict: verdict,
            result: AttemptResult(
                classification: .none, code: 250, enhancedStatus: "2.0.0", text: UserData("ok"),
                host: "mx.example.net:25", contentDigest: Array(repeating: 7, count: 32)),
            attempts: attempts)
    }
}
