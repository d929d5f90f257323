import AdapterKit
import Base
import Model

/// What the routes under `/v1/deliveries` do.
enum Deliveries {
    /// What deliveries' ids begin with.
    static let queuePrefix = "hr_"
    /// What cursors are good for.
    private static let listName = "deliveries"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let state = try state(call.query)
        let start = try start(call)
        let limit = call.query.int("limit", in: HarepostLimits.page, else: HarepostLimits.pageDefault)
        let page = try await call.relays.list(state: state, Slice(start, limit: limit))
        return .object(reservedBytes: DeliveryObject.bytesReserved * (page.items.count + 1)) { answer in
            answer.array("data") { data in
                for relay in page.items { data.element(DeliveryObject(relay: relay, queueID: call.queueID(relay.id))) }
            }
            let last = page.hasMore ? page.items.last : nil
            answer.member("next_cursor", last.map { call.cursors.text($0.id, in: listName) })
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let (relay, attempts) = try await call.relays.history(id(call))
        return .object { DeliveryObject(relay: relay, queueID: call.queueID(relay.id), attempts: attempts).write(&$0) }
    }

    /// Polyrelay's own. Takes no body, and looks at none.
    static func replay(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.relays.replay(id(call)).run()
        return try await show(call)
    }

    /// Polyrelay's own. Takes no body, and looks at none.
    static func cancel(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.relays.cancel(id(call)).run()
        return try await show(call)
    }

    /// Whatever names no delivery is not found; the form is never at fault.
    private static func id(_ call: Call) throws(KernelFailure) -> Relay.ID {
        guard let id = call.ids.relays.id(in: call.parameter(0)) else {
            throw .notFound(.delivery)
        }
        return id
    }

    private static func state(_ query: Query) throws(KernelFailure) -> Relay.State? {
        guard let word = query.text("status") else { return nil }
        guard let status = DeliveryStatus(rawValue: word) else {
            let words = DeliveryStatus.allCases.map(\.rawValue)
            throw .invalid(FieldFault("status", .oneOf(words), location: .query, value: UserData(word)))
        }
        return status.state
    }

    private static func start(_ call: Call) throws(KernelFailure) -> Slice<Relay>.Start {
        guard let text = call.query.text("cursor") else { return .first }
        guard let place = call.cursors.place(text, in: listName, of: Relay.self) ?? earlierCursor(text, call) else {
            throw .invalid(FieldFault("cursor", .cursor, location: .query, value: UserData(text)))
        }
        return .after(place)
    }

    /// One that was given out before cursors were sealed: a delivery's id under a prefix of its own.
    private static func earlierCursor(_ text: String, _ call: Call) -> Relay.ID? {
        guard text.hasPrefix(earlierPrefix) else { return nil }
        return call.ids.relays.id(in: queuePrefix + text.dropFirst(earlierPrefix.count))
    }

    private static let earlierPrefix = "c_"
}
