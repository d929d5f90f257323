import AdapterKit
import Base
import Kernel
import Model
import Ports
import Storage
import TestKit

@testable import Harpoon

/// What a merchant has that no route makes: lines that payments come in by, and a payment in each state.
struct HarpoonMerchant {
    let store: SQLiteStore
    let ids: PublicIDs
    let secrets: SecretBox

    private static let account = Account.ID(1)
    private static let start = Fixture.start
    private static let password = "correct horse battery"
    private static let amount = Money(pesewas: 7500)

    struct Refused: Error {}

    /// The reference of a payment in each state by the state's name, `lineSecret`, and `gatewayLine`.
    func prepare() async throws -> [String: String] {
        var variables: [String: String] = [:]
        for state in TransactionState.allCases {
            let transaction = Self.transaction(state)
            let new = NewRecord(
                in: space(Transaction.collection), state: state.rawValue, body: transaction.body,
                mint: RecordMint(Transaction.codeIndex, candidates: [Self.code(state)]))
            variables[state.rawValue] = ids.reference(try await insert(new))
        }
        variables["lineSecret"] = "a-line-secret-of-enough-bytes"
        _ = try await insert(try line("0240000001", .payment, secret: "a-line-secret-of-enough-bytes"))
        variables["gatewayLine"] = ids.line(try await insert(try line("0240000002", .smsGateway, secret: "k3yAbCd8")))
        for (number, forwarder) in Line.Forwarder.allCases.enumerated() where ForwarderForm.of(forwarder) != nil {
            let name = forwarder.rawValue
            let id = ids.line(
                try await insert(
                    try line(
                        "02400001\(10 + number)", forwarder,
                        secret: Self.documented[forwarder] ?? "secret-of-\(name)-line")))
            variables["\(name)Line"] = id
            guard forwarder == .httpSMS else { continue }
            let (own, key) = (Ingestion.path(forwarder, id), "secret-of-httpsms-line")
            variables["token"] = Self.token(for: "https://relay.example\(own)", key: key)
            variables["elsewhereToken"] = Self.token(for: "https://relay.example/elsewhere", key: key)
            variables["forgedToken"] = Self.token(for: "https://relay.example\(own)", key: "another key")
            variables["oldToken"] = Self.token(
                for: "https://relay.example\(own)", key: key, at: Self.start - .seconds(3600))
        }
        variables["userPassword"] = Self.password
        _ = try await PeopleService(
            records: RecordService(store: store), workers: ImmediateWorkers(),
            tokens: WebTokens(try Fixture.sealingKey()), time: HandTime(), random: SeededRandom(seed: 6)
        ).create(
            email: "ann@example.com", password: Self.password, account: Self.account, of: PersonalityID("harpoon"))
        for (number, name) in [("0241112223", "ACME LTD"), ("0201112223", nil)] as [(String, String?)] {
            let method = PaymentMethod(
                provider: name == nil ? .telecel : .mtn, number: number, accountName: name, wantsFirst: name == nil)
            _ = try await insert(
                NewRecord(
                    in: space(PaymentMethod.collection), state: PaymentMethod.state, body: method.body,
                    keys: [RecordKey(PaymentMethod.numberIndex, number)]))
        }
        return variables
    }

    /// The secrets of vectors that are published.
    private static let documented: [Line.Forwarder: String] = [
        .textbee: "textbee-secret-0000001", .smsForwarder: "secret0001",
    ]

    /// As httpSMS makes it: good for ten minutes on either side.
    private static func token(for audience: String, key: String, at time: Instant = start) -> String {
        func part(_ bytes: [UInt8]) -> String {
            String(decoding: Base64.encode(bytes), as: UTF8.self).replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }
        let head = part(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        let claims = part(
            JSONWriter.object { claims in
                claims.member("iss", "api.httpsms.com")
                claims.member("aud", [audience])
                claims.member("exp", time.seconds + 600)
                claims.member("nbf", time.seconds - 600)
            })
        let code = MessageCode.sha256(Array("\(head).\(claims)".utf8), key: Array(key.utf8))
        return "\(head).\(claims).\(part(code))"
    }

    private func space(_ collection: String) -> RecordSpace {
        RecordSpace(
            account: Self.account, origin: PersonalityID("harpoon"), mode: .live, collection: collection)
    }

    private func insert(_ record: NewRecord) async throws -> Record.ID {
        let receipts = try await store.outcome(of: .record(RecordUnit([.insert(record)], at: Self.start))).receipts()
        guard let receipt = receipts.first else { throw Refused() }
        return receipt.id
    }

    private func line(_ number: String, _ forwarder: Line.Forwarder, secret: String) throws -> NewRecord {
        let line = Line(
            provider: .mtn, number: number, forwarder: forwarder, senders: [],
            sealedSecret: try secrets.seal(Array(secret.utf8), name: Line.secretName(number, Self.account)),
            createdAt: Self.start)
        return NewRecord(
            in: space(Line.collection), state: Line.state, body: line.body,
            keys: [RecordKey(Line.secretIndex, secret), RecordKey(Line.numberIndex, number)])
    }

    private static func code(_ state: TransactionState) -> String {
        let number = TransactionState.allCases.firstIndex(of: state) ?? 0
        return "AAAA" + ["22", "33", "44", "55", "66", "77", "88", "99", "AA", "BB", "CC"][number]
    }

    /// The money of those in which some came has an id that nothing else has.
    private static func transaction(_ state: TransactionState) -> Transaction {
        var transaction = Transaction(expected: amount, createdAt: start, expiresAt: start + .seconds(3600))
        transaction.state = state
        if state.isVerified || state == .manualReview || state == .refunded {
            let paid: Int64 = state == .partial ? 6000 : state == .overpaid ? 8000 : 7500
            transaction.payment = Transaction.Payment(
                provider: .mtn, telcoID: "8000000000\(paid / 1000)", amount: Money(pesewas: paid), phone: nil,
                name: "ESI BOATENG", at: start)
            transaction.processingAt = start
        }
        if state.isTerminal { transaction.completedAt = start + .seconds(2) }
        return transaction
    }
}
