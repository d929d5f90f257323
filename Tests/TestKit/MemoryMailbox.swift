package import Base
package import Model
import Ports
import Synchronization

/// Keeps mail to the operator in memory.
package final class MemoryMailbox: OperatorMailbox {
    private struct State {
        var kept: [[UInt8]] = []
        var refusal: KernelFailure?
    }

    private let state = Mutex(State())

    package init() {}

    package var kept: [[UInt8]] { state.withLock { $0.kept } }

    /// From now on nothing is kept, for this reason.
    package func refuse(_ failure: KernelFailure) { state.withLock { $0.refusal = failure } }

    package func keep(_ message: [UInt8]) async throws(KernelFailure) {
        let refusal = state.withLock { state in
            if state.refusal == nil { state.kept.append(message) }
            return state.refusal
        }
        if let refusal { throw refusal }
    }

    /// It keeps no times.
    package func remove(before: Instant) async throws(KernelFailure) {}
}
