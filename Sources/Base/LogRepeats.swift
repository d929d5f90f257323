import Synchronization

/// Warnings and errors of one cause: the first is written, and those that follow it are counted, so that a dead server
/// or a full disk does not fill another disk.
///
/// A cause is an event with its words; numbers in its fields do not make it another one. A line that is written with
/// `repeated` stands for so many since the last one, itself among them: of a cause the lines without it and these
/// numbers add up to what happened. Any thread.
public final class LogRepeats: Sendable {
    private struct Cause {
        /// When its last line was written.
        var written: Duration
        var count = 0
        /// The last that was counted, without its end.
        var last: [UInt8] = []
    }

    /// For so long a cause is only counted after a line of it.
    static let span: Duration = .seconds(10)
    /// Causes that are known at one time; a line of one more is written as if there were no counting.
    static let causesMax = 256

    private let causes = Mutex<[String: Cause]>([:])

    public init() {}

    /// What to write now: nil where the line is only counted, else with how many it stands for, 0 for itself alone.
    func take(_ cause: String, _ line: [UInt8], at now: Duration) -> (line: [UInt8], repeated: Int)? {
        causes.withLock { causes in
            guard var known = causes[cause] else {
                if causes.count < Self.causesMax { causes[cause] = Cause(written: now) }
                return (line, 0)
            }
            guard now - known.written >= Self.span else {
                known.count += 1
                known.last = line
                causes[cause] = known
                return nil
            }
            causes[cause] = Cause(written: now)
            return (line, known.count == 0 ? 0 : known.count + 1)
        }
    }

    /// The last lines of causes that were counted for the whole of their time; `all`: whatever was counted, at the end.
    /// A cause of which nothing more came is forgotten.
    func due(at now: Duration, all: Bool) -> [(line: [UInt8], repeated: Int)] {
        causes.withLock { causes in
            var due: [(line: [UInt8], repeated: Int)] = []
            for (cause, known) in causes where all || now - known.written >= Self.span {
                guard known.count > 0 else {
                    causes[cause] = nil
                    continue
                }
                due.append((known.last, known.count))
                causes[cause] = Cause(written: now)
            }
            return due
        }
    }
}
