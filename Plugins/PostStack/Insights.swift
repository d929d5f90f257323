import Base
import Model

/// Advice on an email, drawn from its content alone.
struct Insight: Equatable {
    enum Severity: String { case warning, info }

    let code: String
    let message: String
    let severity: Severity

    static func all(for submission: Submission) -> [Insight] {
        var insights: [Insight] = []
        if isBlank(submission.text), !isBlank(submission.html) { insights.append(missingText) }
        if isBlank(submission.html), !isBlank(submission.text) { insights.append(missingHTML) }
        if submission.subject.count > PostStackLimits.subjectCharactersShown { insights.append(longSubject) }
        if submission.html?.utf8.count ?? 0 > PostStackLimits.htmlBytesShown { insights.append(largeHTML) }
        return insights
    }

    private static func isBlank(_ body: String?) -> Bool { body?.isEmpty ?? true }

    private static let missingText = Insight(
        code: "missing_text_body",
        message: "There is no plain text body. Some readers show no HTML, and some filters distrust mail without text.",
        severity: .warning)
    private static let missingHTML = Insight(
        code: "missing_html_body", message: "There is no HTML body. Opens and clicks cannot be tracked.",
        severity: .info)
    private static let longSubject = Insight(
        code: "subject_too_long",
        message: "The subject is longer than \(PostStackLimits.subjectCharactersShown) characters and may be cut.",
        severity: .info)
    private static let largeHTML = Insight(
        code: "large_html",
        message: "The HTML body is larger than \(PostStackLimits.htmlBytesShown / 1024) KB. Gmail cuts such a message.",
        severity: .warning)
}
