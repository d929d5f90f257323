import AdapterKit
import Base
import Model

/// A number of a merchant's own that customers are asked to pay to.
struct PaymentMethod: Equatable {
    var provider: Provider
    /// In local form.
    var number: String
    /// Whose name customers see when they pay to it.
    var accountName: String?
    /// The merchant wants it to be shown first. Of several the latest one is.
    var wantsFirst: Bool
}

extension PaymentMethod {
    static let collection = "payment_method"
    static let state = "ACTIVE"
    /// An account has so many places for numbers, and each takes one while it is shown: that is the bound, which no two
    /// additions at one time pass.
    static let placeIndex = RecordIndex("place", .uniqueWhile(states: [state], rest: .zero))
    static let numberIndex = RecordIndex("number", .uniqueWhile(states: [state], rest: .zero))

    init(_ record: Record) throws(KernelFailure) {
        let bytes = record.body
        let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count))
        guard let value = document?.root, let provider = value["provider"]?.string.flatMap(Provider.init),
            let number = value["number"]?.string
        else { throw .internalError(incident: "payment method \(record.id.value) does not read back") }
        self.init(
            provider: provider, number: number, accountName: value["name"]?.string,
            wantsFirst: value["first"]?.bool ?? false)
    }

    var body: [UInt8] {
        JSONWriter.object { body in
            body.member("provider", provider.rawValue)
            body.member("number", number)
            body.memberIfPresent("name", accountName)
            if wantsFirst { body.member("first", true) }
        }
    }

    /// Those of an account, the one that is shown first before the others. They are the same for test and live keys.
    static func all(of account: Account.ID, _ call: Call) async throws(KernelFailure) -> [PaymentMethod] {
        try await all(in: call.records(of: account, .live))
    }

    static func records(in desk: RecordDesk) async throws(KernelFailure) -> [Record] {
        try await desk.records(
            RecordQuery(in: desk.space(collection), states: [state], limit: HarpoonLimits.paymentMethods)
        ).records
    }

    static func all(in desk: RecordDesk) async throws(KernelFailure) -> [PaymentMethod] {
        // The latest come first.
        var methods: [PaymentMethod] = []
        for record in try await records(in: desk) { methods.insert(try PaymentMethod(record), at: 0) }
        if let first = methods.lastIndex(where: \.wantsFirst) { methods.insert(methods.remove(at: first), at: 0) }
        return methods
    }
}

/// What the route under `/v1/merchant` does.
enum Merchant {
    static func paymentMethods(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let account = call.account else { throw .credentialMissing }
        let methods = try await PaymentMethod.all(of: account, call)
        return .data(call, methods.enumerated().map { PaymentMethodObject(method: $1, isPrimary: $0 == 0) })
    }
}

/// A payment method as its merchant's customers may see it.
struct PaymentMethodObject: JSONWritable {
    let method: PaymentMethod
    let isPrimary: Bool

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("provider", method.provider.rawValue)
            object.member("phone_number", method.number)
            object.member("account_name", method.accountName)
            object.member("is_primary", isPrimary)
        }
    }
}
