import Base
import Kernel
import MailFormat
public import Model

/// What a dialect does with its caller's domains. What is another account's is not there; of the facets, the dialect
/// sees its own.
///
/// Comes back on the shard. What it reports as made, changed or removed is on disk.
public struct DomainDesk: Sendable {
    let services: Services
    private let caller: Principal?

    init(_ services: Services, caller: Principal?) {
        self.services = services
        self.caller = caller
    }

    /// The caller's domains, the latest first.
    public func all() throws(KernelFailure) -> [MailDomain] { services.domains.domains(of: try account()) }

    public func domain(_ id: MailDomain.ID) throws(KernelFailure) -> MailDomain {
        try services.domains.domain(id, of: account())
    }

    /// The caller's domain of that name, which is in the form of `HostName.normalized`; nil where there is none.
    public func named(_ name: String) throws(KernelFailure) -> MailDomain? {
        services.directory.domain(name, of: try account())
    }

    /// The records of this dialect's plan that its clients are shown.
    public func records(of domain: MailDomain) -> [PublishedRecord] {
        services.domains.records(of: domain, by: services.personality).filter(\.isListed)
    }

    /// What the dialect has kept with the domain: JSON; nil for nothing.
    public func facet(of domain: MailDomain) -> [UInt8]? { domain.facets[services.personality] }

    /// Adds a domain with fresh keys. Faults are of the field `name`.
    public func add(
        _ name: String, options: DomainOptions, facet: [UInt8]
    ) async throws(KernelFailure) -> MailDomain {
        try await services.domains.add(
            name, options: options, facets: [services.personality: facet], account: account(), pinned: false)
    }

    public func change(
        _ domain: MailDomain, options: DomainOptions, facet: [UInt8]
    ) async throws(KernelFailure) -> MailDomain {
        try await services.domains.change(domain, options: options, facets: [services.personality: facet])
    }

    /// Removes a domain; messages that were sent from it stay.
    public func remove(_ domain: MailDomain) async throws(KernelFailure) { try await services.domains.remove(domain) }

    /// Has the domain's records looked up, and returns before that is done.
    public func ask(_ domain: MailDomain) async { await services.domains.ask(domain) }

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
    public var domains: DomainDesk { DomainDesk(services, caller: caller) }
}

/// Names of hosts, as callers write them.
public enum HostName {
    /// In lower case and A-labels (RFC 5890 §2.3.2.1); nil for what is no name of two labels or more.
    public static func normalized(_ text: String) -> String? {
        guard let name = try? DomainName(parsing: text), name.text.contains(".") else { return nil }
        return name.text
    }
}
