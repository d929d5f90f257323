/// Where finished lines go: standard error in production, an array in tests. Any thread; a line is one call, so that
/// lines of several threads do not mix.
public protocol LogSink: Sendable {
    /// `line` ends with a line feed.
    func write(_ line: [UInt8])
}

public enum LogFormat: Sendable {
    /// One JSON object a line, for machines.
    case json
    /// Time of day, level, event and `key=value`, for a terminal.
    case text
}

/// The program's log: events with fields, no prose.
///
///     log.info("listening") { event in
///         event.add("service", "http")
///         event.add("port", port)
///     }
///
/// The closure runs at once, and only if the level is on: a silent event costs one comparison. Any thread.
public struct Log: Sendable {
    /// Events below this are not written.
    public let level: LogLevel
    /// Written whatever the level is.
    public let topics: LogTopics
    private let format: LogFormat
    private let sink: any LogSink
    private let time: any TimeSource
    private let repeats: LogRepeats?

    /// `repeats`: who counts warnings and errors of one cause; nil: each is written.
    public init(
        level: LogLevel, topics: LogTopics = [], format: LogFormat, sink: any LogSink, time: any TimeSource,
        repeats: LogRepeats? = nil
    ) {
        self.repeats = repeats
        self.level = level
        self.topics = topics
        self.format = format
        self.sink = sink
        self.time = time
    }

    @inlinable public func debug(_ event: StaticString, _ fields: (inout LogLine) -> Void = { _ in }) {
        if level <= .debug { write(.debug, event, fields) }
    }

    @inlinable public func info(_ event: StaticString, _ fields: (inout LogLine) -> Void = { _ in }) {
        if level <= .info { write(.info, event, fields) }
    }

    @inlinable public func warning(_ event: StaticString, _ fields: (inout LogLine) -> Void = { _ in }) {
        if level <= .warning { write(.warning, event, fields) }
    }

    @inlinable public func error(_ event: StaticString, _ fields: (inout LogLine) -> Void = { _ in }) {
        if level <= .error { write(.error, event, fields) }
    }

    /// Whether events of this topic are written.
    @inlinable public func isOn(_ topic: LogTopics) -> Bool { level <= .debug || topics.contains(topic) }

    /// An event of a topic: at level info where that is switched on, else at debug.
    @inlinable public func write(_ topic: LogTopics, _ event: StaticString, _ fields: (inout LogLine) -> Void) {
        if isOn(topic) { write(topics.contains(topic) ? .info : .debug, event, fields) }
    }

    @usableFromInline
    func write(_ level: LogLevel, _ event: StaticString, _ fields: (inout LogLine) -> Void) {
        guard let repeats, level >= .warning else {
            var line = LogLine(format, level, event, at: time.now)
            fields(&line)
            return sink.write(line.finished())
        }
        var line = LogLine(format, level, event, at: time.now, notesCause: true)
        fields(&line)
        let cause = line.cause
        guard let (bytes, repeated) = repeats.take(cause, line.withoutEnd(), at: time.uptime) else { return }
        sink.write(LogLine.ended(bytes, format, repeated: repeated))
    }

    /// Writes what was counted and not told for a while; `all`: what was counted at all. Called every so often, and at
    /// the end.
    public func tellRepeats(all: Bool = false) {
        for (line, repeated) in repeats?.due(at: time.uptime, all: all) ?? [] {
            sink.write(LogLine.ended(line, format, repeated: repeated))
        }
    }
}
