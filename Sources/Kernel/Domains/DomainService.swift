import Base
import DNSWire
import MailFormat
public import Model
public import Ports

/// Looking after domains: what all personalities that have domains share. Any thread; calls come back on the caller's
/// executor. Everything is seen through an account: what is another's is not there.
public struct DomainService: Sendable {
    private let administration: Administration
    private let store: any Store
    private let directory: Directory
    private let watch: DomainWatch
    private let rotator: KeyRotator
    private let planners: [PersonalityID: RecordPlanner]

    public init(
        administration: Administration, store: any Store, directory: Directory, watch: DomainWatch,
        rotator: KeyRotator, planners: [PersonalityID: RecordPlanner]
    ) {
        self.administration = administration
        self.store = store
        self.directory = directory
        self.watch = watch
        self.rotator = rotator
        self.planners = planners
    }

    // MARK: Looking

    /// The account's domains, the latest first.
    public func domains(of account: Account.ID) -> [MailDomain] { directory.domains(of: account).reversed() }

    public func domain(_ id: MailDomain.ID, of account: Account.ID) throws(KernelFailure) -> MailDomain {
        guard let domain = directory.domain(id), domain.account == account else { throw .notFound(.domain) }
        return domain
    }

    public func domain(named name: String, of account: Account.ID) throws(KernelFailure) -> MailDomain {
        guard let checked = try? DomainName(parsing: name), let domain = directory.domain(checked.text, of: account)
        else { throw .notFound(.domain) }
        return domain
    }

    /// What the domain's owner is to publish by a personality's plan, and what was seen of it.
    public func records(of domain: MailDomain, by personality: PersonalityID) -> [PublishedRecord] {
        (planners[personality]?.records(of: domain) ?? []).map { published($0, of: domain) }
    }

    private func published(_ record: PlannedRecord, of domain: MailDomain) -> PublishedRecord {
        let check = domain.check(record.purpose, at: record.name.text)
        // The operator vouches for what was to be published then, not for a key that came later.
        let isVouchedFor = domain.sending == .pinned && !record.isStaged
        return PublishedRecord(
            record: DNSRecord(
                type: record.typeName, name: record.name.text, value: record.value,
                purpose: record.shownPurpose.rawValue, seen: isVouchedFor || check?.verdict == .ok),
            check: check, isListed: record.isListed, isRequired: !record.proves.isEmpty)
    }

    // MARK: Changing

    /// A domain with fresh keys, or its owner's own RSA key (PEM); `alreadyExists` where the account has it.
    /// `isBounded`: it is not the operator who adds it.
    public func add(
        _ name: String, options: DomainOptions, facets: [PersonalityID: [UInt8]], account: Account.ID, pinned: Bool,
        rsaKey: String? = nil, isBounded: Bool = false
    ) async throws(KernelFailure) -> Plan<MailDomain> {
        try await administration.addDomain(
            name, account: account, pinned: pinned, options: options, facets: facets, rsaKey: rsaKey,
            isBounded: isBounded
        ).followed { [watch] in await watch.follow($0) }
    }

    /// Replaces the owner's choices, and the facets that are named.
    public func change(
        _ domain: MailDomain, options: DomainOptions, facets: [PersonalityID: [UInt8]]
    ) -> Plan<MailDomain> {
        let change = DomainChange.edit(domain.id, options: options, facets: facets)
        return Plan(.domain(change), on: store) { _ in
            var domain = domain
            change.apply(to: &domain)
            return domain
        }
    }

    /// Removes the domain with its keys. Messages that were sent from it stay.
    public func remove(_ domain: MailDomain) -> Plan<Void> {
        Plan(.domain(.remove(domain.id)), on: store) { _ in }
    }

    /// The same with the messages that were sent from it, which go piece by piece afterwards; what waits is given up.
    public func removeWithMail(_ domain: MailDomain) -> Plan<Void> {
        let removal = MailRemoval(domain: domain.id, account: domain.account)
        return remove(domain).and(Plan(.upkeep(.removeMessages(removal)), on: store) { _ in }).map { _ in }
    }

    // MARK: Checking

