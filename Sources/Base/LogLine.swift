/// One event while it is being written: its fields stand in the order of the calls.
public struct LogLine: ~Copyable {
    private var bytes: [UInt8] = []
    private let format: LogFormat
    /// The event and the words of its fields, where they are asked for.
    private(set) var cause = ""
    private let notesCause: Bool

    init(
        _ format: LogFormat, _ level: LogLevel, _ event: StaticString, at now: Instant, notesCause: Bool = false
    ) {
        self.format = format
        self.notesCause = notesCause
        if notesCause { cause = event.description }
        bytes.reserveCapacity(Self.bytesReserved)
        let time = now.rfc3339(.milliseconds)
        switch format {
        case .json:
            bytes.append(literal: "{\"time\":")
            append(time)
            add("level", level.name)
            add("event", event)
        case .text:
            bytes.append(contentsOf: time.utf8.drop { $0 != UInt8(ascii: "T") }.dropFirst().dropLast())
            appendColumn(level.name, width: Self.levelColumns)
            bytes.append(ASCII.space)
            bytes.append(literal: event)
        }
    }

    /// Adds a field; nothing for nil.
    public mutating func add(_ key: StaticString, _ value: some Loggable) { append(key, value.logValue) }

    /// Adds a word of this program: a literal alone would count as a `String`.
    public mutating func add(_ key: StaticString, _ word: StaticString) { append(key, .literal(word)) }

    consuming func finished() -> [UInt8] { Self.ended(bytes, format, repeated: 0) }

    /// What `ended` makes a line of.
    consuming func withoutEnd() -> [UInt8] { bytes }

    /// `repeated`: how many lines this one stands for, where it is not for itself alone.
    static func ended(_ line: [UInt8], _ format: LogFormat, repeated: Int) -> [UInt8] {
        var line = line
        if repeated > 0 {
            switch format {
            case .json: line.append(literal: ",\"repeated\":")
            case .text: line.append(literal: " repeated=")
            }
            line.appendDecimal(Int64(repeated))
        }
        if case .json = format { line.append(UInt8(ascii: "}")) }
        line.append(ASCII.lineFeed)
        return line
    }

    private mutating func append(_ key: StaticString, _ value: LogValue) {
        if case .absent = value { return }
        if notesCause { note(value) }
        switch format {
        case .json:
            bytes.append(ASCII.comma)
            append(key.description)
            bytes.append(ASCII.colon)
        case .text:
            bytes.append(ASCII.space)
            bytes.append(literal: key)
            bytes.append(ASCII.equals)
        }
        append(value)
    }

    private mutating func note(_ value: LogValue) {
        switch value {
        case .literal(let word): cause += "\n\(word)"
        case .text(let text): cause += "\n\(text)"
        case .integer, .bool, .instant, .duration, .absent: break
        }
    }

    private mutating func append(_ value: LogValue) {
        switch value {
        case .integer(let value): bytes.appendDecimal(value)
        case .bool(let value): bytes.append(literal: value ? "true" : "false")
        case .literal(let text): append(text.description)
        case .text(let text): append(text)
        case .instant(let instant): append(instant.rfc3339(.milliseconds))
        case .duration(let duration): append(duration)
        case .absent: break
        }
    }

    private mutating func append(_ text: String) {
        switch format {
        case .json: bytes.append(contentsOf: JSONWriter.value(text))
        case .text: bytes.append(LogText.shown(text))
        }
    }

    /// Seconds with the digits they have, and in text with their unit: `0.25s`.
    private mutating func append(_ duration: Duration) {
        let nanoseconds = duration.nanoseconds
        if nanoseconds < 0 { bytes.append(ASCII.hyphen) }
        let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        bytes.appendDecimal(seconds)
        if fraction > 0 {
            bytes.append(ASCII.period)
            bytes.appendDecimal(fraction, width: 9)
            while bytes.last == ASCII.zero { bytes.removeLast() }
        }
        if case .text = format { bytes.append(UInt8(ascii: "s")) }
    }

    private mutating func appendColumn(_ text: StaticString, width: Int) {
        bytes.append(ASCII.space)
        bytes.append(literal: text)
        for _ in text.utf8CodeUnitCount..<width { bytes.append(ASCII.space) }
    }

    /// Enough for the usual event without growing.
    private static let bytesReserved = 256
    /// The longest name of a level.
    private static let levelColumns = 7
}
