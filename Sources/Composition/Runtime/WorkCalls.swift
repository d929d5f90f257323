import Synchronization

/// Work was called for, by whoever has put it on disk, and nobody has taken it up yet. Any thread.
final class WorkCalls: Sendable {
    private let isCalled = Atomic(false)

    func call() { isCalled.store(true, ordering: .releasing) }

    /// Whether there was a call since the last time.
    func take() -> Bool { isCalled.exchange(false, ordering: .acquiring) }
}
