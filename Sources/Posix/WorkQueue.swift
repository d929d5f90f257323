import Synchronization

/// A bounded queue from many threads to one that blocks: the way to the writer, and to worker pools.
///
/// The taker gets everything that waits at once, which is what makes group commit. Any thread may put.
///
/// Unchecked Sendable: `state` is under its lock, `wakeUp` is an eventfd that any thread may ring.
public final class WorkQueue<Item: Sendable>: @unchecked Sendable {
    private struct State {
        var items: [Item] = []
        var isWaiting = false
        var isClosed = false
    }

    /// Items that may wait; one more is refused.
    public let capacity: Int
    private let state = Mutex(State())
    private let wakeUp: WakeUp

    public init(capacity: Int) throws(PosixError) {
        self.capacity = capacity
        wakeUp = try WakeUp(blocking: true)
    }

    /// False if the queue is full or closed; nothing was queued then.
    public func put(_ item: Item) -> Bool {
        let (accepted, mustRing) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed, state.items.count < capacity else { return (false, false) }
            state.items.append(item)
            defer { state.isWaiting = false }
            return (true, state.isWaiting)
        }
        if mustRing { wakeUp.ring() }
        return accepted
    }

    /// Waits for items and takes all of them, in the order they came; nil once the queue is closed and empty.
    /// One thread only.
    public func takeAll() -> [Item]? {
        while true {
            let (items, isClosed) = state.withLock { state -> ([Item], Bool) in
                guard state.items.isEmpty else {
                    var taken: [Item] = []
                    swap(&taken, &state.items)
                    return (taken, false)
                }
                state.isWaiting = true
                return ([], state.isClosed)
            }
            if !items.isEmpty { return items }
            if isClosed { return nil }
            wakeUp.wait()
        }
    }

    /// How many wait now.
    public var count: Int { state.withLock { $0.items.count } }

    /// Refuses what comes after; what waits is still taken.
    public func close() {
        state.withLock { state in
            state.isClosed = true
            state.isWaiting = false
        }
        wakeUp.ring()
    }
}
