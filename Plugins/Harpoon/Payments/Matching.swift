import Base
import Model

/// Which payment the money that came is for. Pure: what is found by the codes is looked up by the caller.
enum Matching {
    enum Verdict: Equatable {
        case settles
        /// It is this payment's money, and a person has to look at it first.
        case doubtful(String)
        /// It is not this payment's.
        case none(String)
    }

    /// Whether an incoming payment is a waiting transaction's.
    static func verdict(_ payment: IncomingPayment, for transaction: Transaction) -> Verdict {
        guard transaction.state == .pending else {
            return .none("code of a payment that is \(transaction.state.rawValue)")
        }
        if let expected = transaction.expectedTelcoID, expected != payment.telcoID {
            return .none("another transaction id than the expected one")
        }
        // Without its id a payment cannot be told from its own repetition.
        guard payment.telcoID != nil else { return .doubtful("the text has no transaction id") }
        guard let expected = transaction.expectedPayer else { return .settles }
        switch payment.payer {
        case .known(let phone):
            return phone.local == expected ? .settles : .doubtful("paid from another number than the expected one")
        case .claimed, .unknown: return .doubtful("the network does not say from which number it was paid")
        }
    }
}

/// Who paid.
enum Payer: Equatable {
    /// The network says so.
    case known(Phone)
    /// The payer could have written it: it may be shown, and proves nothing.
    case claimed(Phone)
    case unknown

    var phone: Phone? {
        switch self {
        case .known(let phone), .claimed(let phone): phone
        case .unknown: nil
        }
    }
}

/// Money that came in, as it was read.
struct IncomingPayment: Equatable {
    var provider: Provider
    var amount: Money
    var telcoID: String?
    var payer: Payer = .unknown
    var payerName: String?
    /// Written by the payer: nothing in it is to be trusted.
    var reference: String?
    /// In the text, in Ghana's time, which is UTC all year.
    var telcoTime: Instant?
    var balance: Money?

    /// The living code could be any of these words.
    var codes: [HPNCode] {
        var seen: Set<HPNCode> = []
        return HPNCode.words(in: reference ?? "").filter { seen.insert($0).inserted }
    }

    /// As a transaction keeps it. `at`: when it was made.
    func payment(at: Instant) -> Transaction.Payment {
        Transaction.Payment(
            provider: provider, telcoID: telcoID, amount: amount, phone: payer.phone?.local, name: payerName, at: at)
    }
}
