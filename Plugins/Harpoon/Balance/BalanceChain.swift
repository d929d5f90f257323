import Base
import Model

/// The balances of one line's texts, each of which should go on from the one before. Texts may come late and in any
/// order, so what does not go on waits for a while: a text that closes the gap frees it, the next one that goes on from
/// before the gap proves that it never happened. Whoever can send a text under the network's own name that says nothing
/// of a balance, or waits out the time, begins a chain of his own: it makes forging hard, and proves nothing. Pure.
struct BalanceChain: Equatable {
    /// Money that counts once its text goes on from what is known.
    struct Held: Equatable {
        var telcoID: String
        /// The payment that it is for; nil where it is for none.
        var transaction: Record.ID?
        var since: Instant
    }

    /// Texts that go on from each other.
    struct Run: Equatable {
        var starts: [Int64]
        var ends: [Int64]
        /// The first text's and the latest one's by the network's order; empty where they had none.
        var firstID: String
        var lastID: String
        /// When the first of them came, and the latest.
        var since: Instant
        var latest: Instant
        var held: [Held] = []

        init(_ movement: Movement, since: Instant, held: Held?) {
            starts = movement.befores
            ends = movement.afters
            (firstID, lastID) = (movement.id, movement.id)
            self.since = since
            latest = since
            self.held = held.map { [$0] } ?? []
        }

        init(
            starts: [Int64], ends: [Int64], firstID: String, lastID: String, since: Instant, latest: Instant,
            held: [Held]
        ) {
            self.starts = starts
            self.ends = ends
            self.firstID = firstID
            self.lastID = lastID
            self.since = since
            self.latest = latest
            self.held = held
        }

        func goesOn(from other: Run) -> Bool { starts.contains { other.ends.contains($0) } }
    }

    /// What a text comes to.
    struct Outcome: Equatable {
        /// It goes on from what is known: its own money counts.
        var isContinued = true
        /// Money that counts from now on.
        var freed: [Held] = []
        /// Money of which the text proves that it never came.
        var disproved: [Held] = []
        var warnings: [String] = []
    }

    /// What is taken for true; nil: nothing is known, and whatever comes next is believed.
    var known: Run?
    /// What does not go on from it, each with a gap before it, in order of arrival.
    var waiting: [Run] = []
    /// Of what waited for too long, the latest: the chain may go on behind that gap as well, and what comes next tells.
    var behindGap: Run?
    /// Identities of the latest texts, to know one that comes again.
    var seen: [String] = []

    /// Nothing that is kept depends on it: it can be left out where there is no need for it.
    var isEmpty: Bool { known == nil && waiting.isEmpty && behindGap == nil }

    // MARK: Steps

    /// Makes the step of one text. `held`: its money, where it is a payment. `wait`: how long a gap stays open.
    mutating func take(_ effect: BalanceEffect, holding held: Held?, at now: Instant, wait: Duration) -> Outcome {
        switch effect {
        case .none: return Outcome()
        case .unknown:
            startAnew()
            return Outcome()
        case .came(let amount):
            if var run = known {
                run.ends = run.ends.map { $0 + amount.pesewas }
                known = run
            }
            return Outcome()
        case .moved(let movement): return take(movement, held, now, wait)
        }
    }

    /// After a text that nobody understands: what comes next is believed. What waits goes on waiting, for a person if
    /// nothing comes, and nobody is accused.
    mutating func startAnew() {
        known = nil
        behindGap = nil
    }

    private mutating func take(
        _ movement: Movement, _ held: Held?, _ now: Instant, _ wait: Duration
    ) -> Outcome {
        var outcome = Outcome()
        guard !seen.contains(movement.identity) else { return outcome }
        note(movement.identity)
        lapse(now, wait)
        let before = (known.map { [$0] } ?? []) + waiting
        if before.contains(where: { TelcoOrder.isEarlier(movement.id, $0.lastID) == true }) {
            outcome.warnings.append("its transaction id is older than one that came before")
        }
        let run = Run(movement, since: now, held: nil)
        let isFirst = known == nil
        if append(run) {
            outcome.freed = connect()
            // The first of a chain goes on from nothing, and so proves nothing.
            if !isFirst { outcome.disproved = disprove(before: movement.id) }
        } else if let gap = behindGap, run.goesOn(from: gap) {
            outcome.freed = goOn(behind: gap, with: run, now, wait)
        } else if prepend(run) {
            // It is older than all that is known, and fits before it.
        } else {
            outcome.isContinued = false
            put(Run(movement, since: now, held: held))
        }
        return outcome
    }

