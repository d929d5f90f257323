import AdapterKit
import Base
import Model

/// What a text brings about besides its own receipt, on its way to being one unit.
struct Batch {
    let ledger: Ledger
    let rules: IntakeRules
    var steps: [RecordStep] = []
    var news: [RecordAnnouncement?] = []

    init(ledger: Ledger, rules: IntakeRules) {
        self.ledger = ledger
        self.rules = rules
    }

    mutating func edit(_ stored: Stored<Transaction>, to next: Transaction) {
        steps.append(ledger.edit(stored, to: next))
        news.append(ledger.news(stored, next))
    }

    /// Money that waited counts. Where its payment waits for it no more, it is nobody's.
    mutating func free(_ held: BalanceChain.Held, of provider: Provider) async throws(KernelFailure) {
        guard let stored = try await ledger.receipt(provider, held.telcoID), stored.value.state == .waiting else {
            return
        }
        var receipt = stored.value
        receipt.reason = nil
        if let id = held.transaction, receipt.transaction == id {
            let transaction = try await ledger.transaction(id)
            if let next = try? transaction.value.freed(at: ledger.now) {
                edit(transaction, to: next)
                receipt.state = .matched
                steps.append(ledger.edit(stored, to: receipt))
            }
            // A person has it already, whose word stands.
            return
        }
        receipt.state = .unmatched
        forward(&receipt)
        steps.append(ledger.edit(stored, to: receipt))
    }

    /// Money that never came.
    mutating func disprove(_ held: BalanceChain.Held, of provider: Provider) async throws(KernelFailure) {
        guard let stored = try await ledger.receipt(provider, held.telcoID), stored.value.state == .waiting else {
            return
        }
        let reason = "a later text goes on from the balance before it: this money never came"
        var receipt = stored.value
        receipt.reason = reason
        receipt.state = .suspicious
        if let id = held.transaction, receipt.transaction == id {
            let transaction = try await ledger.transaction(id)
            let next =
                (try? transaction.value.doubted(because: reason, at: ledger.now))
                ?? transaction.value.remarked(reason)
            if let next {
                edit(transaction, to: next)
                receipt.state = .held
            }
        }
        steps.append(ledger.edit(stored, to: receipt))
    }

    /// Tells a merchant who takes all money of some that is nobody's, once.
    mutating func forward(_ receipt: inout Receipt) {
        guard rules.forwards, ledger.desk.mode == .live, receipt.state == .unmatched, receipt.forwardedAs == nil,
            let payment = receipt.payment
        else { return }
        let id = RandomUUID.text(rules.random)
        receipt.forwardedAs = id
        let object = ForwardedPayment(id: id, payment: payment, paidAt: receipt.paidAt)
        news.append(
            ledger.desk.announcement(OpenCollections.event, JSONWriter.value(object), to: .subscribers))
    }
}

/// A UUID of version 4 (RFC 9562 §5.4).
enum RandomUUID {
    static func text(_ random: AnyRandom) -> String {
        var bytes = random.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hex.encode(bytes)
        var parts: [Substring] = []
        var rest = digits[...]
        for count in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return parts.joined(separator: "-")
    }
}
