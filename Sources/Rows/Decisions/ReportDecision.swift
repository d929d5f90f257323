public import Model
public import Ports

/// What news of deliveries that had ended writes. Pure.
public enum ReportDecision {
    /// Why none of it is made: `wrongState` while one of the deliveries is queued still.
    public static func refusal(isQueued: [Bool]) -> KernelFailure? {
        isQueued.contains(true) ? .wrongState(.delivery, state: .underWay, operation: .edit) : nil
    }

    /// The event of one report; nil where it takes its recipient no further than `state`.
    public static func event(_ report: RecipientReport, state: Recipient.State) -> EventRow? {
        guard report.applies(to: state) else { return nil }
        return EventRow(
            report.kind, recipient: report.id.recipient, at: report.at,
            detail: report.result.map { EventRecord.detail($0) })
    }

    /// What one that applied is to the address's failures in a row; nil: nothing.
    public static func step(_ report: RecipientReport) -> FailureRun.Step? {
        guard report.suppresses, report.kind == .bounced || report.kind == .softBounced,
            report.result?.classification.countsInARow == true
        else { return nil }
        return .failed
    }

    /// The reports of our own that go out with what applied: those that tell of something of it.
    public static func isTold(_ settlements: [Int], applied: [Bool]) -> Bool {
        settlements.contains { applied[$0] }
    }
}
