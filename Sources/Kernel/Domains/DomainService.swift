import Base
import DNSWire
import MailFormat
package import Model

/// Looking after domains: what all personalities that have domains share. Any thread; calls come back on the caller's
/// executor. Everything is seen through an account: what is another's is not there.
package struct DomainService: Sendable {
    private let administration: Administration
    private let store: any Store
    private let directory: Directory
    private let watch: DomainWatch
    private let planners: [PersonalityID: RecordPlanner]

    package init(
        administration: Administration, store: any Store, directory: Directory, watch: DomainWatch,
        planners: [PersonalityID: RecordPlanner]
    ) {
        self.administration = administration
        self.store = store
        self.directory = directory
        self.watch = watch
        self.planners = planners
    }

    // MARK: Looking

    /// The account's domains, the latest first.
    package func domains(of account: Account.ID) -> [MailDomain] { directory.domains(of: account).reversed() }

    package func domain(_ id: MailDomain.ID, of account: Account.ID) throws(KernelFailure) -> MailDomain {
        guard let domain = directory.domain(id), domain.account == account else { throw .notFound(.domain) }
        return domain
    }

    package func domain(named name: String, of account: Account.ID) throws(KernelFailure) -> MailDomain {
        guard let checked = try? DomainName(parsing: name), let domain = directory.domain(checked.text, of: account)
        else { throw .notFound(.domain) }
        return domain
    }

    /// What the domain's owner is to publish by a personality's plan, and what was seen of it.
    package func records(of domain: MailDomain, by personality: PersonalityID) -> [PublishedRecord] {
        (planners[personality]?.records(of: domain) ?? []).map { record in
            PublishedRecord(
                record: DNSRecord(
                    type: record.typeName, name: record.name.text, value: record.value,
                    purpose: record.purpose.rawValue,
                    seen: domain.sending == .pinned
                        || domain.check(record.purpose, at: record.name.text)?.verdict == .ok),
                check: domain.check(record.purpose, at: record.name.text), isListed: record.isListed)
        }
    }

    // MARK: Changing

    /// Adds a domain with fresh keys; `alreadyExists` where the account has it. It is on disk when this returns.
    package func add(
        _ name: String, options: DomainOptions, facets: [PersonalityID: [UInt8]], account: Account.ID, pinned: Bool
    ) async throws(KernelFailure) -> MailDomain {
        let domain = try await administration.addDomain(
            name, account: account, pinned: pinned, options: options, facets: facets)
        await watch.added(domain)
        return domain
    }

    /// Replaces the owner's choices, and the facets that are named.
    package func change(
        _ domain: MailDomain, options: DomainOptions, facets: [PersonalityID: [UInt8]]
    ) async throws(KernelFailure) -> MailDomain {
        try await commit(.changeDomain(domain.id, options: options, facets: facets))
        let changed = directory.update(domain.id) { domain in
            domain.options = options
            domain.facets.merge(facets) { $1 }
        }
        guard let changed else { throw .notFound(.domain) }
        return changed
    }

    /// Removes the domain with its keys. Messages that were sent from it stay.
    package func remove(_ domain: MailDomain) async throws(KernelFailure) {
        try await commit(.removeDomain(domain.id))
        directory.remove(domain.id)
    }

    // MARK: Checking

    /// Has the domain checked, and returns before that is done.
    package func ask(_ domain: MailDomain) async { await watch.ask(domain.id) }

    /// Checks the domain; as it is when that is done.
    package func check(_ domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        try await watch.check(domain.id)
    }

    private func commit(_ change: Change) async throws(KernelFailure) {
        switch await store.commit([change]).first {
        case .done: return
        case .refused(let failure): throw failure
        case .accepted, .settled, .once, nil: throw .internalError(incident: "store answered another change")
        }
    }
}
