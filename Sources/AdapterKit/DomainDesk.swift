import Base
import Kernel
import MailFormat
public import Model
import Ports

/// What a dialect does with its caller's domains. What is another account's is not there; of the facets, the dialect
/// sees its own.
///
/// Comes back on the shard. What a plan makes, changes or removes is on disk once it was carried out.
public struct DomainDesk: Sendable {
    private let services: Services
    var quotas: QuotaDesk { services.quotas }
    private let caller: Principal?
    let reach: KeyReach

    init(_ services: Services, caller: Principal?, reach: KeyReach) {
        self.services = services
        self.caller = caller
        self.reach = reach
    }

    /// A page of the caller's domains, of those that `isWanted` lets be seen; nil: of all.
    public func list(
        _ slice: Slice<MailDomain> = .all, where isWanted: ((MailDomain) -> Bool)? = nil
    ) throws(KernelFailure) -> Page<MailDomain> {
        var domains = services.domains.domains(of: try account())
        if reach.isBound { domains.removeAll { !reach.reaches($0.name) } }
        if let isWanted { domains.removeAll { !isWanted($0) } }
        return slice.page(of: domains, by: \.id)
    }

    public func domain(_ id: MailDomain.ID) throws(KernelFailure) -> MailDomain {
        let domain = try services.domains.domain(id, of: account())
        guard reach.reaches(domain.name) else { throw .notFound(.domain) }
        return domain
    }

    /// The caller's domain of that name, which is in the form of `HostName.normalized`; nil where there is none.
    public func named(_ name: String) throws(KernelFailure) -> MailDomain? {
        let account = try account()
        return reach.reaches(name) ? services.directory.domain(name, of: account) : nil
    }

    /// The records of this dialect's plan that its clients are shown.
    public func records(of domain: MailDomain) -> [PublishedRecord] {
        services.domains.records(of: domain, by: services.personality).filter(\.isListed)
    }

    /// What the dialect has kept with the domain: JSON; nil for nothing.
    public func facet(of domain: MailDomain) -> [UInt8]? { domain.facets[services.personality] }

    /// The selector of the owner's own choice in this dialect.
    public func selector(of domain: MailDomain) -> String? { domain.options.selectors[services.personality] }

    /// The options with another selector of the owner's own choice in this dialect; nil: the dialect's.
    public func options(_ options: DomainOptions, selector: String?) -> DomainOptions {
        var options = options
        options.selectors[services.personality] = selector
        return options
    }

    /// Adds a domain with fresh keys, or with its owner's own RSA key for DKIM (PEM; a `key` fault of `private_key`
    /// where it is none). Other faults are of the field `name`; `alreadyExists` where the account has it,
    /// `planLimitReached` where it has as many as it may add for itself.
    public func add(
        _ name: String, options: DomainOptions, facet: [UInt8], rsaKey: String? = nil
    ) async throws(KernelFailure) -> Plan<MailDomain> {
        try reach.checkLive()
        try reach.checkReaches(HostName.normalized(name) ?? name)
        return Plan(
            try await services.domains.add(
                name, options: options, facets: [services.personality: facet], account: account(), pinned: false,
                rsaKey: rsaKey, isBounded: true))
    }

    public func change(_ domain: MailDomain, options: DomainOptions, facet: [UInt8]) -> Plan<MailDomain> {
        if let refusal = reach.refusalOfTests { return refused(refusal) }
        return Plan(services.domains.change(domain, options: options, facets: [services.personality: facet]))
    }

    /// Removes a domain; messages that were sent from it stay.
    public func remove(_ domain: MailDomain) -> Plan<Void> {
        if let refusal = reach.refusalOfTests { return refused(refusal) }
        return Plan(services.domains.remove(domain))
    }

    private func refused<Value>(_ failure: KernelFailure) -> Plan<Value> { Plan(Ports.Plan.nothing(.failure(failure))) }

    /// Has the domain's records looked up, and returns before that is done.
    public func ask(_ domain: MailDomain) async { await services.domains.ask(domain) }

    /// Looks at the domain's records now; `dnsUnreadable` where that takes longer than `deadline`, and the look goes
    /// on.
    public func check(_ domain: MailDomain, within deadline: Duration) async throws(KernelFailure) -> MailDomain {
        try await services.domains.check(domain, within: deadline)
    }

    /// Looks for the records by which this dialect proves the purpose, and returns the domain once they are there:
    /// `proofNotFound` where they are not, `dnsUnreadable` where nothing was learned within `deadline`. What is proved
    /// already is not looked for.
    public func prove(
        _ purpose: MailDomain.Purpose, of domain: MailDomain, within deadline: Duration
    ) async throws(KernelFailure) -> MailDomain {
        try await services.domains.prove(purpose, of: domain, by: services.personality, within: deadline)
    }

    func account() throws(KernelFailure) -> Account.ID {
        guard let caller else { throw .credentialMissing }
        return caller.account
    }
}

extension Call {
    /// The kernel's domains, on behalf of the caller.
    public var domains: DomainDesk { DomainDesk(services, caller: principal, reach: KeyReach(self)) }
}

/// Names of hosts, as callers write them.
public enum HostName {
    /// In lower case and A-labels (RFC 5890 §2.3.2.1); nil for what is no name of two labels or more.
    public static func normalized(_ text: String) -> String? {
        guard let name = try? DomainName(parsing: text), name.text.contains(".") else { return nil }
        return name.text
    }
}
