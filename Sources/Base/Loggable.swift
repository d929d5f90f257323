/// What may stand in a log line. `String` does not conform and neither does `UserData`: a caller's text can reach the
/// log only through a conformance that somebody wrote and somebody reviewed.
public protocol Loggable {
    var logValue: LogValue { get }
}

/// The kinds of value a log line holds.
public enum LogValue: Sendable {
    case integer(Int64)
    case bool(Bool)
    case literal(StaticString)
    /// Names made by this program or by its operator.
    case text(String)
    /// Written in seconds.
    case duration(Duration)
    case instant(Instant)
    /// The field is left out.
    case absent
}

/// Text from the operator's configuration or from the system: a path, a host name, an error of the C library. Never
/// anything that came over the wire.
public struct OperatorText: Loggable, Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public var logValue: LogValue { .text(text) }
}

extension Int: Loggable {
    public var logValue: LogValue { .integer(Int64(self)) }
}

extension Int32: Loggable {
    public var logValue: LogValue { .integer(Int64(self)) }
}

extension Int64: Loggable {
    public var logValue: LogValue { .integer(self) }
}

extension UInt16: Loggable {
    public var logValue: LogValue { .integer(Int64(self)) }
}

extension UInt32: Loggable {
    public var logValue: LogValue { .integer(Int64(self)) }
}

extension UInt64: Loggable {
    /// Values beyond 63 bits are shown as the largest there is.
    public var logValue: LogValue { .integer(Int64(clamping: self)) }
}

extension Bool: Loggable {
    public var logValue: LogValue { .bool(self) }
}

extension StaticString: Loggable {
    public var logValue: LogValue { .literal(self) }
}

extension Duration: Loggable {
    public var logValue: LogValue { .duration(self) }
}

extension Instant: Loggable {
    public var logValue: LogValue { .instant(self) }
}

extension Optional: Loggable where Wrapped: Loggable {
    public var logValue: LogValue { self?.logValue ?? .absent }
}
