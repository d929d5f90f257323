import Base
import Testing

@testable import Harpoon

@Suite("Harpoon: whose money it is")
struct MatchingTests {
    private func transaction(_ change: (inout Transaction) -> Void = { _ in }) -> Transaction {
        let start = Instant(seconds: 1_781_100_000)
        var transaction = Transaction(
            expected: Money(pesewas: 100), createdAt: start, expiresAt: start + .seconds(3600))
        change(&transaction)
        return transaction
    }

    private func payment(_ payer: Payer = .unknown, id: String? = "83117354618") -> IncomingPayment {
        var payment = IncomingPayment(provider: .mtn, amount: Money(pesewas: 100), telcoID: id)
        payment.payer = payer
        return payment
    }

    @Test("A payment whose code waits settles it; one that has ended is nobody's")
    func states() {
        #expect(Matching.verdict(payment(), for: transaction()) == .settles)
        for state in TransactionState.allCases where state != .pending {
            let ended = transaction { $0.state = state }
            guard case .none = Matching.verdict(payment(), for: ended) else {
                Issue.record("\(state)")
                continue
            }
        }
    }

    @Test("Where an id is expected, money with another one is not its money")
    func telcoID() {
        let expecting = transaction { $0.expectedTelcoID = "83117354618" }
        #expect(Matching.verdict(payment(), for: expecting) == .settles)
        for id in ["83117354619", "083117354618", nil] {
            guard case .none = Matching.verdict(payment(id: id), for: expecting) else {
                Issue.record("\(id ?? "none")")
                continue
            }
        }
    }

    @Test("Without its id a payment completes nothing by itself")
    func cutOff() {
        guard case .doubtful = Matching.verdict(payment(id: nil), for: transaction()) else {
            Issue.record("settled")
            return
        }
    }

    @Test("An expected payer is proved by the network's word alone")
    func payer() throws {
        let expecting = transaction { $0.expectedPayer = "0240000345" }
        let phone = try #require(Phone("0240000345"))
        let other = try #require(Phone("0240000346"))
        #expect(Matching.verdict(payment(.known(phone)), for: expecting) == .settles)
        for payer in [Payer.claimed(phone), .unknown, .known(other)] {
            guard case .doubtful = Matching.verdict(payment(payer), for: expecting) else {
                Issue.record("\(payer)")
                continue
            }
        }
    }

    @Test("All the codes in a reference are tried, each once")
    func codes() {
        var payment = payment()
        payment.reference = "Q7W3KD or q7w3kd, z8pv2c"
        #expect(payment.codes.map(\.text) == ["Q7W3KD", "Z8PV2C"])
    }
}
