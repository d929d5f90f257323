import Base
import Model
import Ports
import SMTPWire

/// Carries the parcels of one call, one after the other, over the connections of one way.
///
/// It holds one connection at a time, and gives it back for the next call.
final class Courier {
    private let way: any Way
    private let time: any TimeSource
    private let log: Log
    private var connection: Connection?
    /// Why there is no connection. Every further parcel hears the same: to wait for each of them for a host that does
    /// not answer would hold the queue for hours.
    private var fault: HopFault?
    /// A connection just failed, so the other idle ones are not to be trusted either.
    private var needsFresh = false
    /// On the monotonic clock.
    private let end: Duration

    init(_ way: any Way, time: any TimeSource, log: Log) {
        self.way = way
        self.time = time
        self.log = log
        end = time.uptime + SMTPDeliveryLimits.callDuration
    }

    func deliver(_ parcels: [Parcel]) async -> [ParcelResult] {
        var results: [ParcelResult] = []
        for parcel in parcels { results.append(await attempt(parcel)) }
        if let connection { way.pool.giveBack(connection) }
        connection = nil
        return results
    }

    private func attempt(_ parcel: Parcel) async -> ParcelResult {
        do throws(HopFault) {
            // Before the message is composed: that is work, and in vain where nobody takes it.
            _ = try await openConnection()
        } catch {
            return ParcelResult(outcomes: parcel.recipients.map { _ in outcome(error) })
        }
        do throws(KernelFailure) {
            return try await send(try await parcel.open())
        } catch {
            log.error("message-not-sent") { line in
                line.add("message", parcel.message.value)
                line.add("temporary", error.isTemporary)
                line.add("incident", error.incident)
            }
            return ParcelResult(outcomes: parcel.recipients.map { _ in Verdict.outcome(error) })
        }
    }

    /// As many transactions as it takes to have every recipient decided.
    ///
    /// It ends: a transaction leaves somebody undecided only where it decided somebody else, or where the connection
    /// had been used before, and then the next one has not.
    private func send(_ mail: OutgoingMail) async throws(KernelFailure) -> ParcelResult {
        var envelope = Envelope(mail)
        var renditions: [HopKind: Rendition] = [.full: mail.rendition]
        while !envelope.undecided.isEmpty {
            let connection: Connection
            do throws(HopFault) {
                connection = try await openConnection()
            } catch {
                envelope.decideAll(outcome(error))
                break
            }
            let kind = Self.kind(connection, for: mail)
            let rendition: Rendition
            if let known = renditions[kind] {
                rendition = known
            } else {
                rendition = try await mail.rerender?(kind) ?? mail.rendition
                renditions[kind] = rendition
            }
            guard let (transaction, recipients) = envelope.nextTransaction(rendition) else { break }
            let wasUsed = connection.transactions > 0
            let verdict = verdict(connection.host)
            let outcomes = await connection.carry(transaction, rendition.content)
            let judged = outcomes.count(where: \.isOfContent)
            for (place, (recipient, outcome)) in zip(recipients, outcomes).enumerated()
            where !goesAgain(outcome, wasUsed: wasUsed) {
                var decided = verdict.outcome(
                    outcome, of: recipient.mailbox.text, judged: judged, digest: rendition.digest)
                decided.result.dialogue = UserData(connection.dialogue.text(of: place))
                envelope.decide(recipient, decided, hopReports: connection.makesReports)
            }
            lookAfter(connection, wasUsed: wasUsed)
        }
        return envelope.result
    }

    /// Most mail is the same for all, and most hops take all.
    private static func kind(_ connection: Connection, for mail: OutgoingMail) -> HopKind {
        var kind = connection.kind
        if !kind.takesUTF8, !mail.needsSMTPUTF8 { kind.takesUTF8 = true }
        if !kind.takesEightBit, !mail.rendition.isEightBit { kind.takesEightBit = true }
        return kind
    }

    private func verdict(_ host: String?) -> Verdict { Verdict(host: host, isOwnServer: way.isOwn) }

    private func outcome(_ fault: HopFault) -> AttemptOutcome {
        var outcome = verdict(fault.host).outcome(fault.fault)
        outcome.result.dialogue = fault.dialogue.isEmpty ? nil : UserData(fault.dialogue)
        return outcome
    }

    /// The connection at hand, an idle one, or a new one.
    private func openConnection() async throws(HopFault) -> Connection {
        if time.uptime >= end { throw HopFault(fault: .outOfTime, host: connection?.host) }
        if let connection, connection.isIdle { return connection }
        connection = nil
        if let fault { throw fault }
        if !needsFresh, let idle = way.pool.take() {
            connection = idle
            return idle
        }
        var dialogue = Dialogue()
        do throws(HopFault) {
            let opened = try await way.open(&dialogue)
            connection = opened
            return opened
        } catch {
            let told = HopFault(fault: error.fault, host: error.host, dialogue: dialogue.openingText)
            fault = told
            throw told
        }
    }

    /// What another transaction within this attempt can still decide. None of it was delivered.
    private func goesAgain(_ outcome: RecipientOutcome, wasUsed: Bool) -> Bool {
        switch outcome {
        // RFC 5321 §4.5.3.1.10.
        case .failed(.tooManyRecipients): true
        // Servers leave connections behind whenever they like; that this one had gone could not be seen before.
        case .failed(.closed(let reason)): wasUsed && reason.isDeparture
        default: false
        }
    }

    /// A connection that is over says how the call goes on.
    private func lookAfter(_ connection: Connection, wasUsed: Bool) {
        guard let reason = connection.closeReason, !reason.isOurs else { return }
        needsFresh = true
        if wasUsed && reason.isDeparture { return }
        let fault = HopFault(fault: .closed(reason, tls: nil), host: connection.host)
        // A host that stopped answering would take as long for every other parcel.
        if case .timedOut = reason { self.fault = fault }
        way.report(fault)
    }
}

extension RecipientOutcome {
    /// The reply to the content decided it, and whoever else it decided.
    fileprivate var isOfContent: Bool {
        guard case .refused(_, let stage) = self else { return false }
        return stage == .content || stage == .data
    }
}

extension CloseReason {
    /// We left, and nothing was wrong.
    fileprivate var isOurs: Bool {
        switch self {
        case .requested, .idleTooLong, .transactionLimit: true
        default: false
        }
    }

    /// The server left, as servers do between messages.
    fileprivate var isDeparture: Bool {
        switch self {
        case .connectionLost, .serviceNotAvailable: true
        default: false
        }
    }
}
