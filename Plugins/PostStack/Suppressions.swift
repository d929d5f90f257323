import AdapterKit
import Base
import Model

/// What the routes under `/suppressions` do: the addresses that the account sends nothing to.
enum Suppressions {
    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let page = PageNumber(call.query)
        let found = try await call.suppressions.list(Slice(offset: page.offset, limit: page.size))
        return .object { answer in
            answer.array("data") { data in
                for suppression in found.items { data.element(SuppressionObject(suppression: suppression)) }
            }
            answer.member("meta", PageMeta(page: page.number, perPage: page.size, total: found.total ?? 0))
        }
    }

    static func add(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let address = form.address("email", required: true)
        let reason = form.word("reason", of: SuppressionReason.allCases.map(\.rawValue), required: true)
        try form.finish()
        // `finish` has thrown where one is absent; the compiler cannot know.
        guard let address, let reason = reason.flatMap(SuppressionReason.init) else {
            throw .invalid(FieldFault("email", .missing))
        }
        try await call.suppressions.add(address, reason: reason.kernelReason).run()
        return .success
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.suppressions.remove(call.parameter(0)).run()
        return .success
    }
}

/// Why an address gets no mail.
enum SuppressionReason: String, CaseIterable {
    case hardBounce = "hard_bounce"
    case complaint, manual, unsubscribe

    init(_ reason: Suppression.Reason) {
        switch reason {
        // Another dialect's, which this one has no word for.
        case .hardBounce, .softBounce: self = .hardBounce
        case .complaint: self = .complaint
        case .manual: self = .manual
        case .unsubscribe: self = .unsubscribe
        }
    }

    var kernelReason: Suppression.Reason {
        switch self {
        case .hardBounce: .hardBounce
        case .complaint: .complaint
        case .manual: .manual
        case .unsubscribe: .unsubscribe
        }
    }
}

struct SuppressionObject: JSONWritable {
    let suppression: Suppression

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", suppression.id.value)
            object.member("email", suppression.address.address)
            object.member("reason", SuppressionReason(suppression.reason).rawValue)
            object.member("createdAt", WireTime(suppression.createdAt))
        }
    }
}
