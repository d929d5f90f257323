/// Text that a caller sent: addresses, subjects, keys, paths, values. It may be echoed to that caller, and it must
/// never reach a log: the log takes `Loggable` values only, and this type is not one.
public struct UserData: Hashable, Sendable {
    /// The text itself. Naming it is the decision to show it to the caller who sent it.
    public let text: String

    public init(_ text: String) { self.text = text }
}

extension UserData: CustomStringConvertible {
    /// Says that something stands here, and not what: interpolation into a message leaks nothing.
    public var description: String { "(user data)" }
}
