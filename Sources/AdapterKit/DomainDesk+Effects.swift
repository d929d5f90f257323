import Kernel
public import Model
import Ports

/// Domains that are made with their answer in one commit, and looked at on demand.
extension DomainDesk {
    /// Adds a domain, with fresh keys or with its owner's own RSA key for DKIM (PEM; a `key` fault of `private_key`
    /// where it is none). `alreadyExists` where the account has it. `answer` says from the domain and its records what
    /// the caller is told; it is called on the store's thread and looks nothing up.
    public func adding(
        _ name: String, options: DomainOptions, facet: [UInt8], rsaKey: String?,
        answer: @escaping @Sendable (MailDomain, [PublishedRecord]) -> Answer
    ) async throws(KernelFailure) -> Effect {
        let prepared = try await services.domains.prepare(
            name, options: options, facets: [services.personality: facet], account: account(), rsaKey: rsaKey)
        let (domains, records) = (services.domains, records(of: prepared))
        return Effect(
            changes: [.domain(.create(prepared))],
            then: { outcomes in
                guard let serial = try? outcomes.first?.serial() else { return }
                await domains.adopt(prepared.numbered(serial))
            },
            answer: { outcomes in outcomes.made { answer(prepared.numbered($0), records) } })
    }

    /// Looks at the domain's records now; `dnsUnreadable` where that takes longer than `deadline`, and the look goes
    /// on.
    public func check(_ domain: MailDomain, within deadline: Duration) async throws(KernelFailure) -> MailDomain {
        try await services.domains.check(domain, within: deadline)
    }

    /// The selector of the owner's own choice in this dialect.
    public func selector(of domain: MailDomain) -> String? { domain.options.selectors[services.personality] }

    /// The options with another selector of the owner's own choice in this dialect; nil: the dialect's.
    public func options(_ options: DomainOptions, selector: String?) -> DomainOptions {
        var options = options
        options.selectors[services.personality] = selector
        return options
    }
}

extension MailDomain {
    fileprivate func numbered(_ serial: Int64) -> MailDomain {
        var domain = self
        domain.id = MailDomain.ID(serial)
        return domain
    }
}
