import Base

/// What one text says of a wallet: what was in it before, and after. Where a network takes a fee after its text, or
/// does not say whether it has, there are two balances that may be right.
struct Movement: Equatable {
    /// The network's transaction id; empty where the text has none.
    var id: String
    /// In pesewas.
    var befores: [Int64]
    var afters: [Int64]

    init(id: String, befores: [Int64], afters: [Int64]) {
        self.id = id
        self.befores = befores
        self.afters = afters
    }

    /// `change`: what came in, or less than zero what went out. `later`: a fee that may come off afterwards.
    init(id: String?, balance: Money, change: Int64, later: Int64 = 0) {
        self.id = id ?? ""
        befores = [balance.pesewas - change]
        afters = [balance.pesewas]
        if later != 0 {
            befores.append(balance.pesewas - change + later)
            afters.append(balance.pesewas - later)
        }
    }

    /// Tells it from others: an id alone is also that of what is no movement, and some texts have none.
    var identity: String { "\(id) \(befores) \(afters)" }
}

/// What a text of a line means for the balance.
enum BalanceEffect: Equatable {
    /// It has nothing to do with it.
    case none
    case moved(Movement)
    /// So much came in, and the text does not say what is there now.
    case came(Money)
    /// It may have moved it, and nobody knows by how much.
    case unknown
}

extension IncomingPayment {
    var effect: BalanceEffect {
        guard let balance else { return .came(amount) }
        return .moved(Movement(id: telcoID, balance: balance, change: amount.pesewas))
    }
}

/// The order of a network's ids, which grow with time.
enum TelcoOrder {
    /// nil where one of them is none, or they have no order that we know.
    static func isEarlier(_ left: String, _ right: String) -> Bool? {
        guard !left.isEmpty, !right.isEmpty else { return nil }
        if left.utf8.allSatisfy(ASCII.isDigit), right.utf8.allSatisfy(ASCII.isDigit) {
            let (left, right) = (left.drop { $0 == "0" }, right.drop { $0 == "0" })
            return left.utf8.count == right.utf8.count ? left < right : left.utf8.count < right.utf8.count
        }
        // `PP260610.1402.C10293`: two letters for the kind, then day and time.
        guard let left = stamp(left), let right = stamp(right), left != right else { return nil }
        return left < right
    }

    private static func stamp(_ id: String) -> Substring? {
        let parts = id.dropFirst(2).split(separator: ".")
        guard parts.count >= 2, parts[0].count == 6, parts[1].count == 4,
            parts[..<2].allSatisfy({ $0.utf8.allSatisfy(ASCII.isDigit) })
        else { return nil }
        return id.dropFirst(2).prefix(11)
    }
}
