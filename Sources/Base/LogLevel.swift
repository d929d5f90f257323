/// How much an event matters to the operator.
public enum LogLevel: Int, CaseIterable, Comparable, Sendable {
    /// What one needs to follow a single message; off in production.
    case debug
    /// The program's own life: listening, reloaded, draining.
    case info
    /// Somebody should look, nothing is lost.
    case warning
    /// Work failed that should not have.
    case error

    public var name: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = level
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
