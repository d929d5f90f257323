public import Model
import Ports

/// How far a message's deliveries are, as far as the question goes whether it can be taken back or moved.
public struct AttemptFacts: Sendable, Equatable {
    /// Some delivery of it is queued.
    public var isQueued: Bool
    /// An attempt at some recipient was made. It leaves an event of its recipient behind, also where that delivery is
    /// finished and its row gone; being suppressed, accepted for itself or taken back leaves one too, and is none.
    public var wasTried: Bool

    public init(isQueued: Bool, wasTried: Bool) {
        self.isQueued = isQueued
        self.wasTried = wasTried
    }

    /// Of one delivery. `attempts`: nil where it is not queued.
    public init(attempts: Int?) {
        self.init(isQueued: attempts != nil, wasTried: (attempts ?? 0) > 0)
    }

    /// `wrongState` unless something is queued and nothing was tried.
    public func refusal(_ operation: Operation) -> KernelFailure? {
        if !isQueued { return .wrongState(.message, state: .ended, operation: operation) }
        return wasTried ? .wrongState(.message, state: .underWay, operation: operation) : nil
    }
}
