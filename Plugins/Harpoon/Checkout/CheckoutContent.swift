import AdapterKit
import Base

/// What a payment's page says at one moment.
struct CheckoutContent {
    let view: TransactionView
    let methods: [PaymentMethod]
    let isTest: Bool
    let now: Instant

    private var transaction: Transaction { view.transaction }
    private var isWaiting: Bool { transaction.state == .pending && transaction.expiresAt > now }

    var title: String { isWaiting ? "Pay GHS \(transaction.expected.text)" : verdict.title }

    // MARK: Head

    func writeHead(_ head: inout HTMLWriter) {
        head.markup("<meta name=\"robots\" content=\"noindex\">\n")
        head.markup("<link rel=\"stylesheet\" href=\"/pay/page.css\">\n")
        head.markup("<script src=\"/pay/page.js\" defer></script>\n")
        if !transaction.state.isTerminal {
            head.markup("<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>\n")
        } else if let onward {
            head.markup("<noscript><meta http-equiv=\"refresh\" content=\"5;url=")
            head.text(onward)
            head.markup("\"></noscript>\n")
        }
    }

    // MARK: Body

    func write(_ page: inout HTMLWriter) {
        page.markup("<p class=\"hush\" role=\"status\" id=\"news\"></p>\n<main data-state=\"")
        page.text(isWaiting ? "WAITING" : transaction.state.rawValue)
        page.markup("\"")
        if transaction.state.isTerminal { page.markup(" data-ended=\"yes\"") }
        page.markup(">\n<div>\n")
        if isTest { page.markup("<p class=\"note\">This is a test. No money is taken.</p>\n") }
        if let details = transaction.details { element("<p class=\"quiet\">", details, "</p>\n", &page) }
        if isWaiting { writeInstructions(&page) } else { writeOutcome(&page) }
        if transaction.state.isTerminal, let onward {
            element("<a id=\"onward\" class=\"button main-action\" href=\"", onward, "\">Continue</a>\n", &page)
        }
        page.markup("</div>\n</main>\n")
    }

    private func element(
        _ start: StaticString, _ text: String, _ end: StaticString, _ page: inout HTMLWriter
    ) {
        page.markup(start)
        page.text(text)
        page.markup(end)
    }

    // MARK: While it waits

    private func writeInstructions(_ page: inout HTMLWriter) {
        element(
            "<h1 class=\"amount\"><small>Pay GHS</small> ", transaction.expected.text, "</h1>\n", &page)
        element(
            """
            <div class="code-box"><div><small id="code-label">with this reference</small>\
            <code id="code" aria-describedby="code-label">
            """,
            view.code, "</code></div><button id=\"copy\" class=\"button\" type=\"button\" hidden>Copy</button></div>\n",
            &page)
        page.markup("<div class=\"networks\">\n")
        for (place, method) in methods.enumerated() { write(method, isFirst: place == 0, &page) }
        if methods.isEmpty {
            page.markup("<details open><summary>Mobile money</summary><ol>\n")
            page.markup("<li><span>Send it to the mobile money number that the shop has given you.</span></li>\n")
            writeLastStep(&page)
        }
        page.markup("</div>\n<p class=\"state\" id=\"state\">")
        page.markup("<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><circle cx=\"8\" cy=\"8\" r=\"6\"/>")
        page.markup("<path d=\"M8 5v3l2 1.5\"/></svg><span>Waiting for your payment. ")
        element(
            "<span class=\"nowrap\"><b id=\"left\" data-ends=\"", String(transaction.expiresAt.seconds), "\">", &page)
        element("", timeLeft, "</b> left.</span></span></p>\n", &page)
        page.markup("<p class=\"quiet small\">Pay with your own wallet only. Nobody from the shop will ask ")
        page.markup("for your PIN.</p>\n")
    }

    private func write(_ method: PaymentMethod, isFirst: Bool, _ page: inout HTMLWriter) {
        page.markup(isFirst ? "<details name=\"network\" open><summary>" : "<details name=\"network\"><summary>")
        element("", method.provider.title, "</summary>\n<ol>\n<li><span>", &page)
        page.markup(method.provider.dialing)
        element(
            "</span></li>\n<li><span>Send <b>GHS ", transaction.expected.text, "</b> to <b class=\"nowrap\">", &page)
        page.text(method.number)
        page.markup("</b>")
        if let name = method.accountName { element(", name <b>", name, "</b>", &page) }
        page.markup(".</span></li>\n")
        writeLastStep(&page)
    }

    private func writeLastStep(_ page: inout HTMLWriter) {
        element("<li><span>As reference, enter <b>", view.code, "</b>.</span></li>\n</ol></details>\n", &page)
    }

