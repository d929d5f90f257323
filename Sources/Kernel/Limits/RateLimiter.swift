public import Base
public import Model
import Ports
import Synchronization

/// Counts requests against the tiers of their rate class.
///
/// The tiers of a class are taken together or not at all: a refused request counts against none of them. State is in
/// memory; `RateBook` has it saved and brought back.
///
/// Any thread; one short lock.
public final class RateLimiter: Sendable {
    /// What came of a request.
    public struct Taken: Sendable {
        public var isAllowed: Bool
        /// The tier that refused (the one to wait for longest), or else the class's first tier; nil for a class without
        /// tiers.
        public var window: WindowState?
        /// To be handed back if the request is not accepted in the end; nil where nothing asks for that.
        public var receipt: Receipt?
    }

    /// What a request has taken from the tiers that count accepted requests.
    public struct Receipt: Sendable {
        let rateClass: RateClass
        let owner: RateOwner
        let units: Int
        let takenAt: Instant
    }

    /// The tiers of one class.
    private struct Meters {
        var all: [RateMeter]
        let countsAccepted: Bool

        init(_ tiers: [RateTier]) {
            all = tiers.map { RateMeter($0) }
            countsAccepted = tiers.contains { $0.counts == .accepted }
        }
    }

    private let classes: Mutex<[RateClass: Meters]>

    public init(tiers: [RateClass: [RateTier]]) { classes = Mutex(tiers.mapValues { Meters($0) }) }

    /// Other limits from now on. What is used of a tier holds for its successor: a reload gives nobody a second month.
    public func setTiers(_ tiers: [RateClass: [RateTier]]) {
        classes.withLock { classes in
            var changed = tiers.mapValues { Meters($0) }
            for (rateClass, meters) in changed {
                for index in meters.all.indices {
                    let identity = meters.all[index].rule.tier.identity
                    let earlier = classes[rateClass]?.all.first { $0.rule.tier.identity == identity }
                    if let earlier { changed[rateClass]?.all[index].takeOver(from: earlier) }
                }
            }
            classes = changed
        }
    }

    // MARK: Taking

    /// Counts `units` (one request, or the messages of a batch), if every tier of the class has room for all of them.
    public func take(_ rateClass: RateClass, by owner: RateOwner, units: Int = 1, now: Instant) -> Taken {
        classes.withLock { classes in
            // In place: a second holder of the counts would make each request copy all of them.
            guard let index = classes.index(forKey: rateClass) else { return Taken(isAllowed: true) }
            var taken = Self.take(&classes.values[index].all, owner, units, now)
            if taken.isAllowed, classes.values[index].countsAccepted {
                taken.receipt = Receipt(rateClass: rateClass, owner: owner, units: units, takenAt: now)
            }
            return taken
        }
    }

    private static func take(
        _ meters: inout [RateMeter], _ owner: RateOwner, _ units: Int, _ now: Instant
    ) -> Taken {
        var refused: WindowState?
        for index in meters.indices {
            let id = meters[index].id(of: owner, now)
            let count = meters[index].count(of: id)
            guard meters[index].rule.taking(units, from: count, at: now) == nil else { continue }
            let window = meters[index].rule.state(of: count, at: now, for: units)
            if refused.map({ $0.retryAfter < window.retryAfter }) ?? true { refused = window }
        }
        if let refused { return Taken(isAllowed: false, window: refused) }
        var reported: WindowState?
        for index in meters.indices {
            let id = meters[index].id(of: owner, now)
            guard let count = meters[index].rule.taking(units, from: meters[index].count(of: id), at: now) else {
                continue
            }
            meters[index].set(count, of: id, now)
            if reported == nil { reported = meters[index].rule.state(of: count, at: now, for: 1) }
        }
        return Taken(isAllowed: true, window: reported)
    }

    /// Gives back what a request took that was refused after all. The first tier's window after that.
    public func giveBack(_ receipt: Receipt, now: Instant) -> WindowState? {
        classes.withLock { classes in
            guard let index = classes.index(forKey: receipt.rateClass) else { return nil }
            return Self.giveBack(&classes.values[index].all, receipt, now)
        }
    }

    private static func giveBack(_ meters: inout [RateMeter], _ receipt: Receipt, _ now: Instant) -> WindowState? {
        var reported: WindowState?
        for index in meters.indices {
            let rule = meters[index].rule
            let id = meters[index].id(of: receipt.owner, now)
            var count = meters[index].count(of: id)
            if rule.tier.counts == .accepted, let taken = count {
                let rest = rule.returning(receipt.units, to: taken, takenAt: receipt.takenAt)
                meters[index].set(rest, of: id, now)
                count = rest
            }
            if reported == nil { reported = rule.state(of: count, at: now, for: 1) }
        }
        return reported
    }

    // MARK: Saving

    var windowCount: Int { classes.withLock { $0.values.reduce(0) { $0 + $1.all.reduce(0) { $0 + $1.windowCount } } } }

    var hasChangedWindows: Bool {
        classes.withLock { classes in classes.values.contains { $0.all.contains { $0.hasChanged } } }
    }

    /// The durable windows that changed since the last call.
    func takeChangedWindows() -> [RateWindowRecord] {
        classes.withLock { classes in
            var records: [RateWindowRecord] = []
            for index in classes.values.indices {
                let rateClass = classes.keys[index]
                for tier in classes.values[index].all.indices {
                    records += classes.values[index].all[tier].takeChanged(rateClass)
                }
            }
            return records
        }
    }

    /// The windows that have not ended and ride with no commit.
    func shortLivedWindows(_ now: Instant) -> [RateWindowRecord] {
        classes.withLock { classes in
            classes.flatMap { rateClass, meters in meters.all.flatMap { $0.shortLived(rateClass, now) } }
        }
    }

    func restore(_ record: RateWindowRecord, _ now: Instant) {
        classes.withLock { classes in
            let rateClass = RateClass(record.rateClass)
            let index = classes[rateClass]?.all.firstIndex { $0.rule.tier.identity == record.tier }
            if let index { classes[rateClass]?.all[index].restore(record, now) }
        }
    }
}
