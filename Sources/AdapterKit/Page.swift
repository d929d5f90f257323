/// Pages for people: HTML, and the fields without which none is sent.
extension Answer {
    public static let html = "text/html; charset=utf-8"

    /// A whole page. `language`: as BCP 47 writes it. `head` goes into the head, behind the title; `body` is what
    /// people see.
    public static func page(
        status: Int = 200, fields: [AnswerField] = [], title: String, language: String = "en",
        head: (inout HTMLWriter) -> Void = { _ in }, _ body: (inout HTMLWriter) -> Void
    ) -> Answer {
        var page = HTMLWriter()
        page.markup("<!DOCTYPE html>\n<html lang=\"")
        page.text(language)
        page.markup("\">\n<head>\n<meta charset=\"utf-8\">\n")
        page.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
        page.text(title)
        page.markup("</title>\n")
        head(&page)
        page.markup("</head>\n<body>\n")
        body(&page)
        page.markup("</body>\n</html>\n")
        return Answer(status: status, fields: fields, contentType: html, body: page.bytes)
    }
}

/// What every answer of a route with the face `page` carries beside the fields of all answers, unless the route says it
/// otherwise: nothing of others is loaded, nothing but what the server itself sends is run, the page stands in no frame
/// and tells nobody where a link on it was followed.
package enum PageGuard {
    package static let fields = [
        AnswerField(
            "Content-Security-Policy",
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
            form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """),
        AnswerField("Referrer-Policy", "no-referrer"),
        AnswerField("X-Frame-Options", "DENY"),
        AnswerField("Cache-Control", "no-store"),
    ]

    /// Those that an answer does not have of its own.
    package static func fields(for answer: Answer) -> [AnswerField] {
        fields.filter { guarded in !answer.fields.contains { $0.name.lowercased() == guarded.name.lowercased() } }
    }
}

/// The page of a failure, for dialects that have none of their own: a sentence by its status, and nothing of the
/// request.
enum FailurePage {
    static func answer(_ told: Answer) -> Answer {
        let (title, sentence) = words(told.status)
        return .page(status: told.status, fields: told.fields, title: title) { page in
            page.markup("<main>\n<h1>")
            page.text(title)
            page.markup("</h1>\n<p>")
            page.text(sentence)
            page.markup("</p>\n</main>\n")
        }
    }

    private static func words(_ status: Int) -> (title: String, sentence: String) {
        switch status {
        case 401, 403: ("Not allowed", "This page is not for everybody, and you have not shown that it is for you.")
        case 404: ("Not found", "There is no such page, or there is none any more.")
        case 410: ("Gone", "This page is no longer here.")
        case 429: ("Too many requests", "Please wait a little, and try again.")
        case 500...599: ("Not available", "Something is wrong on our side. Please try again later.")
        default: ("Not possible", "What was asked for cannot be done.")
        }
    }
}
