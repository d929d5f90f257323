import SMTPWire
import Serving

/// How long a client may take for what is waited for.
extension SMTPConnection {
    /// Begins a new deadline where something new is waited for: another phase, or the next command.
    func setDeadline(uptime: Duration) {
        guard stage != .closing else { return }
        let (phase, command) = (session.phase, session.commandNumber)
        let isFirst = link.deadline == nil && phaseBegan == .zero
        guard isFirst || phase != timedPhase || command != timedCommand else { return }
        timedPhase = phase
        timedCommand = command
        phaseBegan = uptime
        rate = LeastRate(
            began: uptime, octets: session.contentOctets, window: SMTPServerLimits.contentWindow,
            least: SMTPServerLimits.contentWindowOctets)
        link.deadline = timeout(phase).map { uptime + $0 }
    }

    private func timeout(_ phase: ServerPhase) -> Duration? {
        switch phase {
        case .greeting, .tlsHandshake: ServingLimits.handshakeTimeout
        case .idle: listener.service.idleTimeout ?? SMTPServerLimits.idleTimeout
        case .command: SMTPServerLimits.commandTimeout
        case .authentication: SMTPServerLimits.authenticationTimeout
        case .content: SMTPServerLimits.contentTimeout
        case .deciding, .closed: nil
        }
    }

    /// The deadline is over, or content comes in too slowly to count as coming in. Asked about once a second.
    func isLate(uptime now: Duration) -> Bool {
        if let deadline = link.deadline, deadline <= now { return true }
        guard stage == .open, timedPhase == .content else { return false }
        return rate?.isTooSlow(session.contentOctets, at: now) ?? false
    }
}
