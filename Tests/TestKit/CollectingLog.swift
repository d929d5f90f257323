package import Base
import Synchronization

/// Keeps log lines for a test to look at.
package final class CollectingLog: LogSink {
    private let collected = Mutex<[String]>([])

    package init() {}

    package func write(_ line: [UInt8]) {
        let text = String(decoding: line, as: UTF8.self)
        collected.withLock { $0.append(text) }
    }

    package var lines: [String] { collected.withLock { $0 } }

    /// Whether an event of this name was logged.
    package func contains(event: String) -> Bool { lines.contains { $0.contains("\"event\":\"\(event)\"") } }

    /// A log of all levels that ends here.
    package func log(time: any TimeSource = HandTime()) -> Log {
        Log(level: .debug, format: .json, sink: self, time: time)
    }
}
