import Base

/// GhanaPay's receipts: form G1. Who paid is a bank or a number, often masked; the reference is the payer's, up to the
/// last transaction id.
enum GhanaPayText {
    static let senders = ["GhanaPay"]
    /// Twelve in those that are known; the ids of another network in what it hands on.
    static let idDigits = 11...12

    /// nil where it is no receipt.
    static func read(_ text: String) -> IncomingPayment? {
        var reader = SMSText.joined(text)
        if reader.take("Hello ") {
            guard reader.take(upTo: ", you have received ") != nil else { return nil }
        } else {
            guard reader.take("You have received ") else { return nil }
        }
        guard let amount = reader.takeMoney(), reader.take(" from: "), let number = reader.take(upTo: ","),
            let (name, _) = reader.takeFirst(of: ". Ref: ", ". Reference: "),
            let reference = reader.take(upToLast: "Transaction ID: "), let id = reader.takeDigits(idDigits),
            reader.take(". Balance: "), let balance = reader.takeMoney(), reader.isAtEnd
        else { return nil }
        var payment = IncomingPayment(provider: .ghanaPay, amount: amount, telcoID: id)
        if let phone = SMSText.meaning(number).flatMap(Phone.init) { payment.payer = .known(phone) }
        payment.payerName = SMSText.meaning(name)
        payment.reference = SMSText.meaning(reference)
        payment.balance = balance
        return payment
    }
}
