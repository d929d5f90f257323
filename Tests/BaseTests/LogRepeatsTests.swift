import Base
import Synchronization
import Testing

@Suite("Log lines of one cause")
struct LogRepeatsTests {
    private final class Lines: LogSink {
        let all = Mutex<[String]>([])
        func write(_ line: [UInt8]) { all.withLock { $0.append(String(decoding: line.dropLast(), as: UTF8.self)) } }
        func take() -> [String] {
            all.withLock { all in
                defer { all = [] }
                return all
            }
        }
    }

    private final class Clock: TimeSource {
        let elapsed = Mutex(Duration.zero)
        var now: Instant { Instant(seconds: 1_780_000_000) }
        var uptime: Duration { elapsed.withLock { $0 } }
        func pass(_ duration: Duration) { elapsed.withLock { $0 += duration } }
    }

    private let lines = Lines()
    private let clock = Clock()

    private func log() -> Log {
        Log(level: .info, format: .text, sink: lines, time: clock, repeats: LogRepeats())
    }

    @Test("The first is written, the rest of ten seconds is counted, and the next tells how many it stands for")
    func counted() {
        let log = log()
        for number in 0..<1000 { log.error("commit-failed") { $0.add("units", number) } }
        #expect(lines.take().count == 1)
        clock.pass(.seconds(10))
        log.error("commit-failed") { $0.add("units", 7) }
        let told = lines.take()
        #expect(told.count == 1 && told[0].hasSuffix("units=7 repeated=1000"))
    }

    @Test("What was counted last is told though nothing more comes")
    func told() {
        let log = log()
        for number in 1...3 { log.warning("connection-failed") { $0.add("attempt", number) } }
        _ = lines.take()
        log.tellRepeats()
        #expect(lines.take().isEmpty)
        clock.pass(.seconds(10))
        log.tellRepeats()
        let told = lines.take()
        #expect(told.count == 1 && told[0].hasSuffix("attempt=3 repeated=2"))
        clock.pass(.seconds(10))
        log.tellRepeats()
        #expect(lines.take().isEmpty)
    }

    @Test("At the end all that was counted is told at once")
    func end() {
        let log = log()
        for _ in 1...5 { log.error("commit-failed") }
        log.tellRepeats(all: true)
        let told = lines.take()
        #expect(told.count == 2 && told[1].hasSuffix("repeated=4"))
    }

    @Test("Another word is another cause, another number is not; what is no warning is always written")
    func causes() {
        let log = log()
        for host in ["a", "b"] { log.warning("connection-failed") { $0.add("host", OperatorText(host)) } }
        #expect(lines.take().count == 2)
        for port in 1...3 { log.info("listening") { $0.add("port", port) } }
        #expect(lines.take().count == 3)
    }
}
