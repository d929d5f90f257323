import Base

/// MTN's receipts: forms M1 to M5. The payer's number is in none of the first four but by the payer's own word, and no
/// date is.
enum MTNText {
    static let senders = ["MobileMoney"]

    /// nil where it is no receipt.
    static func read(_ text: String) -> IncomingPayment? {
        var reader = SMSText.joined(text)
        if reader.take("Payment received for ") { return received(&reader) }
        if reader.take("Cash In received for ") { return cashIn(&reader) }
        if reader.take("You have received ") { return dated(&reader) }
        return nil
    }

    /// M1, and M2 and M3, which differ in what stands in the reference.
    private static func received(_ reader: inout SMSText) -> IncomingPayment? {
        guard let amount = reader.takeMoney(), reader.take(" from ") else { return nil }
        var payment = IncomingPayment(provider: .mtn, amount: amount)
        let (head, reference, id) = parts(reader.rest)
        var name = SMSText.joined(String(head))
        if let payer = name.take(upTo: " Current Balance") {
            payment.payerName = SMSText.meaning(payer)
            _ = name.take(":")
            _ = name.take(" ")
            payment.balance = name.takeMoney()
        } else {
            payment.payerName = SMSText.meaning(head)
        }
        payment.telcoID = id
        payment.reference = reference
        split(&payment)
        return payment
    }

    /// M4.
    private static func cashIn(_ reader: inout SMSText) -> IncomingPayment? {
        guard let amount = reader.takeMoney(), reader.take(" from "), let name = reader.take(upTo: "Current Balance")
        else { return nil }
        var payment = IncomingPayment(provider: .mtn, amount: amount)
        payment.payerName = SMSText.meaning(name)
        _ = reader.take(":")
        _ = reader.take(" ")
        payment.balance = reader.takeMoney()
        payment.telcoID = parts(reader.rest).id
        return payment
    }

    /// M5: `45.00 GHS from NAME (233240000345) on your mobile money account at 2026-06-12 13:22:10. Message from
    /// sender: <ref>. Your new balance:1522.00 GHS. Financial Transaction Id: <id>.`
    private static func dated(_ reader: inout SMSText) -> IncomingPayment? {
        guard let amount = reader.takeMoney(), reader.take(" from "), let name = reader.take(upTo: " ("),
            let number = reader.take(upTo: ") on your mobile money account at "), let phone = Phone(String(number)),
            let time = reader.take(upTo: ". Message from sender:"),
            let reference = reader.take(upToLast: "Your new balance:")
        else { return nil }
        var payment = IncomingPayment(provider: .mtn, amount: amount)
        _ = reader.take(" ")
        payment.balance = reader.takeMoney()
        guard payment.balance != nil, reader.take(". Financial Transaction Id: "),
            let id = reader.takeDigits(idDigits), reader.isAtEnd
        else { return nil }
        payment.telcoID = id
        payment.payer = .known(phone)
        payment.payerName = SMSText.meaning(name)
        payment.reference = SMSText.meaning(reference)
        payment.telcoTime = Instant(rfc3339: "\(time)Z", naiveOffsetSeconds: 0)
        return payment
    }

    private static let idLabel = "Transaction ID: "
    private static let referenceLabel = "Reference:"
    private static let idDigits = 10...11

    /// What stands before the reference, the reference, and the id. The network's id is the last one; the reference is
    /// all from its first label to there, as its payer may have written anything, a whole receipt among it.
    private static func parts(_ text: Substring) -> (head: Substring, reference: String?, id: String?) {
        var body = text
        var id: String?
        if let label = text.ranges(of: idLabel).last {
            body = text[..<label.lowerBound]
            var reader = SMSText.joined(String(text[label.upperBound...]))
            id = reader.takeDigits(idDigits)
        }
        guard let label = body.firstRange(of: referenceLabel) else { return (body, nil, id) }
        // Cut off before the id, the end of the reference is not known either.
        let reference = id == nil ? nil : SMSText.meaning(body[label.upperBound...])
        return (body[..<label.lowerBound], reference, id)
    }

    /// `NAME ,PHONE[,REF][ from NETWORK]`, as a gateway writes it for a payer of another network, or the payer himself:
    /// the two look alike, so the number is the payer's word.
    private static func split(_ payment: inout IncomingPayment) {
        guard let reference = payment.reference, let payerName = payment.payerName else { return }
        let fields = reference.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count >= 2, let name = SMSText.meaning(fields[0]),
            payerName.uppercased().hasPrefix(name.uppercased())
        else { return }
        guard let phone = Phone(withoutNetwork(String(fields[1]))) else { return }
        payment.payer = .claimed(phone)
        payment.reference = fields.count == 3 ? SMSText.meaning(withoutNetwork(String(fields[2]))[...]) : nil
    }

    /// Without ` from NETWORK` at its end.
    private static func withoutNetwork(_ text: String) -> String {
        guard let last = text.ranges(of: " from ").last else { return text }
        let network = text[last.upperBound...]
        let isNetwork = !network.isEmpty && network.allSatisfy { $0.isASCII && ($0.isUppercase || $0 == "-") }
        return isNetwork ? String(text[..<last.lowerBound]) : text
    }
}
