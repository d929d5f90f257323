import Base
import Kernel
import Model
import SMTPWire

/// What one call of `deliver` holds on to from parcel to parcel.
struct DeliveryCall {
    var connection: Connection?
    /// Why there is no connection. Every further parcel hears the same: to wait for each of them for a host that does
    /// not answer would hold the queue for hours.
    var fault: ConnectionFault?
    /// A connection just failed, so the other idle ones are not to be trusted either.
    var needsFresh = false
    /// On the monotonic clock.
    let end: Duration
}

/// One parcel after the other.
extension SmarthostTransport {
    func attempt(_ parcel: Parcel, _ call: inout DeliveryCall) async -> [AttemptOutcome] {
        do throws(ConnectionFault) {
            // Before the message is composed: that is work, and in vain where nobody takes it.
            _ = try await connection(for: &call)
        } catch {
            return parcel.recipients.map { _ in verdict.outcome(error) }
        }
        do throws(KernelFailure) {
            return await send(try await parcel.open(), &call)
        } catch {
            log.error("message-not-sent") { line in
                line.add("message", parcel.message.value)
                line.add("temporary", error.isTemporary)
                line.add("incident", error.incident)
            }
            return parcel.recipients.map { _ in verdict.outcome(error) }
        }
    }

    /// As many transactions as it takes to have every recipient decided.
    ///
    /// It ends: a transaction leaves somebody undecided only where it decided somebody else, or where the connection
    /// had been used before, and then the next one has not.
    private func send(_ mail: OutgoingMail, _ call: inout DeliveryCall) async -> [AttemptOutcome] {
        var envelope = Envelope(mail)
        while let (transaction, recipients) = envelope.nextTransaction() {
            let connection: Connection
            do throws(ConnectionFault) {
                connection = try await self.connection(for: &call)
            } catch {
                envelope.decideAll(verdict.outcome(error))
                break
            }
            let wasUsed = connection.transactions > 0
            let outcomes = await connection.carry(transaction, mail.content)
            for (recipient, outcome) in zip(recipients, outcomes) where !goesAgain(outcome, wasUsed: wasUsed) {
                envelope.decide(recipient, verdict.outcome(outcome, digest: mail.digest))
            }
            lookAfter(connection, wasUsed: wasUsed, &call)
        }
        return envelope.outcomes
    }

    /// The connection at hand, an idle one, or a new one.
    private func connection(for call: inout DeliveryCall) async throws(ConnectionFault) -> Connection {
        if time.uptime >= call.end { throw .outOfTime }
        if let connection = call.connection, connection.isIdle { return connection }
        call.connection = nil
        if let fault = call.fault { throw fault }
        if !call.needsFresh, let connection = takeIdle() {
            call.connection = connection
            return connection
        }
        do throws(ConnectionFault) {
            let connection = try await open()
            call.connection = connection
            return connection
        } catch {
            call.fault = error
            throw error
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
    private func lookAfter(_ connection: Connection, wasUsed: Bool, _ call: inout DeliveryCall) {
        guard let reason = connection.closeReason, !reason.isOurs else { return }
        call.needsFresh = true
        if wasUsed && reason.isDeparture { return }
        let fault = ConnectionFault.closed(reason, tls: nil)
        // A host that stopped answering would take as long for every other parcel.
        if case .timedOut = reason { call.fault = fault }
        report(fault)
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
