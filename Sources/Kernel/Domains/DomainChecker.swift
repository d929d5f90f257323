public import Base
import DNSWire
import MailFormat
public import Model
public import Ports

/// Looks a domain's records up and says what follows. Changes nothing itself. Any thread.
public struct DomainChecker: Sendable {
    private let resolver: any Resolver
    private let planners: [RecordPlanner]
    private let time: any TimeSource

    /// `planners`: one for each personality.
    public init(resolver: any Resolver, planners: [RecordPlanner], time: any TimeSource) {
        self.resolver = resolver
        self.planners = planners
        self.time = time
    }

    /// Asks for every record once, several at a time, and past the cache: the owner may have published it just now.
    /// With a purpose only for the records that prove it; of the others what was known stays.
    public func check(_ domain: MailDomain, for wanted: MailDomain.Purpose? = nil) async -> DomainCheck {
        let plans = planners.map { (planner: $0, records: $0.records(of: domain)) }
        var planned: [PlannedRecord] = []
        for record in plans.flatMap(\.records) where !planned.contains(where: { Self.isSame($0, record) }) {
            if wanted.map(record.proves.contains) ?? true { planned.append(record) }
        }
        var checks = await inspect(planned, of: domain)
        if wanted != nil {
            let known = domain.checks.filter { known in
                !checks.contains { $0.purpose == known.purpose && $0.name == known.name }
            }
            checks += known
        }
        let now = time.now
        var proofs: [MailDomain.Purpose: MailDomain.Proof] = [:]
        for purpose in wanted.map({ [$0] }) ?? MailDomain.Purpose.allCases {
            let deciding = plans.filter { $0.planner.purposes.contains(purpose) }
            if deciding.isEmpty { continue }
            // What is proved once and for all is not taken back by a look that others asked for.
            if domain[purpose] == .verified, deciding.allSatisfy({ $0.planner.recheck == .never }) { continue }
            proofs[purpose] = ProofRule.next(
                domain[purpose],
                plans: deciding.map { plan in
                    plan.records.filter { $0.proves.contains(purpose) }.map { record in
                        checks.first { $0.purpose == record.purpose && $0.name == record.name.text }?.verdict
                    }
                },
                isOverdue: deciding.allSatisfy { plan in
                    plan.planner.patience.map { now >= domain.createdAt + $0 } ?? false
                })
        }
        return DomainCheck(at: now, records: checks, proofs: proofs)
    }

    /// What the last check says of the new key that a rotation waits for, under the selectors of all personalities
    /// whose present record is there: mail of each is signed with it. Where none has one, the first found will do.
    public func sight(of domain: MailDomain) -> RotationRule.Sight {
        var needed: [RecordCheck?] = []
        var others: [RecordCheck?] = []
        for planner in planners {
            let keys = planner.records(of: domain).filter { $0.purpose == .dkim }
            guard let staged = keys.first(where: \.isStaged) else { continue }
            let check = domain.check(.dkim, at: staged.name.text)
            let isInUse = keys.contains { !$0.isStaged && domain.check(.dkim, at: $0.name.text)?.verdict == .ok }
            if isInUse { needed.append(check) } else { others.append(check) }
        }
        let sights = (needed.isEmpty ? others : needed).map(Self.sight)
        let isSeen = needed.isEmpty ? sights.contains(.seen) : sights.allSatisfy { $0 == .seen }
        if isSeen { return .seen }
        return sights.contains(.unreadable) ? .unreadable : .missing
    }

    private static func sight(_ check: RecordCheck?) -> RotationRule.Sight {
        guard let check, check.isReadable else { return .unreadable }
        return check.verdict == .ok ? .seen : .missing
    }

    private static func isSame(_ left: PlannedRecord, _ right: PlannedRecord) -> Bool {
        left.purpose == right.purpose && left.name == right.name
    }

    private func inspect(_ records: [PlannedRecord], of domain: MailDomain) async -> [RecordCheck] {
        await withTaskGroup(of: (Int, RecordCheck).self) { group in
            for (index, record) in records.enumerated() {
                let known = domain.check(record.purpose, at: record.name.text)?.verdict
                group.addTask { (index, await inspect(record, known: known)) }
            }
            var checks: [(Int, RecordCheck)] = []
            for await check in group { checks.append(check) }
            return checks.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// What the records that an SPF record leads to make of it; nil where that is nothing.
    private func followed(_ resolution: Resolution, _ own: DNSName) async -> RecordCheck.Verdict? {
        guard case .records(let found) = resolution else { return nil }
        let texts = found.compactMap(\.joinedText).filter(SPFRecord.isMeant)
        guard let record = texts.first.flatMap(SPFRecord.init) else { return nil }
        var walk = SPFWalk(resolver, own: own.text)
        return await walk.fault(of: record).map { RecordInspector.different(texts, because: $0) }
    }

    private func inspect(_ record: PlannedRecord, known: RecordCheck.Verdict?) async -> RecordCheck {
        do throws(ResolverFailure) {
            let resolution = try await resolver.resolve(record.name, record.type, freshness: .fresh)
            var verdict = RecordInspector.verdict(on: resolution, for: record)
            if verdict == .ok, case .spf(let own) = record.content {
                verdict = await followed(resolution, own) ?? verdict
            }
            return RecordCheck(
                purpose: record.purpose, name: record.name.text, verdict: verdict, isReadable: true)
        } catch {
            // Nothing was learned: what was known stays.
            return RecordCheck(purpose: record.purpose, name: record.name.text, verdict: known, isReadable: false)
        }
    }
}
