import Base

/// What an authentic text of a line is. The sender comes first: a receipt under any other name than the line's own is
/// an imitation, however perfect.
enum TextJudge {
    enum Verdict: Equatable {
        case incoming(IncomingPayment)
        /// Looks like a receipt, and the sender cannot be right.
        case suspicious(String)
        /// A known form that is no payment by a customer, with what it says of the balance.
        case other(BalanceEffect)
        /// Of no known form: for a person to look at.
        case unread
    }

    static func verdict(_ text: String, from sender: String, on provider: Provider, senders: [String]) -> Verdict {
        guard isTrusted(sender, senders) else {
            return isLikeReceipt(text) ? .suspicious("the sender is not the network") : .other(.none)
        }
        if let payment = read(text, on: provider) { return .incoming(payment) }
        if Provider.allCases.contains(where: { $0 != provider && read(text, on: $0) != nil }) {
            return .suspicious("another network's form under this network's name")
        }
        return OtherText.effect(text, on: provider).map { .other($0) } ?? .unread
    }

    static func read(_ text: String, on provider: Provider) -> IncomingPayment? {
        switch provider {
        case .mtn: MTNText.read(text)
        case .telecel: TelecelText.read(text)
        case .at: ATText.read(text)
        case .ghanaPay: GhanaPayText.read(text)
        }
    }

    /// The names that a line trusts where its owner has named none.
    static func senders(of provider: Provider) -> [String] {
        switch provider {
        case .mtn: MTNText.senders
        case .telecel: TelecelText.senders
        case .at: ATText.senders
        case .ghanaPay: GhanaPayText.senders
        }
    }

    /// Compared as plain ASCII, trimmed and without case: a letter that only looks alike is another one.
    static func isTrusted(_ sender: String, _ senders: [String]) -> Bool {
        let bare = plain(sender)
        return senders.contains { plain($0) == bare }
    }

    private static func plain(_ text: String) -> String {
        var bare = text[...].drop { $0 == " " || $0 == "\t" }
        while bare.last == " " || bare.last == "\t" { bare.removeLast() }
        return String(bare).asciiLowercased
    }

    /// Speaks of money that came, with a number in it.
    private static func isLikeReceipt(_ text: String) -> Bool {
        let words = text.lowercased()
        return words.contains { $0.isNumber } && receiptWords.contains { words.contains($0) }
    }

    private static let receiptWords = [
        "receive", "cash in", "payment", "deposit", "credited", "reversal", "transaction", "confirmed", "sent ghs",
        "momo", "balance",
    ]
}
