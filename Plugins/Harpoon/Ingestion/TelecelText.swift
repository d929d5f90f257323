import Base

/// Telecel Cash's receipts: forms T1 to T5. Number, name and time stand before the balance and are the network's;
/// what comes after it is the payer's.
enum TelecelText {
    static let senders = ["T-CASH", "VodafoneCash"]

    /// nil where it is no receipt.
    static func read(_ text: String) -> IncomingPayment? {
        var reader = SMSText.lines(text)
        guard let id = reader.takeDigits(16...16), reader.take(" Confirmed. ") else { return nil }
        if reader.take("On ") { return deposit(id, &reader) }
        guard reader.take("You have received "), let amount = reader.takeMoney(), reader.take(" from ") else {
            return nil
        }
        var payment = IncomingPayment(provider: .telecel, amount: amount, telcoID: id)
        let isTransfer = networks.contains { reader.take("\($0) with transaction reference: Transfer From: ") }
        guard let number = reader.take(upTo: isTransfer ? "-" : " - "), let phone = Phone(String(number)),
            let name = reader.take(upTo: " on "), let time = time(&reader),
            balances.contains(where: { reader.take($0) }), let balance = reader.takeMoney()
        else { return nil }
        payment.payer = .known(phone)
        payment.payerName = SMSText.meaning(name)
        payment.telcoTime = time
        payment.balance = balance
        payment.reference = reference(reader.rest)
        return payment
    }

    private static let networks = ["MTN MOBILE MONEY", "GHANAPAY"]
    /// The second is from before the network changed its name.
    private static let balances = [". Your Telecel Cash balance is ", ". Your Vodafone Cash balance is "]

    /// T3, at an agent's counter: there is neither a number nor a reference.
    private static func deposit(_ id: String, _ reader: inout SMSText) -> IncomingPayment? {
        guard let time = time(&reader), reader.take(", a deposit of "), let amount = reader.takeMoney(),
            reader.take(" was made to your account from "), let name = reader.take(upTo: ". Your balance is "),
            let balance = reader.takeMoney()
        else { return nil }
        var payment = IncomingPayment(provider: .telecel, amount: amount, telcoID: id)
        payment.payerName = SMSText.meaning(name)
        payment.telcoTime = time
        payment.balance = balance
        return payment
    }

    /// `2026-06-11 at 12:05:54`.
    private static func time(_ reader: inout SMSText) -> Instant? {
        guard let day = reader.take(upTo: " at "), day.utf8.count == 10 else { return nil }
        let clock = reader.rest.prefix(8)
        guard let time = Instant(rfc3339: "\(day)T\(clock)Z", naiveOffsetSeconds: 0) else { return nil }
        return reader.take(String(clock)) ? time : nil
    }

    /// What follows the label to the end of its line, if the label is the first thing after the balance.
    private static func reference(_ rest: Substring) -> String? {
        var reader = SMSText.lines(String(rest.drop { $0 == "." || $0.isWhitespace }))
        guard reader.take("Reference:") || reader.take("Ref:") else { return nil }
        return SMSText.meaning(reader.rest.prefix { !$0.isNewline })
    }
}
