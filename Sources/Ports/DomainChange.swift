public import Base
public import Model

/// One atomic change of sending domains. They are read with the directory.
public enum DomainChange: Sendable {
    /// `alreadyExists` if the account has the name, else `planLimitReached` if it has `atMost` domains, or more.
    case create(MailDomain, atMost: Int = .max)
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

extension DomainChange {
    /// The domain that it changes; nil of one that makes a domain.
    public var target: MailDomain.ID? {
        switch self {
        case .create: nil
        case .setProof(let id, _, _), .recordCheck(let id, _), .edit(let id, _, _), .changeKeys(let id, _, _, _),
            .remove(let id):
            id
        }
    }

    /// What it makes of the domain, where it is made. A removal leaves it as it was.
    public func apply(to domain: inout MailDomain) {
        switch self {
        case .create(let made, atMost: _): domain = made
        case .setProof(_, let proof, let at):
            domain.sending = proof
            domain.verifiedAt = proof.holds ? at : nil
            guard proof == .pinned else { return }
            domain.target = .pinned
            domain.targetVerifiedAt = domain.targetVerifiedAt ?? at
        case .recordCheck(_, let check): domain = domain.applying(check)
        case .edit(_, let options, let facets):
            domain.options = options
            domain.facets.merge(facets) { $1 }
        case .changeKeys(_, let keys, let rotation, _): (domain.signingKeys, domain.rotation) = (keys, rotation)
        case .remove: break
        }
    }
}
