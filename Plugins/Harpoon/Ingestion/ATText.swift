import Base

/// AT Money's receipts: forms A1 and A2, of which samples are few. Number and name stand before what the payer wrote
/// and are the network's. A text is read to its end or not at all: a reference could go on as the network does.
enum ATText {
    static let senders = ["AirtelTigo", "ATMoney", "AT Money"]

    /// nil where it is no receipt.
    static func read(_ text: String) -> IncomingPayment? {
        var reader = SMSText.joined(text)
        if reader.take("AirtelTigo Money: You received ") { return branded(&reader) }
        guard reader.take("You have received "), let amount = reader.takeMoney(), reader.take(" from "),
            let number = reader.takeDigits(9...12), let phone = Phone(number), reader.take(" ")
        else { return nil }
        var payment = IncomingPayment(provider: .at, amount: amount)
        payment.payer = .known(phone)
        guard let (name, label) = reader.takeFirst(of: ". Trans ID: ", ". Reference: ", ". New balance: ") else {
            return nil
        }
        payment.payerName = SMSText.meaning(name)
        return label == ". Trans ID: " ? idFirst(payment, &reader) : idLast(payment, label, &reader)
    }

    /// `Trans ID: <id>. Date: 10/06/2026 14:02. New balance: GHS 81.00`, with no reference.
    private static func idFirst(_ payment: IncomingPayment, _ reader: inout SMSText) -> IncomingPayment? {
        var payment = payment
        guard let (id, label) = reader.takeFirst(of: ". Date: ", ". New balance: "), TelcoID.isOne(String(id), of: .at)
        else { return nil }
        payment.telcoID = String(id)
        if label == ". Date: " {
            guard let time = reader.take(upTo: ". New balance: ") else { return nil }
            payment.telcoTime = Self.time(time)
        }
        payment.balance = reader.takeMoney()
        return payment.balance != nil && reader.isAtEnd ? payment : nil
    }

    /// `[Reference: <ref>. ]New balance: GHS 93.50. Trans ID: <id>.`
    private static func idLast(
        _ payment: IncomingPayment, _ label: String, _ reader: inout SMSText
    ) -> IncomingPayment? {
        var payment = payment
        if label == ". Reference: " {
            guard let reference = reader.take(upToLast: ". New balance: ") else { return nil }
            payment.reference = SMSText.meaning(reference)
        }
        payment.balance = reader.takeMoney()
        guard payment.balance != nil, reader.take(". Trans ID: "), let id = SMSText.meaning(reader.rest),
            TelcoID.isOne(id, of: .at)
        else { return nil }
        payment.telcoID = id
        return payment
    }

    /// A2: `GHS 1,040.00 from NAME (0270000999). TxnID: <id>. Bal: GHS 1,133.50. 10/06/2026`.
    private static func branded(_ reader: inout SMSText) -> IncomingPayment? {
        guard let amount = reader.takeMoney(), reader.take(" from "), let name = reader.take(upTo: " ("),
            let number = reader.take(upTo: "). TxnID: "), let phone = Phone(String(number)),
            let id = reader.take(upTo: ". Bal: "), TelcoID.isOne(String(id), of: .at),
            let balance = reader.takeMoney(), reader.rest.utf8.allSatisfy({ ". /0123456789".utf8.contains($0) })
        else { return nil }
        var payment = IncomingPayment(provider: .at, amount: amount, telcoID: String(id))
        payment.payer = .known(phone)
        payment.payerName = SMSText.meaning(name)
        payment.balance = balance
        return payment
    }

    /// `10/06/2026 14:02`; nil for a date alone.
    private static func time(_ text: Substring) -> Instant? {
        let parts = text.split(separator: " ")
        let day = parts.first?.split(separator: "/") ?? []
        guard parts.count == 2, day.count == 3 else { return nil }
        return Instant(rfc3339: "\(day[2])-\(day[1])-\(day[0])T\(parts[1]):00Z", naiveOffsetSeconds: 0)
    }
}
