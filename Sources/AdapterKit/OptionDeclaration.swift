/// One thing that the operator can set for a personality, by `personalities` in the configuration: what it is called,
/// what may be set, how it stands where the configuration is silent.
///
/// Made by a `PersonalityOption`, which is also how handlers read it.
public struct OptionDeclaration: Sendable {
    /// What may be set.
    public enum Kind: Hashable, Sendable {
        case boolean
        case number(ClosedRange<Int>)
        case duration(ClosedRange<Duration>)
        /// One of these.
        case word([String])
        /// An `http` or `https` URL, or null.
        case url
        /// So many names at most.
        case names(Int)
    }

    /// The key in the configuration, in camel case.
    public let name: String
    public let kind: Kind
    public let standard: OptionValue
    /// What the built-in local profile says, for development and tests on one machine; nil: `standard`.
    public let local: OptionValue?
    /// What it does, on one line; `check` prints it.
    public let help: String

    /// Whether a value is of the kind and within its bounds.
    public func allows(_ value: OptionValue) -> Bool {
        switch (kind, value) {
        case (.boolean, .boolean), (.url, .url): true
        case (.number(let range), .number(let number)): range.contains(number)
        case (.duration(let range), .duration(let duration)): range.contains(duration)
        case (.word(let words), .word(let word)): words.contains(word)
        case (.names(let countMax), .names(let names)): names.count <= countMax
        default: false
        }
    }
}
