package import Model
import Synchronization

/// What large answers hold of the process's memory, from before their contents are read until their clients have taken
/// them: in all, and those of each key. Any thread.
package final class LargeAnswers: Sendable {
    /// A place for an answer's bytes, given back when nobody holds it any more.
    package final class Held: Sendable {
        private let answers: LargeAnswers
        /// nil: nobody known.
        private let key: AccessKey.ID?
        private let bytes: Int

        fileprivate init(_ answers: LargeAnswers, _ key: AccessKey.ID?, _ bytes: Int) {
            self.answers = answers
            self.key = key
            self.bytes = bytes
        }

        deinit { answers.release(bytes, of: key) }
    }

    private struct State {
        var total = 0
        var byKey: [AccessKey.ID?: Int] = [:]
    }

    private let state = Mutex(State())

    /// Bytes up to which an answer counts for nothing.
    package static let uncountedBytes = 1024 * 1024
    /// Bytes that may be held: in all, and of one key.
    package static let bytesMax = 80 * 1024 * 1024
    package static let bytesPerKey = 48 * 1024 * 1024
    /// How long is waited before one for which there is no room is asked for again.
    package static let retryAfter: Duration = .seconds(1)

    package init() {}

    /// Counts an answer; nil where there is no room for it. A first one has room, however large it is.
    package func hold(_ bytes: Int, for key: AccessKey.ID?) -> Held? {
        let isAdmitted = state.withLock { state in
            let held = state.byKey[key, default: 0]
            if held > 0, held + bytes > Self.bytesPerKey { return false }
            if state.total > 0, state.total + bytes > Self.bytesMax { return false }
            state.total += bytes
            state.byKey[key] = held + bytes
            return true
        }
        return isAdmitted ? Held(self, key, bytes) : nil
    }

    private func release(_ bytes: Int, of key: AccessKey.ID?) {
        state.withLock { state in
            state.total -= bytes
            let left = state.byKey[key, default: 0] - bytes
            state.byKey[key] = left > 0 ? left : nil
        }
    }
}

/// The place that a request has for its answer, once a desk has found that it will be large. Belongs to the one task
/// that answers it.
package final class AnswerPlace: Sendable {
    private let answers: LargeAnswers
    private let held = Mutex<LargeAnswers.Held?>(nil)

    package init(_ answers: LargeAnswers) { self.answers = answers }

    /// Takes a place for so many bytes; `overloaded` where there is none. Small ones need none.
    func take(_ bytes: Int, for key: AccessKey.ID?) throws(KernelFailure) {
        guard bytes > LargeAnswers.uncountedBytes else { return }
        guard let place = answers.hold(bytes, for: key) else {
            throw .overloaded(retryAfter: LargeAnswers.retryAfter)
        }
        held.withLock { $0 = place }
    }

    /// What was taken, for whoever holds it from now on.
    package func give() -> LargeAnswers.Held? { held.withLock { $0.take() } }
}
