import Database
import Posix

/// A loop's own reader. All that one turn of the loop reads comes from one snapshot, unless a commit came between: to
/// begin and to end a snapshot locks and unlocks the file, which costs more than to look a message up.
///
/// The loop's thread alone.
final class TurnReader {
    private let reader: Reader
    /// How many commits there had been before the open snapshot was begun; nil without one.
    private var snapshot: UInt64?

    init(_ reader: Reader) { self.reader = reader }

    /// Runs `body` in a snapshot that shows at least `commits` commits of this process.
    func read<Value>(
        after commits: UInt64, on loop: EventLoop, _ body: (Reader) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        if snapshot != commits { try renew(commits, loop) }
        do throws(DatabaseError) {
            return try body(reader)
        } catch {
            end()
            throw error
        }
    }

    private func renew(_ commits: UInt64, _ loop: EventLoop) throws(DatabaseError) {
        if snapshot == nil { loop.atTurnEnd { [unowned self] in self.end() } }
        end()
        try reader.beginSnapshot()
        snapshot = commits
    }

    /// A snapshot that lasted would keep the write-ahead log from being copied and used anew.
    private func end() {
        guard snapshot != nil else { return }
        snapshot = nil
        // A read that ends has nothing that could fail; if SQLite says otherwise, the next beginning fails, and says so
        // to its caller.
        try? reader.endSnapshot()
    }
}
