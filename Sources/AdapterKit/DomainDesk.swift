import Base
package import Kernel
import MailFormat
public import Model

/// What a dialect does with its caller's domains. What is another account's is not there; of the facets, the dialect
/// sees its own.
///
/// Comes back on the shard. What it reports as made, changed or removed is on disk.
public struct DomainDesk: Sendable {
    private let service: DomainService
    private let caller: Principal?
    private let personality: PersonalityID

    package init(_ service: DomainService, caller: Principal?, personality: PersonalityID) {
        self.service = service
        self.caller = caller
        self.personality = personality
    }

    /// The caller's domains, the latest first.
    public func all() throws(KernelFailure) -> [MailDomain] { service.domains(of: try account()) }

    public func domain(_ id: MailDomain.ID) throws(KernelFailure) -> MailDomain {
        try service.domain(id, of: account())
    }

    /// The records of this dialect's plan that its clients are shown.
    public func records(of domain: MailDomain) -> [PublishedRecord] {
        service.records(of: domain, by: personality).filter(\.isListed)
    }

    /// What the dialect has kept with the domain: JSON; nil for nothing.
    public func facet(of domain: MailDomain) -> [UInt8]? { domain.facets[personality] }

    /// Adds a domain with fresh keys. Faults are of the field `name`.
    public func add(
        _ name: String, options: DomainOptions, facet: [UInt8]
    ) async throws(KernelFailure) -> MailDomain {
        try await service.add(name, options: options, facets: [personality: facet], account: account(), pinned: false)
    }

    public func change(
        _ domain: MailDomain, options: DomainOptions, facet: [UInt8]
    ) async throws(KernelFailure) -> MailDomain {
        try await service.change(domain, options: options, facets: [personality: facet])
    }

    /// Removes a domain; messages that were sent from it stay.
    public func remove(_ domain: MailDomain) async throws(KernelFailure) { try await service.remove(domain) }

    /// Has the domain's records looked up, and returns before that is done.
    public func ask(_ domain: MailDomain) async { await service.ask(domain) }

    private func account() throws(KernelFailure) -> Account.ID {
        guard let caller else { throw .credentialMissing }
        return caller.account
    }
}

/// Names of hosts, as callers write them.
public enum HostName {
    /// In lower case and A-labels (RFC 5890 §2.3.2.1); nil for what is no name of two labels or more.
    public static func normalized(_ text: String) -> String? {
        guard let name = try? DomainName(parsing: text), name.text.contains(".") else { return nil }
        return name.text
    }
}
