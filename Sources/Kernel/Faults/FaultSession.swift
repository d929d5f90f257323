public import Model

/// The orders that one request may meet on its way. Each is considered once, at its place. One task's own.
public final class FaultSession {
    struct Candidate {
        let order: FaultOrder
        let source: FaultTable.Source
        /// Only requests with this key meet it.
        let key: AccessKey.ID?
    }

    private var candidates: [Candidate]
    private let table: FaultTable
    /// How long the answer is to be put off; known once a failure was raised.
    public private(set) var delay: Duration = .zero

    init(_ candidates: [Candidate], table: FaultTable) {
        self.candidates = candidates
        self.table = table
    }

    /// Throws the first failure that this request meets at this place. nil for `stage`: all places that are left.
    public func raise(at stage: FaultStage?, _ facts: FaultFacts) throws(KernelFailure) {
        for candidate in candidates where stage == nil || candidate.order.name.stage == stage {
            if let key = candidate.key, facts.key?.id != key { continue }
            // An order that was read once is understood.
            guard table.isMet(candidate.order, candidate.source), let failure = try? candidate.order.failure(facts)
            else { continue }
            delay = candidate.order.delay
            throw failure
        }
        candidates.removeAll { stage == nil || $0.order.name.stage == stage }
    }
}
