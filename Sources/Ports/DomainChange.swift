package import Base
package import Model

/// One atomic change of sending domains. They are read with the directory.
package enum DomainChange: Sendable {
    /// `alreadyExists` if the account has the name.
    case create(MailDomain)
    /// Of sending. The operator's word, `pinned`, holds for calling it, too.
    case setProof(MailDomain.ID, MailDomain.Proof, at: Instant)
    /// What a look at a domain's records found; proofs that are pinned stay so.
    case recordCheck(MailDomain.ID, DomainCheck)
    /// Replaces the options, and the facets that are named.
    case edit(MailDomain.ID, options: DomainOptions, facets: [PersonalityID: [UInt8]])
    /// Replaces a domain's signing keys and what is known of their rotation; `wrongState` if the rotation is no longer
    /// as `from` says.
    case changeKeys(MailDomain.ID, to: [SigningKey], rotation: KeyRotation?, from: KeyRotation?)
    /// Its number is never given to another domain.
    case remove(MailDomain.ID)
}
