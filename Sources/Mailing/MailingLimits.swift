/// Limits of what mailings are made of.
public enum MailingLimits {
    // MARK: Templates

    /// In characters.
    public static let templateNameMax = 255
    public static let templateSubjectBytesMax = 998
    /// HTML and text together.
    public static let templateContentBytesMax = 1 << 20
    public static let templateVariablesMax = 200
    public static let templatesPerPageMax = 100
    /// Where the personality does not say.
    public static let templateVersionsKept = 50
    /// Of one rendered text.
    public static let renderedBytesMax = 4 << 20
    /// Pieces of text and placeholders of one text.
    public static let renderStepsMax = 20_000
}
