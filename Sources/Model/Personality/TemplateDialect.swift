/// How a personality's templates are written, and what rendering one does.
public struct TemplateDialect: Sendable, Equatable {
    public enum Syntax: Sendable, Equatable {
        /// `{{name}}`, and nothing else.
        case braces
    }

    /// What becomes of a name without a value. A variable that the template requires is refused before that.
    public enum Missing: Sendable, Equatable {
        case empty
        /// The placeholder stays as it was written.
        case literal
        case refused
    }

    public enum Escape: Sendable, Equatable {
        /// Values are put in as they are.
        case none
        /// In HTML, values are text.
        case html
    }

    public var syntax: Syntax
    public var missing: Missing
    public var escape: Escape
    /// A required variable with an empty value counts as missing.
    public var emptyIsMissing: Bool
    /// Versions that are kept of a template, the latest ones.
    public var versionsMax: Int

    public init(syntax: Syntax, missing: Missing, escape: Escape, emptyIsMissing: Bool, versionsMax: Int) {
        self.syntax = syntax
        self.missing = missing
        self.escape = escape
        self.emptyIsMissing = emptyIsMissing
        self.versionsMax = versionsMax
    }
}
