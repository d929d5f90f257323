import AdapterKit
import Base
import Model

/// The page of a payment, for whoever pays: what to send where with which reference, how long it may take, and what
/// came of it. It works without a script, refreshing itself while it waits; with one it changes in its place.
enum CheckoutPage {
    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let codec: IDCodec<Record> = call.ids.records(PublicID.slug)
        guard let id = codec.id(in: call.parameter(0)),
            let record = try await call.anyRecord(id, in: Transaction.collection)
        else { throw .notFound(.record(Transaction.collection)) }
        let view = TransactionView(Stored(record: record, value: try Transaction(record)), call.ids)
        let methods = try await PaymentMethod.all(of: record.space.account, call)
        let isTest = record.space.mode == .test
        return .page(title: "Payment of GHS \(view.transaction.expected.text)") { head in
            writeHead(view, &head)
        } _: { body in
            write(view, methods, isTest: isTest, at: call.now, &body)
        }
    }

    static func script(_ call: Call) -> Answer {
        Answer(status: Success.ok.rawValue, contentType: "text/javascript; charset=utf-8", body: CheckoutAssets.script)
    }

    static func style(_ call: Call) -> Answer {
        Answer(status: Success.ok.rawValue, contentType: "text/css; charset=utf-8", body: CheckoutAssets.style)
    }

    // MARK: The page

    private static func writeHead(_ view: TransactionView, _ head: inout HTMLWriter) {
        head.markup("<link rel=\"stylesheet\" href=\"/pay/page.css\">\n")
        head.markup("<script src=\"/pay/page.js\" defer></script>\n")
        let state = view.transaction.state
        if !state.isTerminal {
            head.markup("<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>\n")
        } else if let onward = onward(view) {
            head.markup("<noscript><meta http-equiv=\"refresh\" content=\"5;url=")
            head.text(onward)
            head.markup("\"></noscript>\n")
        }
    }

    private static func write(
        _ view: TransactionView, _ methods: [PaymentMethod], isTest: Bool, at now: Instant, _ page: inout HTMLWriter
    ) {
        let transaction = view.transaction
        let isWaiting = transaction.state == .pending && transaction.expiresAt > now
        page.markup("<main data-state=\"")
        page.text(transaction.state.isTerminal ? "ended" : "waiting")
        page.markup("\">\n<h1>Pay GHS ")
        page.text(transaction.expected.text)
        page.markup("</h1>\n")
        if isTest { page.markup("<p class=\"note\">This is a test. No money is taken.</p>\n") }
        if let details = transaction.details { paragraph(details, &page) }
        page.markup("<p class=\"state\" role=\"status\" aria-live=\"polite\">")
        page.text(sentence(transaction, isWaiting: isWaiting))
        page.markup("</p>\n")
        if isWaiting { writeInstructions(view, methods, at: now, &page) }
        if transaction.state.isTerminal, let onward = onward(view) {
            page.markup("<p><a id=\"onward\" href=\"")
            page.text(onward)
            page.markup("\">Continue</a></p>\n")
        }
        page.markup("</main>\n")
    }

    private static func writeInstructions(
        _ view: TransactionView, _ methods: [PaymentMethod], at now: Instant, _ page: inout HTMLWriter
    ) {
        page.markup("<p>Write this code as the reference of your payment:</p>\n<p class=\"code\"><code id=\"code\">")
        page.text(view.code)
        page.markup("</code> <button id=\"copy\" type=\"button\" hidden>Copy</button></p>\n")
        page.markup("<h2>Where to send the money</h2>\n<ul>\n")
        for method in methods {
            page.markup("<li><strong>")
            page.text(method.provider.title)
            page.markup("</strong>: <span class=\"number\">")
            page.text(method.number)
            page.markup("</span>")
            if let name = method.accountName { page.text(" (\(name))") }
            page.markup("</li>\n")
        }
        if methods.isEmpty { page.markup("<li>To the mobile money number that the shop has given you.</li>\n") }
        page.markup("</ul>\n<p>Time left: ")
        let minutes = (view.transaction.expiresAt - now).secondsRoundedUp / 60
        page.text(minutes >= 60 ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes) min")
        page.markup("</p>\n")
    }

    private static func paragraph(_ text: String, _ page: inout HTMLWriter) {
        page.markup("<p>")
        page.text(text)
        page.markup("</p>\n")
    }

    private static func sentence(_ transaction: Transaction, isWaiting: Bool) -> String {
        let came = transaction.payment.map { "GHS \($0.amount.text)" } ?? "The money"
        switch transaction.state {
        case .created, .pending: return isWaiting ? "Waiting for your payment." : "The time to pay is over."
        case .processing, .manualReview: return "\(came) has arrived and is being checked."
        case .success: return "Paid. Thank you."
        case .partial: return "\(came) has arrived, which is less than was asked for."
        case .overpaid: return "\(came) has arrived, which is more than was asked for."
        case .expired: return "The time to pay is over. Please do not send money for this payment any more."
        case .cancelled: return "This payment was cancelled. Please do not send money for it any more."
        case .failed: return "This payment has failed."
        case .refunded: return "The money of this payment was given back."
        }
    }

    // MARK: Afterwards

    /// Where the payer goes in the end, with what the merchant's page may want to know; nil where nobody said.
    private static func onward(_ view: TransactionView) -> String? {
        guard let redirect = view.transaction.redirectURL else { return nil }
        let parts = redirect.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var query = "reference=\(view.reference)&status=\(view.transaction.state.rawValue)"
        if let own = view.transaction.clientReference { query += "&client_reference=\(escaped(own))" }
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
        case .mtn: "MTN Mobile Money"
        case .telecel: "Telecel Cash"
        case .at: "AT Money"
        case .ghanaPay: "GhanaPay"
        }
    }
}
