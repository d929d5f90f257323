package import Base
package import Crypto
package import Model

/// One atomic change of durable state. Closed, so that an engine cannot forget one.
package enum Change: Sendable {
    /// A message with its recipients, queue rows, first event and idempotency record. Recipients that are suppressed at
    /// that moment get a `suppressed` event in place of a queue row.
    case accept(NewMessage)
    /// The outcomes of attempts. Each applies only if its delivery is still queued: what was cancelled stays cancelled.
    /// Reports on them are accepted with them, each if something that it tells of applied.
    case settle([Settlement], reports: [SettlementReport] = [])
    /// Takes back every delivery of a message none of which was attempted; `wrongState` otherwise.
    case cancel(Message.ID, at: Instant)
    /// Moves every delivery of a message none of which was attempted; `wrongState` otherwise.
    case reschedule(Message.ID, due: Instant, at: Instant)
    /// Makes deliveries due at once (`queue retry`); `notFound` where nothing is queued.
    case expedite(Message.ID, due: Instant)
    /// Queues every dead letter of a message again, due at once and with a new lifetime; `notFound` where there is
    /// none.
    case replay(Message.ID, at: Instant)
    /// What was heard of deliveries that had ended. Each is made only where it takes its recipient further
    /// (`RecipientReport.applies`); `wrongState` while one of them is queued still, and then none is made.
    /// Reports of our own on them are accepted with them, as on settlements.
    case report([RecipientReport], reports: [SettlementReport] = [])

    case createAccount(name: String, parent: Account.ID?, at: Instant)
    case setAccountState(Account.ID, Account.State)
    case createKey(StoredKey)
    case revokeKey(AccessKey.ID, at: Instant)
    /// `alreadyExists` if the account has the name.
    case createDomain(MailDomain)
    /// Of sending. The operator's word, `pinned`, holds for calling it, too.
    case setDomainProof(MailDomain.ID, MailDomain.Proof, at: Instant)
    /// What a look at a domain's records found; proofs that are pinned stay so.
    case recordCheck(MailDomain.ID, DomainCheck)
    /// Replaces the options, and the facets that are named.
    case changeDomain(MailDomain.ID, options: DomainOptions, facets: [PersonalityID: [UInt8]])
    /// Replaces a domain's signing keys and what is known of their rotation; `wrongState` if the rotation is no longer
    /// as `from` says.
    case changeKeys(MailDomain.ID, to: [SigningKey], rotation: KeyRotation?, from: KeyRotation?)
    /// Its number is never given to another domain.
    case removeDomain(MailDomain.ID)

    /// Keeps these rate windows in place of what is kept of them, beside those that ride with every commit.
    case saveRateWindows([RateWindowRecord])
    /// A limit on what an owner may send, in place of the earlier one; nil clears it. `notFound` without the owner.
    case setQuota(QuotaOwner, Quota.Kind, limit: Int?)
    /// The quotas that hold for every owner without one of its own, by origin. Of this process: the configuration says
    /// them again at each start.
    case setDefaultQuotas([PersonalityID: [DefaultQuota]])
    /// Makes these changes unless they were made for the key before, and keeps the answer about them; the changes of
    /// one unit each have their own outcome.
    case once(OnceUnit)
    /// Removes what has ended by then: rate windows, quota periods, kept answers.
    case purge(endedBy: Instant)

    /// When keys were last used; a key that is not there is passed over.
    case noteKeyUse([AccessKey.ID: Instant])
    case renameKey(AccessKey.ID, label: String)
    /// Makes a key and revokes the one whose place it takes, both or neither; `notFound` if that one is not there or
    /// revoked already. The serial is the new one's.
    case replaceKey(AccessKey.ID, with: StoredKey, at: Instant)

    /// Adds a suppression, which holds for everything accepted after it. One for the same address and domain is changed
    /// instead, and keeps its serial.
    case suppress(Suppression)
    /// `notFound` where there is none for this address, compared without case, and this domain.
    case unsuppress(Account.ID, MailAddress, domain: MailDomain.ID?)

    case webhook(WebhookChange)
    case relay(RelayChange)
}

/// A message of ours about deliveries that ended. It counts against no quota, and goes to suppressed addresses too: who
/// gets reports asked for them.
package struct SettlementReport: Sendable {
    /// Of the origin `reports`.
    package var message: NewMessage
    /// The places of what it tells of among the settlements, or among what was heard.
    package var settlements: [Int]

    package init(message: NewMessage, settlements: [Int]) {
        self.message = message
        self.settlements = settlements
    }
}

/// What became of one change.
package enum ChangeOutcome: Sendable {
    case accepted(Acceptance)
    /// For each settlement, or report, whether it applied.
    case settled([Bool])
    /// Made; the serial of the row that it made or changed.
    case done(serial: Int64)
    case once(OnceOutcome)
    case refused(KernelFailure)
}

/// A message on its way into the store. The store gives it its serial.
package struct NewMessage: Sendable {
    /// When its deliveries are given up, however often they were tried.
    package var expires: Instant { due + retries.lifetime }

    package var submission: Submission
    /// Everyone it goes to; at most `PortLimits.recipientsPerMessage`.
    package var envelope: [NewRecipient]
    package var account: Account.ID
    package var key: AccessKey.ID
    package var domain: MailDomain.ID
    package var origin: PersonalityID
    package var mode: AccessKey.Mode
    package var at: Instant
    /// When the first attempt is due; `at` for now.
    package var due: Instant
    package var retries: RetryPolicy
    package var idempotency: IdempotencyRecord?
    /// What becomes of it if some of its recipients are suppressed, which the store finds out.
    package var suppression: SuppressionPolicy

    package init(
        submission: Submission, envelope: [NewRecipient], account: Account.ID, key: AccessKey.ID,
        domain: MailDomain.ID, origin: PersonalityID, mode: AccessKey.Mode, at: Instant, due: Instant,
        retries: RetryPolicy, idempotency: IdempotencyRecord?, suppression: SuppressionPolicy = .drop
    ) {
        self.submission = submission
        self.envelope = envelope
        self.account = account
        self.key = key
        self.domain = domain
        self.origin = origin
        self.mode = mode
        self.at = at
        self.due = due
        self.retries = retries
        self.idempotency = idempotency
        self.suppression = suppression
    }
}

package struct NewRecipient: Sendable {
    package var role: Recipient.Role
    package var address: MailAddress
    /// Decided here, once, and kept: a message captured today is not sent tomorrow because a setting changed.
    package var simulation: SimulatedOutcome

    package init(role: Recipient.Role, address: MailAddress, simulation: SimulatedOutcome) {
        self.role = role
        self.address = address
        self.simulation = simulation
    }
}

/// An idempotency key and what it stands for. The key's digest covers its namespace; two different requests with one
/// digest have different fingerprints.
package struct IdempotencyRecord: Sendable, Equatable {
    package var key: Digest256
    package var fingerprint: Digest256

    package init(key: Digest256, fingerprint: Digest256) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// A key as it is stored: never the secret, only its digest.
package struct StoredKey: Sendable, Equatable {
    package var key: AccessKey
    package var digest: Digest256

    package init(key: AccessKey, digest: Digest256) {
        self.key = key
        self.digest = digest
    }
}
