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
        if let step = ReportDecision.step(report) { noteRun(step, row.new, report.id, at: report.at, &state) }
        return true
    }

    static func noteRun(
        _ step: FailureRun.Step, _ message: NewMessage, _ id: DeliveryID, at: Instant, _ state: inout State
    ) {
        guard let rule = Fixture.autoSuppression(message.origin).softBounces else { return }
        let address = message.envelope[id.recipient].address.suppressionKey
        let key = [String(message.account.value), message.origin.name, address]
        var run = state.failureRuns[key] ?? FailureRun()
        switch step {
        case .delivered: state.failureRuns[key] = run.deliver(id.message) ? run : nil
        case .failed:
            run.fail(id.message)
            let isEnough = run.count >= rule.failures
            state.failureRuns[key] = isEnough ? nil : run
            if isEnough { autoSuppress(message, id.recipient, .softBounce, rule.effect, at: at, &state) }
        }
    }

    static func autoSuppress(
        _ message: NewMessage, _ recipient: Int, after kind: MailEvent.Kind, _ classification: AttemptResult.Class?,
        at: Instant, _ state: inout State
    ) {
        guard let (reason, effect) = Fixture.autoSuppression(message.origin).effect(of: kind, classification) else {
            return
        }
        autoSuppress(message, recipient, reason, effect, at: at, &state)
    }

    private static func autoSuppress(
        _ message: NewMessage, _ recipient: Int, _ reason: Suppression.Reason, _ effect: AutoSuppression.Effect,
        at: Instant, _ state: inout State
    ) {
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
