import Base

/// Names one timer of one loop.
public struct TimerID: Hashable, Sendable {
    let number: UInt64
}

/// Pending timers, earliest first; those with the same deadline in the order they were made. Not thread-safe.
struct TimerHeap {
    private struct Entry: Comparable {
        let deadline: Duration
        let number: UInt64

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.number) < (right.deadline, right.number)
        }
    }

    private var heap = BinaryHeap<Entry>()
    /// A cancelled timer leaves here at once and the heap when its time comes.
    private var actions: [UInt64: () -> Void] = [:]
    private var nextNumber: UInt64 = 0

    /// The next deadline; nil without timers.
    var earliest: Duration? {
        mutating get {
            while let first = heap.first {
                if actions[first.number] != nil { return first.deadline }
                heap.removeFirst()
            }
            return nil
        }
    }

    mutating func insert(deadline: Duration, action: @escaping () -> Void) -> TimerID {
        nextNumber += 1
        actions[nextNumber] = action
        heap.insert(Entry(deadline: deadline, number: nextNumber))
        return TimerID(number: nextNumber)
    }

    mutating func cancel(_ timer: TimerID) { actions[timer.number] = nil }

    /// The action of the earliest timer whose deadline has come, removed.
    mutating func popDue(_ now: Duration) -> (() -> Void)? {
        guard let deadline = earliest, deadline <= now, let entry = heap.removeFirst() else { return nil }
        return actions.removeValue(forKey: entry.number)
    }
}
