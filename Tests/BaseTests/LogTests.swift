import Base
import Synchronization
import Testing

@Suite("Log")
struct LogTests {
    /// Keeps the lines.
    final class Lines: LogSink {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func write(_ line: [UInt8]) { lines.withLock { $0.append(line.text) } }
    }

    struct StoppedClock: TimeSource {
        let now: Instant
        let uptime = Duration.zero
    }

    /// 2026-07-01T08:30:00.120Z
    static let now = Instant(nanoseconds: 1_782_894_600_120_000_000)

    private func line(_ format: LogFormat, _ fields: (inout LogLine) -> Void) -> String? {
        let lines = Lines()
        Log(level: .debug, format: format, sink: lines, time: StoppedClock(now: Self.now)).info("listening", fields)
        return lines.all.first
    }

    @Test("A JSON line holds time, level, event and the fields in their order")
    func json() {
        let written = line(.json) { event in
            event.add("service", "http")
            event.add("address", IPAddress("127.0.0.1"))
            event.add("port", UInt16(8080))
            event.add("tls", false)
        }
        #expect(
            written == #"{"time":"2026-07-01T08:30:00.120Z","level":"info","event":"listening","service":"http","#
                + #""address":"127.0.0.1","port":8080,"tls":false}"# + "\n")
    }

    @Test("A text line is for reading")
    func text() {
        let written = line(.text) { event in
            event.add("service", "http")
            event.add("path", OperatorText("/etc/poly relay"))
            event.add("took", Duration.milliseconds(250))
            event.add("at", Self.now)
        }
        #expect(
            written == "08:30:00.120 info    listening service=http path=\"/etc/poly relay\" took=0.25s "
                + "at=2026-07-01T08:30:00.120Z\n")
    }

    @Test("Every JSON line is JSON, whatever the operator's text holds")
    func parses() throws {
        let hostile = "a\"b\\c\nd\u{0}\u{1B}[2J"
        let written = try #require(line(.json) { $0.add("file", OperatorText(hostile)) })
        #expect(try JSONDocument(written).root["file"]?.string == hostile)
    }

    @Test("No text can end its line or move the cursor")
    func injection() {
        let written = line(.text) { $0.add("file", OperatorText("x\n08:30:00 error \u{1B}[2J\u{9B}\u{202E}\r\"")) }
        #expect(written?.hasSuffix(#"file="x\n08:30:00 error \u{1b}[2J\u{9b}\u{202e}\u{d}\"""# + "\n") == true)
    }

    @Test("Durations are seconds")
    func durations() {
        let written = line(.json) { event in
            event.add("a", Duration.seconds(3))
            event.add("b", Duration.nanoseconds(1_500_000))
            event.add("c", Duration.milliseconds(-1500))
        }
        #expect(written?.contains(#""a":3,"b":0.0015,"c":-1.5}"#) == true)
    }

    @Test("A field without a value is left out")
    func absent() {
        let none: Int? = nil
        #expect(line(.text) { $0.add("n", none) }?.hasSuffix("listening\n") == true)
    }

    @Test("Events below the level are not even made", arguments: LogLevel.allCases)
    func levels(_ level: LogLevel) {
        let lines = Lines()
        let log = Log(level: level, format: .text, sink: lines, time: StoppedClock(now: Self.now))
        var made = 0
        log.debug("a") { _ in made += 1 }
        log.info("b") { _ in made += 1 }
        log.warning("c") { _ in made += 1 }
        log.error("d") { _ in made += 1 }
        #expect(lines.all.count == LogLevel.allCases.count - level.rawValue)
        #expect(made == lines.all.count)
    }

    @Test("A topic's events are written where it is on, whatever the level, and at debug", arguments: LogLevel.allCases)
    func topics(_ level: LogLevel) {
        for topics in [[], LogTopics.requests] {
            let lines = Lines()
            let log = Log(
                level: level, topics: topics, format: .text, sink: lines, time: StoppedClock(now: Self.now))
            var made = 0
            log.write(.requests, "request") { _ in made += 1 }
            log.write(.deliveries, "delivery") { _ in made += 1 }
            let expected = level == .debug ? 2 : topics == .requests ? 1 : 0
            #expect(made == expected && lines.all.count == expected)
            #expect(lines.all.allSatisfy { $0.contains(topics == .requests ? "info" : "debug") || level == .debug })
        }
    }

    @Test("Neither user data nor a plain string can be logged")
    func refusedTypes() {
        #expect(!(UserData("secret") as Any is any Loggable))
        #expect(!("secret" as Any is any Loggable))
        #expect("\(UserData("secret"))" == "(user data)")
    }
}
