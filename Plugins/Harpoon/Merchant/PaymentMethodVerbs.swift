import AdapterKit
import Base
import Model

/// `payment-method`: the numbers that customers are asked to pay to.
enum PaymentMethodVerbs {
    private typealias Option = DialectVerb.Option

    private static let account = Option("account", .number, "ID", "whose numbers", isNeeded: true)

    static let all: [DialectVerb] = [
        DialectVerb(
            "payment-method add", on: "NUMBER",
            options: [
                account, Option("network", .word(Provider.allCases.map(\.rawValue)), "", "the number's network"),
                Option("name", .text, "NAME", "the name that customers see when they pay to it"),
                Option("primary", .flag, "", "show it first"),
            ], does: "show a number to those who pay",
            example: "payment-method add 0241112223 --account 1 --network mtn --name 'ACME LTD'", run: add),
        DialectVerb(
            "payment-method list", options: [account], does: "the numbers that are shown, in their order",
            example: "payment-method list --account 1"
        ) { call throws(KernelFailure) in
            let methods = try await PaymentMethod.all(in: call.records(of: try call.account(), .live))
            return .json(
                JSONWriter.value(methods.enumerated().map { PaymentMethodObject(method: $1, isPrimary: $0 == 0) }))
        },
        DialectVerb(
            "payment-method remove", on: "NUMBER", options: [account], does: "show a number no more",
            example: "payment-method remove 0241112223 --account 1", run: remove),
    ]

    private static func add(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let phone = Phone(call.operand) else { return .refused("\(call.operand): no number of Ghana") }
        let name = call.text("name")
        guard (name ?? "").utf8.count <= HarpoonLimits.textBytes else { return .refused("--name: too long") }
        let method = PaymentMethod(
            provider: call.text("network").flatMap(Provider.init) ?? .mtn, number: phone.local, accountName: name,
            wantsFirst: call.has("primary"))
        let desk = call.records(of: try call.account(), .live)
        let shown = try await PaymentMethod.records(in: desk)
        let tooMany = VerbReply.refused("an account shows \(HarpoonLimits.paymentMethods) numbers at most")
        guard shown.count < HarpoonLimits.paymentMethods else { return tooMany }
        // Those from before there were places have none, and leave so many fewer.
        let places = HarpoonLimits.paymentMethods - shown.count { $0.minted == nil }
        let new = NewRecord(
            in: desk.space(PaymentMethod.collection), state: PaymentMethod.state, body: method.body,
            keys: [RecordKey(PaymentMethod.numberIndex, phone.local)],
            mint: RecordMint(PaymentMethod.placeIndex, candidates: (0..<places).map { String($0) }))
        do throws(KernelFailure) {
            _ = try await desk.commit(RecordUnit([.insert(new)], at: call.now))
        } catch .alreadyExists(_, field: PaymentMethod.placeIndex.name) {
            return tooMany
        } catch .alreadyExists {
            return .refused("the account shows \(phone.local) already")
        }
        let isPrimary = shown.isEmpty || method.wantsFirst
        return .json(JSONWriter.value(PaymentMethodObject(method: method, isPrimary: isPrimary)))
    }

    private static func remove(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let phone = Phone(call.operand) else { return .refused("\(call.operand): no number of Ghana") }
        let desk = call.records(of: try call.account(), .live)
        let key = RecordKey(PaymentMethod.numberIndex, phone.local)
        guard let record = try await desk.record(key, in: PaymentMethod.collection),
            record.state == PaymentMethod.state
        else { return .refused("the account does not show \(phone.local)") }
        let step = RecordStep.remove(record.id, .version(record.version), collection: PaymentMethod.collection)
        _ = try await desk.commit(RecordUnit([step], at: call.now))
        return .json(
            JSONWriter.value(PaymentMethodObject(method: try PaymentMethod(record), isPrimary: false)))
    }
}
