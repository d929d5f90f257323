import Base
import Posix
import Synchronization

/// Log lines go to standard error, which nothing ever waits for: where nobody reads it, lines are dropped, and how many
/// is the first thing that is said when there is room again.
final class StandardErrorSink: LogSink {
    private let stream = PatientStream(.error)
    private let format: LogFormat
    private let time: any TimeSource
    private let dropped = Atomic(0)
    /// The last line that was begun has no end.
    private let isCut = Atomic(false)

    init(_ format: LogFormat, time: any TimeSource) {
        self.format = format
        self.time = time
    }

    func write(_ line: [UInt8]) {
        let lost = dropped.load(ordering: .relaxed) > 0 ? dropped.exchange(0, ordering: .relaxed) : 0
        if lost > 0, !put(note(lost)) {
            dropped.add(lost + 1, ordering: .relaxed)
        } else if !put(line) {
            dropped.add(1, ordering: .relaxed)
        }
    }

    private func note(_ lost: Int) -> [UInt8] {
        let kept = KeptLine()
        Log(level: .warning, format: format, sink: kept, time: time).warning("log-lines-dropped") { line in
            line.add("count", lost)
        }
        return kept.bytes
    }

    /// False where nothing of it was written. One that was written in part is ended before the next.
    private func put(_ line: [UInt8]) -> Bool {
        var line = line
        let wasCut = isCut.exchange(false, ordering: .relaxed)
        if wasCut { line.insert(ASCII.lineFeed, at: 0) }
        var offset = 0
        while offset < line.count {
            let taken = stream.write(line, from: offset)
            if taken == 0 { break }
            offset += taken
        }
        if offset < line.count, offset > 0 || wasCut { isCut.store(true, ordering: .relaxed) }
        return offset > 0
    }
}

/// Keeps the one line that it is given.
private final class KeptLine: LogSink {
    private let line = Mutex<[UInt8]>([])

    var bytes: [UInt8] { line.withLock { $0 } }

    func write(_ line: [UInt8]) { self.line.withLock { $0 = line } }
}