    private mutating func note(_ identity: String) {
        seen.append(identity)
        if seen.count > HarpoonLimits.textsRemembered { seen.removeFirst() }
    }

    private mutating func append(_ run: Run) -> Bool {
        guard var known else {
            self.known = run
            return true
        }
        guard run.goesOn(from: known) else { return false }
        known.ends = run.ends
        known.latest = max(known.latest, run.latest)
        if TelcoOrder.isEarlier(known.lastID, run.lastID) ?? !run.lastID.isEmpty { known.lastID = run.lastID }
        self.known = known
        return true
    }

    private mutating func prepend(_ run: Run) -> Bool {
        guard var known, known.goesOn(from: run), TelcoOrder.isEarlier(run.lastID, known.firstID) == true else {
            return false
        }
        known.starts = run.starts
        known.firstID = run.firstID
        self.known = known
        return true
    }

    /// Takes up what waits and now goes on; the money in it.
    private mutating func connect() -> [Held] {
        var freed: [Held] = []
        while let index = waiting.firstIndex(where: { run in known.map { run.goesOn(from: $0) } ?? false }) {
            let run = waiting.remove(at: index)
            _ = append(run)
            freed += run.held
        }
        return freed
    }

    /// What waits, or waited, and is older by the network's order than a text that goes on from before it never
    /// happened. One that is younger may have a late text before it.
    private mutating func disprove(before id: String) -> [Held] {
        let gaps = waiting + (behindGap.map { [$0] } ?? [])
        waiting.removeAll { TelcoOrder.isEarlier($0.firstID, id) == true }
        behindGap = nil
        return gaps.filter { TelcoOrder.isEarlier($0.firstID, id) == true }.flatMap(\.held)
    }

    /// A gap that has stayed open for so long is one: the chain may go on behind the latest, unless it has gone on
    /// meanwhile from before it, or was further already.
    private mutating func lapse(_ now: Instant, _ wait: Duration) {
        let lapsed = waiting.filter { $0.since + wait <= now }
        guard !lapsed.isEmpty else { return }
        waiting.removeAll { $0.since + wait <= now }
        let ahead = lapsed.last { run in
            guard let known else { return true }
            return known.latest <= run.since && TelcoOrder.isEarlier(run.lastID, known.lastID) != true
        }
        behindGap = ahead ?? behindGap
    }

    /// The chain starts anew behind a gap. Of the money there what has time left counts; the rest is a person's.
    private mutating func goOn(behind gap: Run, with run: Run, _ now: Instant, _ wait: Duration) -> [Held] {
        known = gap
        known?.held = []
        behindGap = nil
        _ = append(run)
        return gap.held.filter { $0.since + wait > now } + connect()
    }

    /// Keeps a run that goes on from nothing that is known, joined to those that wait where it fits.
    private mutating func put(_ run: Run) {
        var run = run
        while let index = waiting.firstIndex(where: { run.goesOn(from: $0) || $0.goesOn(from: run) }) {
            let other = waiting.remove(at: index)
            let (first, second) = run.goesOn(from: other) ? (other, run) : (run, other)
            run = Run(
                starts: first.starts, ends: second.ends, firstID: first.firstID, lastID: second.lastID,
                since: min(first.since, second.since), latest: max(first.latest, second.latest),
                held: first.held + second.held)
        }
        waiting.append(run)
        // Their money is for a person when its time is over.
        if waiting.count > HarpoonLimits.gapsRemembered { waiting.removeFirst() }
    }
}
