/// Limits of what mailings are made of.
package enum MailingLimits {
    // MARK: Templates

    /// In characters.
    package static let templateNameMax = 255
    package static let templateSubjectBytesMax = 998
    /// HTML and text together.
    package static let templateContentBytesMax = 1 << 20
    package static let templateVariablesMax = 200
    package static let templatesPerPageMax = 100
    /// Where the personality does not say.
    package static let templateVersionsKept = 50
    /// Of one rendered text.
    package static let renderedBytesMax = 4 << 20
    /// Pieces of text and placeholders of one text.
    package static let renderStepsMax = 20_000
}