    /// Has the domain checked, and returns before that is done.
    public func ask(_ domain: MailDomain) async { await watch.ask(domain.id) }

    /// Checks the domain; as it is when that is done.
    public func check(_ domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        try await watch.check(domain.id)
    }

    /// Checks the domain, for somebody who waits no longer than `deadline`: `dnsUnreadable` after that, and the check
    /// goes on.
    public func check(
        _ domain: MailDomain, within deadline: Duration
    ) async throws(KernelFailure) -> MailDomain {
        try await watch.check(domain, within: deadline)
    }

    /// Looks for the records by which the personality proves the purpose, and returns the domain once they are there:
    /// `proofNotFound` where they are not, `dnsUnreadable` where nothing was learned within `deadline`. What is proved
    /// already is not looked for.
    public func prove(
        _ purpose: MailDomain.Purpose, of domain: MailDomain, by personality: PersonalityID, within deadline: Duration
    ) async throws(KernelFailure) -> MailDomain {
        if domain[purpose].holds { return domain }
        let checked = try await watch.check(domain, for: purpose, within: deadline)
        if checked[purpose].holds { return checked }
        let records = (planners[personality]?.records(of: checked) ?? []).filter { $0.proves.contains(purpose) }
        for record in records {
            let check = checked.check(record.purpose, at: record.name.text)
            if check?.verdict == .ok { continue }
            guard check?.isReadable == true else { throw .dnsUnreadable(name: UserData(domain.name)) }
            throw .proofNotFound(domain: UserData(domain.name), record: published(record, of: checked).record)
        }
        throw .dnsUnreadable(name: UserData(domain.name))
    }

    // MARK: Signing keys

    /// Makes new signing keys, whose records are to be published. Mail is signed with the present ones until those have
    /// been seen; `wrongState` while a rotation is under way.
    public func rotateKeys(of domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        let rotating = try await rotator.begin(domain)
        await watch.follow(rotating)
        return rotating
    }

    /// Looks for the new keys' record, and goes over to them if it is there: `proofNotFound` if not, `dnsUnreadable`
    /// where nothing can be said, `busy` before it has been seen for a while. `force` skips that wait, never the look.
    public func activateKeys(of domain: MailDomain, force: Bool) async throws(KernelFailure) -> MailDomain {
        guard let rotation = domain.rotation, rotation.state != .retiring else {
            throw .wrongState(.domain, state: domain.rotationState, operation: .activate)
        }
        let checked = try await watch.check(domain.id)
        // The look itself goes over to them once the wait is over.
        if checked.rotation?.state == .retiring { return checked }
        let name = UserData(domain.name)
        switch watch.sight(of: checked) {
        case .seen: break
        case .unreadable: throw .dnsUnreadable(name: name)
        case .missing:
            guard let record = stagedRecord(of: checked) else {
                throw .wrongState(.domain, state: checked.rotationState, operation: .activate)
            }
            throw .proofNotFound(domain: name, record: record)
        }
        let activated = try await rotator.activate(checked, force: force)
        await watch.follow(activated)
        return activated
    }

    /// Gives the new keys up; `wrongState` once mail is signed with them.
    public func cancelRotation(of domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        try await rotator.cancel(domain)
    }

    /// The new key's record that is still waited for, under the selectors of a personality whose present record is
    /// there if there is one, as in `DomainChecker.sight`.
    private func stagedRecord(of domain: MailDomain) -> DNSRecord? {
        var needed: [DNSRecord] = []
        var others: [DNSRecord] = []
        for planner in planners.values {
            let keys = planner.records(of: domain).filter { $0.purpose == .dkim }
            guard let staged = keys.first(where: \.isStaged) else { continue }
            if domain.check(.dkim, at: staged.name.text)?.verdict == .ok { continue }
            let isInUse = keys.contains { !$0.isStaged && domain.check(.dkim, at: $0.name.text)?.verdict == .ok }
            let record = published(staged, of: domain).record
            if isInUse { needed.append(record) } else { others.append(record) }
        }
        return (needed.isEmpty ? others : needed).min { $0.name < $1.name }
    }
}