    /// For who has no script, as it is when the page is made.
    private var timeLeft: String {
        let minutes = (transaction.expiresAt - now).secondsRoundedUp / 60
        return minutes >= 60 ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes) min"
    }

    // MARK: Afterwards

    private func writeOutcome(_ page: inout HTMLWriter) {
        let verdict = verdict
        page.markup(verdict.tone.opening)
        element("<h1>", verdict.title, "</h1></div>\n", &page)
        if let payment = transaction.payment {
            element("<p class=\"amount\"><small>Received GHS</small> ", payment.amount.text, "</p>\n", &page)
        } else {
            element("<p class=\"amount\"><small>GHS</small> ", transaction.expected.text, "</p>\n", &page)
        }
        if let more = verdict.more { element("<p>", more, "</p>\n", &page) }
        if let payment = transaction.payment { writeFacts(payment, &page) }
    }

    private func writeFacts(_ payment: Transaction.Payment, _ page: inout HTMLWriter) {
        element("<dl class=\"facts\"><dt>Network</dt><dd>", payment.provider.title, "</dd>", &page)
        if let id = payment.telcoID { element("<dt>Number</dt><dd>", id, "</dd>", &page) }
        element("<dt>At</dt><dd>", Self.day(payment.at), "</dd></dl>\n", &page)
    }

    /// `1 December 2026, 01:22`: Ghana's time, which is UTC all year.
    private static func day(_ instant: Instant) -> String {
        let text = instant.rfc3339(.none)
        let parts = text.split { "-T:".contains($0) }
        guard parts.count >= 5, let month = Int(parts[1]), months.indices.contains(month - 1), let day = Int(parts[2])
        else { return text }
        return "\(day) \(months[month - 1]) \(parts[0]), \(parts[3]):\(parts[4])"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private enum Tone {
        case good, careful, plain

        /// With a sign whose form says the same as its colour.
        var opening: StaticString {
            switch self {
            case .good:
                """
                <div class="state ok" id="state"><svg viewBox="0 0 16 16" aria-hidden="true">\
                <circle cx="8" cy="8" r="6"/><path d="M5 8l2 2 4-4"/></svg>
                """
            case .careful:
                """
                <div class="state warn" id="state"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2l6 11H2z"/>\
                <path d="M8 6v3M8 11v.5"/></svg>
                """
            case .plain:
                """
                <div class="state" id="state"><svg viewBox="0 0 16 16" aria-hidden="true">\
                <circle cx="8" cy="8" r="6"/><path d="M5 8h6"/></svg>
                """
            }
        }
    }

    private var verdict: (tone: Tone, title: String, more: String?) {
        let asked = "You were asked for GHS \(transaction.expected.text). "
        switch transaction.state {
        case .created, .pending:
            return (.plain, "The time to pay is over", "Please do not pay with the code \(view.code) any more.")
        case .processing, .manualReview:
            return (.plain, "Your payment has arrived and is being checked", "There is nothing more for you to do.")
        case .success: return (.good, "Paid. Thank you.", nil)
        case .partial:
            return (
                .careful, "Less has arrived than was asked for",
                asked + "The shop knows what you sent and will tell you how to pay the rest. Please do not use the "
                    + "code \(view.code) again: it is closed."
            )
        case .overpaid:
            return (.careful, "More has arrived than was asked for", asked + "The shop knows what you sent.")
        case .expired:
            return (
                .plain, "The time to pay is over",
                "The code \(view.code) is closed: please do not pay with it. If you have paid, keep the text of your "
                    + "network and write to the shop."
            )
        case .cancelled: return (.plain, "This payment was cancelled", "Please do not send money for it any more.")
        case .failed: return (.careful, "This payment has failed", "Please write to the shop.")
        case .refunded: return (.plain, "The money of this payment was given back", nil)
        }
    }

    /// Where the payer goes in the end, with what the merchant's page may want to know; nil where nobody said.
    private var onward: String? {
        guard let redirect = transaction.redirectURL else { return nil }
        let parts = redirect.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var query = "reference=\(view.reference)&status=\(transaction.state.rawValue)"
        if let own = transaction.clientReference { query += "&client_reference=\(Self.escaped(own))" }
        let separator = parts[0].contains("?") ? "&" : "?"
        return "\(parts[0])\(separator)\(query)" + (parts.count == 2 ? "#\(parts[1])" : "")
    }

    /// As a part of a query: all but what is unreserved (RFC 3986 §2.3) is written as bytes.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-._~".utf8.contains(byte)
                ? String(Unicode.Scalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }.joined()
    }
}

extension Provider {
    /// As customers know it.
    fileprivate var title: String {
        switch self {
        case .mtn: "MTN MoMo"
        case .telecel: "Telecel Cash"
        case .at: "AT Money"
        case .ghanaPay: "GhanaPay"
        }
    }

    /// How one begins to send money.
    fileprivate var dialing: StaticString {
        switch self {
        case .mtn: "Dial <b>*170#</b>, choose <b>Transfer money</b>, then <b>MoMo user</b>."
        case .telecel: "Dial <b>*110#</b>, choose <b>Send money</b>."
        case .at: "Dial <b>*110#</b>, choose <b>Send money</b>, then <b>AT Money</b>."
        case .ghanaPay: "Open the GhanaPay app, or dial <b>*707#</b>, and choose <b>Send money</b>."
        }
    }
}
