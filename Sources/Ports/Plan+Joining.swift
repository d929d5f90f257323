public import Model

extension Plan {
    /// Both plans as one: all changes or none, and what both came to, or the first refusal.
    public func and<Other: Sendable>(_ other: Plan<Other>) -> Plan<(Value, Other)> {
        if let refusal = refusalAtOnce ?? other.refusalAtOnce { return .nothing(.failure(refusal)) }
        let count = changes.count
        return Plan<(Value, Other)>(
            Self.together(changes + other.changes), on: store ?? other.store,
            hold: Holding.join([Holding(self), Holding(other)], isWhole: true)
        ) { outcomes in
            Result { () throws(KernelFailure) in
                let parts = try Self.parts(outcomes, count: count + other.changes.count)
                return (
                    try value(of: parts.prefix(count)).get(), try other.value(of: parts.dropFirst(count)).get()
                )
            }
        }
    }

    /// Several plans as one: all changes or none, and what each came to, or the first refusal.
    public static func all(_ plans: [Plan]) -> Plan<[Value]> {
        if let refusal = plans.lazy.compactMap(\.refusalAtOnce).first { return .nothing(.failure(refusal)) }
        let count = plans.reduce(0) { $0 + $1.changes.count }
        return Plan<[Value]>(
            together(plans.flatMap(\.changes)), on: store(of: plans),
            hold: Holding.join(plans.map { Holding($0) }, isWhole: true)
        ) { outcomes in
            Result { () throws(KernelFailure) in
                var rest = try parts(outcomes, count: count)
                var values: [Value] = []
                for plan in plans { values.append(try plan.value(of: rest.take(plan.changes.count)).get()) }
                return values
            }
        }
    }

    /// Several plans in one commit, each on its own: what each came to, refusals among it.
    public static func each(_ plans: [Plan]) -> Plan<[Result<Value, KernelFailure>]> {
        Plan<[Result<Value, KernelFailure>]>(
            plans.flatMap(\.changes), on: store(of: plans),
            hold: Holding.join(plans.map { Holding($0) }, isWhole: false)
        ) { outcomes in
            var rest = outcomes
            return .success(plans.map { $0.value(of: rest.take($0.changes.count)) })
        }
    }

    /// Why a plan that has no change to make comes to nothing: what it is joined with must not be made then.
    private var refusalAtOnce: KernelFailure? {
        guard changes.isEmpty, case .failure(let failure) = value(of: []) else { return nil }
        return failure
    }

    private static func store(of plans: [Plan]) -> (any Store)? { plans.lazy.compactMap(\.store).first }

    private static func together(_ changes: [Change]) -> [Change] { changes.count > 1 ? [.all(changes)] : changes }

    /// The outcomes of changes that `together` has put together.
    private static func parts(_ outcomes: Outcomes, count: Int) throws(KernelFailure) -> Outcomes {
        guard count > 1 else { return outcomes }
        return try (outcomes.first ?? .refused(ChangeOutcome.foreign)).all()[...]
    }
}

/// What one of several plans holds, and how many changes are its own.
private struct Holding: Sendable {
    let hold: Plan<Void>.Hold?
    let count: Int

    init<Value>(_ plan: Plan<Value>) {
        hold = plan.hold
        count = plan.changes.count
    }

    /// One after the other is taken, and all are given back in the opposite order; nil where none holds anything.
    /// `isWhole`: their changes are made together (`Plan.all`).
    static func join(_ holdings: [Holding], isWhole: Bool) -> Plan<Void>.Hold? {
        guard holdings.contains(where: { $0.hold != nil }) else { return nil }
        return { () async throws(KernelFailure) -> Plan<Void>.Release in
            var taken: [(release: Plan<Void>.Release, range: Range<Int>)] = []
            var start = 0
            for holding in holdings {
                let range = start..<start + holding.count
                start = range.upperBound
                guard let hold = holding.hold else { continue }
                do throws(KernelFailure) {
                    taken.append((try await hold(), range))
                } catch {
                    for (release, _) in taken.reversed() { await release(nil) }
                    throw error
                }
            }
            let (all, count) = (taken, start)
            return { outcomes in
                let parts = isWhole && count > 1 ? outcomes?.first.flatMap { try? $0.all() }?[...] : outcomes
                for (release, range) in all.reversed() {
                    await release(parts?.dropFirst(range.lowerBound).prefix(range.count))
                }
            }
        }
    }
}

extension ArraySlice {
    /// The first `count` elements, which are gone from the slice then.
    fileprivate mutating func take(_ count: Int) -> ArraySlice {
        defer { self = dropFirst(count) }
        return prefix(count)
    }
}
