import Storage
import Synchronization

/// Tells on standard error how far a long command has come, a line for each tenth.
final class ProgressLines: Sendable {
    private let name: String
    private let last = Mutex("")

    init(_ name: String) { self.name = name }

    func tell(_ progress: BackupProgress) {
        let text =
            switch progress {
            case .pages(let done, let all): "database \(Self.tenths(done, all))0 % of \(all) pages"
            case .contents(let done, let all): "contents \(Self.tenths(done, all))0 % of \(all)"
            case .checking: "reading it through"
            }
        let isNew = last.withLock { last in
            defer { last = text }
            return last != text
        }
        if isNew { Program.tell("\(name): \(text)") }
    }

    private static func tenths(_ done: Int, _ all: Int) -> Int { all == 0 ? 10 : done * 10 / all }
}
