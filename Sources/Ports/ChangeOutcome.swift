public import Model

/// What became of one change.
public enum ChangeOutcome: Sendable {
    case accepted(Acceptance)
    /// For each settlement, or report, whether it applied.
    case settled([Bool])
    /// Made; the serial of the row that it made or changed.
    case done(serial: Int64)
    /// A unit of records was made: what became of each step, in order.
    case recorded([RecordReceipt])
    case keyed(KeyedOutcome)
    /// Of each of the changes that were made together; none of them is a refusal.
    case all([ChangeOutcome])
    case refused(KernelFailure)
}

/// The value that who made a change waits for: each throws the refusal, or `internalError` where the outcome is that of
/// another kind of change.
extension ChangeOutcome {
    public func acceptance() throws(KernelFailure) -> Acceptance {
        if case .accepted(let acceptance) = self { return acceptance }
        throw refusal
    }

    public func serial() throws(KernelFailure) -> Int64 {
        if case .done(let serial) = self { return serial }
        throw refusal
    }

    public func applied() throws(KernelFailure) -> [Bool] {
        if case .settled(let applied) = self { return applied }
        throw refusal
    }

    public func receipts() throws(KernelFailure) -> [RecordReceipt] {
        if case .recorded(let receipts) = self { return receipts }
        throw refusal
    }

    public func keyed() throws(KernelFailure) -> KeyedOutcome {
        if case .keyed(let outcome) = self { return outcome }
        throw refusal
    }

    public func all() throws(KernelFailure) -> [ChangeOutcome] {
        if case .all(let outcomes) = self { return outcomes }
        throw refusal
    }

    /// Why it has not the value that was asked for.
    private var refusal: KernelFailure {
        switch self {
        case .refused(let failure): failure
        case .accepted, .settled, .done, .recorded, .keyed, .all: Self.foreign
        }
    }

    public static let foreign = KernelFailure.internalError(incident: "store answered another change")
}
