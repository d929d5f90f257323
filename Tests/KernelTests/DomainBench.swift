import Base
import DNSWire
import Kernel
import Model
import Ports
import TestKit

/// Domains over a store in memory, a scripted DNS and a loop that is turned by hand.
final class DomainBench {
    static let hosts = DomainHosts(
        spf: "spf.relay.example", mx: "mx.relay.example", returnPath: "bounce.relay.example",
        tracking: "track.relay.example")
    static let selectors = DKIMSelectors(rsa: "s1", ed25519: "s2")
    static let plan = DomainPlan(
        records: [
            RecordTemplate(.spf, .spf, proves: [.send]),
            RecordTemplate(.dkim, .dkim(.rsa), proves: [.send]),
            RecordTemplate(.dmarc, .dmarc, proves: [.send]),
            RecordTemplate(.mx, .mx(preference: 10), proves: [.receive]),
            RecordTemplate(.returnPath, .returnPath),
            RecordTemplate(.dkimEd25519, .dkim(.ed25519), isListed: false),
        ],
        recheck: .whilePending(.seconds(60) ... .seconds(120)), patience: .seconds(3600))

    let dns = ScriptedResolver()
    let store = MemoryStore()
    let time = HandTime()
    let loop: HandLoop
    let directory: Directory
    let watch: DomainWatch
    let service: DomainService
    let planner: RecordPlanner

    init(plan: DomainPlan = DomainBench.plan) async throws {
        loop = HandLoop(time: time)
        planner = RecordPlanner(
            personality: Fixture.personality, plan: plan, selectors: Self.selectors, hosts: Self.hosts,
            challengeKey: [UInt8](repeating: 1, count: 32))
        _ = await store.commit([.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start))])
        directory = Directory(try await store.directory())
        store.observe(facts: directory)
        let log = CollectingLog().log(time: time)
        let rotator = KeyRotator(
            store: store, directory: directory, keyring: try Fixture.keyring(), workers: ImmediateWorkers(), time: time)
        watch = DomainWatch(
            loop: loop, checker: DomainChecker(resolver: dns, planners: [planner], time: time), planners: [planner],
            rotator: rotator, store: store, directory: directory, time: time, random: SeededRandom(seed: 5), log: log)
        service = DomainService(
            administration: Administration(
                store: store, directory: directory, keyring: try Fixture.keyring(), workers: ImmediateWorkers(),
                time: time, random: SeededRandom(seed: 6)),
            store: store, directory: directory, watch: watch, rotator: rotator, planners: [Fixture.personality: planner]
        )
    }

    func add(
        _ name: String = "example.com", options: DomainOptions = DomainOptions(), pinned: Bool = false,
        facets: [PersonalityID: [UInt8]] = [:]
    ) async throws(KernelFailure) -> MailDomain {
        try await service.add(name, options: options, facets: facets, account: Account.ID(1), pinned: pinned).run()
    }

    func records(of domain: MailDomain) -> [PublishedRecord] {
        service.records(of: domain, by: Fixture.personality)
    }

    /// Publishes all of the domain's records as the owner is told to.
    func publish(_ domain: MailDomain) {
        for published in records(of: domain) {
            let record = published.record
            switch record.type {
            case "TXT": dns.put(record.name, text: record.value)
            case "MX":
                guard let host = DNSName(String(record.value.drop { $0 != " " }.dropFirst())) else { continue }
                dns.put(record.name, .mx(preference: 10, exchange: host))
            default: if let host = DNSName(record.value) { dns.put(record.name, .cname(host)) }
            }
        }
    }

    /// What the last check says of a record.
    func verdict(_ purpose: RecordPurpose, _ domain: MailDomain) -> RecordCheck.Verdict? {
        directory.domain(domain.id)?.checks.first { $0.purpose == purpose }?.verdict
    }
}
