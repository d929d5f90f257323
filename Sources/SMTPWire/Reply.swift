public import Base

/// One complete reply of a server (RFC 5321 §4.2).
public struct Reply: Hashable, Sendable {
    public let code: ReplyCode
    /// The enhanced status at the head of the text, where there is one that fits the code (RFC 2034 §4).
    public let status: EnhancedStatus?
    /// The text of each line, at least one, without code, enhanced status and line end. It repeats addresses as a
    /// rule and is what a stranger wrote: show it to the sender, never log it. Control characters are already
    /// replaced by `?`, and octets that are no UTF-8 by U+FFFD.
    public let lines: [String]

    public init(code: ReplyCode, status: EnhancedStatus? = nil, lines: [String] = [""]) {
        self.code = code
        self.status = status
        self.lines = lines
    }

    public var isPositiveCompletion: Bool { code.severity == .positiveCompletion }
    public var isPositiveIntermediate: Bool { code.severity == .positiveIntermediate }
    public var isTransient: Bool { code.severity == .transientNegative }
    public var isPermanent: Bool { code.severity == .permanentNegative }

    /// All lines in one, as a type that the log refuses.
    public var text: UserData { UserData(lines.joined(separator: " ")) }
}

extension Reply: CustomStringConvertible, CustomDebugStringConvertible {
    /// The numbers alone, which are safe to log.
    public var description: String { status.map { "\(code) \($0)" } ?? "\(code)" }
    public var debugDescription: String { description }
}
