import Base
import Model
import Ports

/// One tier with everybody's counts.
///
/// Keys, users and accounts are as many as there are; addresses are anybody's to have, so only so many are counted each
/// for itself, and all that come later share one count until there is room again.
struct RateMeter {
    let rule: RateRule
    private var counts: [RateOwnerID: RateCount] = [:]
    private var addresses = 0
    /// Owners whose counts changed since they were last saved; durable tiers only.
    private var changed: Set<RateOwnerID> = []
    private let isDurable: Bool
    /// So many counts, and the ended ones are dropped before there are more.
    private var crowded = KernelLimits.rateWindows
    /// With no room for addresses, when to look for ended ones again.
    private var nextLook = Instant(nanoseconds: .min)

    init(_ tier: RateTier) {
        rule = RateRule(tier)
        isDurable = tier.isDurable
    }

    /// Goes on where another tier of the same identity ended.
    mutating func takeOver(from earlier: RateMeter) {
        counts = earlier.counts
        addresses = earlier.addresses
        changed = earlier.changed
        crowded = earlier.crowded
    }

    // MARK: Counting

    /// Under which name an owner is counted.
    mutating func id(of owner: RateOwner, _ now: Instant) -> RateOwnerID {
        let id = RateOwnerID(owner, for: rule.tier.owner)
        guard case .address = id, addresses >= KernelLimits.rateAddresses, counts[id] == nil else { return id }
        if now >= nextLook {
            dropEnded(now)
            nextLook = now + KernelLimits.rateCrowdInterval
        }
        return addresses >= KernelLimits.rateAddresses ? .crowd : id
    }

    var windowCount: Int { counts.count }

    func count(of id: RateOwnerID) -> RateCount? { counts[id] }

    mutating func set(_ count: RateCount, of id: RateOwnerID, _ now: Instant) {
        if counts.updateValue(count, forKey: id) == nil {
            if case .address = id { addresses += 1 }
            if counts.count >= crowded { dropEnded(now) }
        }
        if isDurable { changed.insert(id) }
    }

    /// What is left may be as much again before the next look: with many clients in one window each request would
    /// otherwise pay for looking at all of them.
    private mutating func dropEnded(_ now: Instant) {
        counts = counts.filter { rule.end(of: $1) > now }
        addresses = counts.keys.count { if case .address = $0 { true } else { false } }
        changed = changed.filter { counts[$0] != nil }
        crowded = max(KernelLimits.rateWindows, 2 * counts.count)
    }

    // MARK: Saving

    var hasChanged: Bool { !changed.isEmpty }

    /// The durable counts that changed since the last call.
    mutating func takeChanged(_ rateClass: RateClass) -> [RateWindowRecord] {
        guard !changed.isEmpty else { return [] }
        let records = changed.compactMap { id in counts[id].map { record($0, of: id, rateClass) } }
        changed.removeAll(keepingCapacity: true)
        return records
    }

    /// What an orderly end saves: the durable counts went with the commits.
    func shortLived(_ rateClass: RateClass, _ now: Instant) -> [RateWindowRecord] {
        guard !isDurable else { return [] }
        return counts.compactMap { id, count in
            rule.end(of: count) > now ? record(count, of: id, rateClass) : nil
        }
    }

    mutating func restore(_ record: RateWindowRecord, _ now: Instant) {
        guard let id = RateOwnerID(text: record.owner) else { return }
        let count = RateCount(mark: record.mark, used: record.used)
        guard rule.end(of: count) > now else { return }
        set(count, of: id, now)
        changed.remove(id)
    }

    private func record(_ count: RateCount, of id: RateOwnerID, _ rateClass: RateClass) -> RateWindowRecord {
        RateWindowRecord(
            personality: PersonalityID(""), rateClass: rateClass.name, tier: rule.tier.identity, owner: id.text,
            mark: count.mark, used: count.used, endsAt: rule.end(of: count))
    }
}
