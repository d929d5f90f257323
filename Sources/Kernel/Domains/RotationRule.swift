public import Base
public import Model

/// How a rotation of signing keys goes on; `KeyRotation` draws its states. Pure.
public enum RotationRule {
    /// What DNS says of the record of the new key.
    public enum Sight: Sendable, Equatable {
        case seen, missing, unreadable
    }

    /// Where new keys for the domain have to stand.
    public static func freeSlot(of domain: MailDomain) -> SigningKey.Slot {
        domain.signingKeys(.active).first?.slot.other ?? .first
    }

    /// The domain with new keys beside those that it signs with.
    public static func begin(_ domain: MailDomain, with keys: [SigningKey], at now: Instant) -> MailDomain {
        changed(domain, KeyRotation(startedAt: now)) { $0 + keys }
    }

    /// The domain as it was before the rotation.
    public static func cancelled(_ domain: MailDomain) -> MailDomain {
        changed(domain, nil) { $0.filter { $0.use != .staged } }
    }

    /// The domain that signs with its new keys.
    public static func activated(_ domain: MailDomain, at now: Instant) -> MailDomain {
        var rotation = domain.rotation
        rotation?.activatedAt = now
        return changed(domain, rotation) { keys in
            keys.map { key in
                var key = key
                key.use = key.use == .staged ? .active : .retired
                return key
            }
        }
    }

    /// The domain after a look at DNS; the same where nothing follows from it.
    public static func next(_ domain: MailDomain, _ sight: Sight, at now: Instant) -> MailDomain {
        guard var rotation = domain.rotation else { return domain }
        switch (rotation.state, sight) {
        case (.pendingDNS, .seen): rotation.publishedAt = now
        case (.ready, .missing): rotation.publishedAt = nil
        case (.ready, .seen):
            return activatesAfter(rotation).map { now >= $0 } == true ? activated(domain, at: now) : domain
        case (.retiring, _):
            guard let end = retiresAfter(rotation), now >= end else { return domain }
            return changed(domain, nil) { $0.filter { $0.use != .retired } }
        case (.pendingDNS, _), (.ready, .unreadable): return domain
        }
        return changed(domain, rotation) { $0 }
    }

    /// When mail is signed with the new keys by itself: all of the zone's servers have the record then.
    public static func activatesAfter(_ rotation: KeyRotation) -> Instant? {
        rotation.publishedAt.map { $0 + KernelLimits.rotationWait }
    }

    /// When nothing that was signed with the old keys is under way any more.
    public static func retiresAfter(_ rotation: KeyRotation) -> Instant? {
        rotation.activatedAt.map { $0 + KernelLimits.keyRetirement }
    }

    private static func changed(
        _ domain: MailDomain, _ rotation: KeyRotation?, _ change: ([SigningKey]) -> [SigningKey]
    ) -> MailDomain {
        var domain = domain
        domain.rotation = rotation
        domain.signingKeys = change(domain.signingKeys).sorted { $0.order < $1.order }
        return domain
    }
}

extension SigningKey {
    /// By slot, RSA first.
    fileprivate var order: (Int, Int) { (slot.rawValue, algorithm == .rsa ? 0 : 1) }
}
