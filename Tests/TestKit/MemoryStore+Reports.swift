import Base
import Model
import Ports
import Rows

extension MemoryStore {
    static func report(
        _ reports: [RecipientReport], _ ours: [SettlementReport], _ state: inout State,
        _ queued: inout [PendingDelivery]
    ) -> ChangeOutcome {
        let isQueued = reports.map { state.row($0.id.message)?.pending[$0.id.recipient] != nil }
        if let refusal = ReportDecision.refusal(isQueued: isQueued) { return .refused(refusal) }
        let applied = reports.map { report($0, &state) }
        accept(ours, on: applied, &state, &queued)
        return .settled(applied)
    }

    private static func report(_ report: RecipientReport, _ state: inout State) -> Bool {
        guard var row = state.row(report.id.message), row.new.envelope.indices.contains(report.id.recipient),
            let event = ReportDecision.event(report, state: Self.state(report.id.recipient, row))
        else { return false }
        note(event, &row, &state)
        state.replace(row)
        autoSuppress(
            row.new, report.id.recipient, after: report.kind, report.result?.classification, at: report.at, &state)
        return true
    }

    static func autoSuppress(
        _ message: NewMessage, _ recipient: Int, after kind: MailEvent.Kind, _ classification: AttemptResult.Class?,
        at: Instant, _ state: inout State
    ) {
        guard let (reason, effect) = Fixture.autoSuppression(message.origin).effect(of: kind, classification) else {
            return
        }
        let made = Suppression(
            id: Suppression.ID(0), account: message.account,
            domain: effect.scope == .sendingDomain ? message.domain : nil,
            address: MailAddress(
                name: nil, checkedAddress: message.envelope[recipient].address.address,
                domain: message.envelope[recipient].address.domain),
            reason: reason, note: nil, origin: message.origin, createdAt: at,
            expiresAt: effect.lifetime.map { at + $0 })
        let isHeldLonger = state.suppressions.contains { one in
            one.account == made.account && one.domain == made.domain
                && one.address.suppressionKey == made.address.suppressionKey
                && (one.expiresAt ?? .distantFuture) >= (made.expiresAt ?? .distantFuture)
        }
        if !isHeldLonger { _ = suppress(made, isNew: false, &state) }
    }
}

extension Instant {
    fileprivate static let distantFuture = Instant(nanoseconds: .max)
}
