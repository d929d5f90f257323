import Base
import DNSWire

/// What servers have said, for as long as they said. The resolver's thread only; time is `TimeSource.uptime`.
struct AnswerCache {
    private struct Entry {
        let answer: DNSAnswer
        let end: Duration
    }

    private struct End: Comparable {
        let at: Duration
        let question: DNSQuestion

        static func < (left: End, right: End) -> Bool { left.at < right.at }
        static func == (left: End, right: End) -> Bool { left.at == right.at }
    }

    private var entries: [DNSQuestion: Entry] = [:]
    /// The soonest to end first. An entry that was replaced has two: the earlier one then names a later end.
    private var ends = BinaryHeap<End>()
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { entries.count }

    func answer(to question: DNSQuestion, now: Duration) -> DNSAnswer? {
        guard let entry = entries[question], entry.end > now else { return nil }
        return entry.answer
    }

    mutating func keep(_ answer: DNSAnswer, to question: DNSQuestion, now: Duration) {
        while let first = ends.first, first.at <= now || ends.count >= capacity { drop(first) }
        guard let seconds = answer.secondsToKeep, seconds > 0 else { return }
        let end = now + .seconds(Int64(seconds))
        entries[question] = Entry(answer: answer, end: end)
        ends.insert(End(at: end, question: question))
    }

    private mutating func drop(_ end: End) {
        ends.removeFirst()
        if entries[end.question]?.end == end.at { entries[end.question] = nil }
    }
}

extension DNSAnswer {
    /// nil where it may not be kept.
    fileprivate var secondsToKeep: UInt32? {
        switch self {
        case .records(_, let seconds), .alias(_, let seconds): min(seconds, ResolverLimits.ttlSecondsMax)
        case .noData(let seconds), .nameNotFound(let seconds):
            seconds.map { min($0, ResolverLimits.negativeSecondsMax) }
        case .useless: nil
        }
    }
}
