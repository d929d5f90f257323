import Base

/// The networks' texts that are no payment by a customer and move the balance all the same: money that went out, and
/// money that came from the network itself. Forms M6 to M16, M20, T6 to T13, G2 and A3.
enum OtherText {
    /// What it says of the balance; nil for a text of no known form.
    static func effect(_ text: String, on provider: Provider) -> BalanceEffect? {
        let reader = SMSText.joined(text)
        switch provider {
        case .mtn: return mtn(reader)
        case .telecel: return telecel(reader)
        case .ghanaPay: return ghanaPay(reader)
        case .at: return at(reader)
        }
    }

    // MARK: MTN

    private static func mtn(_ text: SMSText) -> BalanceEffect? {
        var reader = text
        if reader.take("Payment made for ") || reader.take("Payment for ") {
            return out(&reader, balances: ["Current Balance: "], fees: ["Fee charged: "], taxes: taxLabels)
        }
        if reader.take("Your payment of ") {
            if text.says(" has failed at ") { return BalanceEffect.none }
            return out(&reader, balances: ["Your new balance: "], fees: ["Fee was "], taxes: ["Tax was "])
        }
        // The fee of a cash-out comes off after its text.
        if reader.take("Cash Out made for ") {
            return out(&reader, balances: ["Current Balance: "], fees: [], later: ["Fee charged: "])
        }
        if reader.take("Y'ello. You have Paid ") {
            return out(&reader, balances: ["Your new balance: "], fees: ["Fee was "])
        }
        if reader.take("You have transferred ") {
            return out(&reader, balances: ["Your new balance: "], fees: ["Fee was "])
        }
        if reader.take("You have exceeded your daily transaction limit") { return BalanceEffect.none }
        if reader.take("Your Current Balance: ") { return balanceAlone(&reader) }
        return mtnCredit(text)
    }

    private static let taxLabels = ["Tax charged: ", "Tax Charged "]

    private static func mtnCredit(_ text: SMSText) -> BalanceEffect? {
        var reader = text
        if reader.take("An amount of ") { return credit(&reader, balances: ["Current Balance: "]) }
        if reader.take("Hello, "), reader.take(upTo: " has successfully refunded ") != nil {
            return credit(&reader, balances: ["Your new balance:"])
        }
        if text.says(" has been reversed "), reader.take("Y'ello valued customer, the transfer of ") {
            return credit(&reader, balances: ["Your new balance: "])
        }
        return nil
    }

    // MARK: The others

    private static func telecel(_ text: SMSText) -> BalanceEffect? {
        var reader = text
        if reader.takeDigits(16...16) != nil, reader.take(" Confirmed. ") || reader.take(" confirmed. ") {
            let isKnown =
                ["You have withdrawn ", "You bought ", "Your bundle purchase request of "]
                .contains { reader.take($0) }
            guard let amount = reader.takeMoney(), isKnown || reader.take(" sent to ") || reader.take(" paid to ")
            else { return nil }
            return out(
                amount, reader, balances: ["balance is "], fees: ["You were charged "], taxes: ["E-levy charge is "],
                id: String(text.rest.prefix(16)))
        }
        if reader.take("Transaction ID: "), text.says("You have received airtime of ") { return BalanceEffect.none }
        if reader.take("Dear customer, you have received ") { return credit(&reader, balances: ["new balance is "]) }
        if text.says(" FlexLoan"), reader.take("You have received ") {
            return credit(&reader, balances: ["balance is "])
        }
        return nil
    }

    private static func ghanaPay(_ text: SMSText) -> BalanceEffect? {
        var reader = text
        guard reader.take("You have transferred ") else { return nil }
        return out(&reader, balances: ["Balance: "], fees: ["Fee: "])
    }

    private static func at(_ text: SMSText) -> BalanceEffect? {
        var reader = text
        guard reader.take("Transfer of "), text.says(" was successful") else { return nil }
        return out(&reader, balances: ["Balance: "], fees: ["Fee: "])
    }

    // MARK: What they have in common

    private static func out(
        _ reader: inout SMSText, balances: [String], fees: [String], taxes: [String] = [], later: [String] = []
    ) -> BalanceEffect {
        guard let amount = reader.takeMoney() else { return .unknown }
        return out(amount, reader, balances: balances, fees: fees, taxes: taxes, later: later)
    }

    /// A fee or a tax that is not there, or is `-`, is none.
    private static func out(
        _ amount: Money, _ text: SMSText, balances: [String], fees: [String], taxes: [String] = [],
        later: [String] = [], id: String? = nil
    ) -> BalanceEffect {
        guard let balance = text.money(after: balances) else { return .unknown }
        let charged = (text.money(after: fees)?.pesewas ?? 0) + (text.money(after: taxes)?.pesewas ?? 0)
        return .moved(
            Movement(
                id: id ?? text.transactionID, balance: balance, change: -(amount.pesewas + charged),
                later: text.money(after: later)?.pesewas ?? 0))
    }

    private static func credit(_ reader: inout SMSText, balances: [String]) -> BalanceEffect {
        guard let amount = reader.takeMoney(), let balance = reader.money(after: balances) else { return .unknown }
        return .moved(Movement(id: reader.transactionID, balance: balance, change: amount.pesewas))
    }

    private static func balanceAlone(_ reader: inout SMSText) -> BalanceEffect {
        guard let balance = reader.takeMoney() else { return .unknown }
        return .moved(Movement(id: nil, balance: balance, change: 0))
    }
}

extension SMSText {
    fileprivate func says(_ words: String) -> Bool { rest.firstRange(of: words) != nil }

    /// The amount behind the first of these labels that is there, a plain number too; nil for `-` and for none.
    fileprivate func money(after labels: [String]) -> Money? {
        for label in labels {
            guard let found = rest.firstRange(of: label) else { continue }
            var reader = SMSText.joined(String(rest[found.upperBound...]))
            if let money = reader.takeMoney() { return money }
            let number = reader.rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            return Money(SMSText.meaning(number) ?? "")
        }
        return nil
    }

    /// The last id that the text gives itself.
    fileprivate var transactionID: String? {
        let labels = ["Financial Transaction Id: ", "Transaction Id: ", "Transaction ID: ", "Reference No: "]
        let found = labels.lazy.compactMap { label in rest.ranges(of: label).last }.first
        guard let found else { return nil }
        var reader = SMSText.joined(String(rest[found.upperBound...]))
        return reader.takeDigits(10...16)
    }
}
