import Base

/// How a lane gives way to a provider that pushes back, and comes back later. A pure value; its owner gives it the
/// time.
///
/// A push-back halves the sessions and lets the lane rest, twice as long each time; each session that goes well adds
/// one again and halves the next rest. What others do to networks under load (RFC 5681 §3.1), for the same reason:
/// neither side says how much is too much.
struct LaneThrottle: Sendable {
    private let sessionsMax: Int
    /// At the same time.
    private(set) var sessions: Int
    /// Nothing is begun before.
    private(set) var restsUntil = Instant(nanoseconds: .min)
    private var rest: Duration = .zero

    init(sessions: Int) {
        sessionsMax = sessions
        self.sessions = sessions
    }

    /// What a session came to that has ended.
    mutating func note(_ outcome: SessionOutcome, _ now: Instant) {
        switch outcome {
        // Sessions that ran beside each other hear of one and the same.
        case .pushedBack where now >= restsUntil:
            sessions = max(1, sessions / 2)
            rest = min(max(rest * 2, KernelLimits.laneRestMin), KernelLimits.laneRestMax)
            restsUntil = now + rest
        case .wentWell:
            sessions = min(sessionsMax, sessions + 1)
            rest = rest / 2
        case .pushedBack, .saidNothing: break
        }
    }

    /// From when on it may be forgotten: nothing was said for so long that a new lane would do no worse.
    var forgettable: Instant {
        sessions == sessionsMax ? restsUntil : restsUntil + KernelLimits.laneMemory
    }
}

/// What a session says about how the other side is doing.
public enum SessionOutcome: Sendable {
    /// Mail was taken, and nothing was said against the pace.
    case wentWell
    /// It was too much, or too fast.
    case pushedBack
    /// Neither.
    case saidNothing
}
