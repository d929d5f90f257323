public import Base

/// What DNS says of one record that a domain's owner is asked to publish.
public struct RecordCheck: Sendable, Equatable {
    public enum Verdict: Sendable, Equatable {
        /// It is there, and says what it has to.
        case ok
        case missing
        /// Something stands there that does not do: what was seen, in part if it is long.
        case different([String])
    }

    public var purpose: RecordPurpose
    /// The record's name, without the dot at its end.
    public var name: String
    /// What is known: a look-up that failed leaves what was known before. nil: nothing yet.
    public var verdict: Verdict?
    /// The last look-up got an answer.
    public var isReadable: Bool

    public init(purpose: RecordPurpose, name: String, verdict: Verdict?, isReadable: Bool) {
        self.purpose = purpose
        self.name = name
        self.verdict = verdict
        self.isReadable = isReadable
    }
}

/// A look at all of a domain's records, and what follows from it.
public struct DomainCheck: Sendable, Equatable {
    public var at: Instant
    public var records: [RecordCheck]
    /// The proofs as they are to be; those that the operator pinned stay pinned all the same.
    public var proofs: [MailDomain.Purpose: MailDomain.Proof]

    public init(at: Instant, records: [RecordCheck], proofs: [MailDomain.Purpose: MailDomain.Proof]) {
        self.at = at
        self.records = records
        self.proofs = proofs
    }
}

extension MailDomain {
    /// The domain as it is after a check.
    public func applying(_ check: DomainCheck) -> MailDomain {
        var domain = self
        domain.checks = check.records
        domain.checkedAt = check.at
        for (purpose, proof) in check.proofs where domain[purpose] != .pinned {
            if purpose == .send, proof == .verified, !domain.maySend { domain.verifiedAt = check.at }
            if purpose == .target, proof == .verified, !domain.target.holds { domain.targetVerifiedAt = check.at }
            domain[purpose] = proof
        }
        return domain
    }
}
