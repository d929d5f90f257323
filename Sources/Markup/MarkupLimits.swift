/// What a template may be made of.
enum MarkupLimits {
    /// Bytes of a name; what is longer is text.
    static let nameBytes = 128
    /// Blanks before a name, and behind it.
    static let blanks = 16
}
