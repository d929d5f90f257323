import AdapterKit
import Base
import Model

/// `POST /v1/send`. The order of the checks is the contract's: the body's form, the target, the method's word, a
/// literal address, the domain, the addresses behind its name.
enum Sends {
    static let insecureTargets = PersonalityOption.boolean(
        "insecureTargets", standard: false, local: true,
        "whether targets may be http, and on this machine without a domain; egress.allow has to allow it too")

    static func send(_ call: Call) async throws(KernelFailure) -> Answer {
        let isInsecure = call.option(insecureTargets)
        let send = try SendRequest(Form(call.body), takesClearText: isInsecure)
        let made = try await call.relays.accept(
            send.request, body: send.body, field: "target", trustsThisMachine: isInsecure
        ).run()
        return .object(.accepted, reservedBytes: AcceptedObject.bytesReserved) { answer in
            AcceptedObject(queueID: call.queueID(made.id), createdAt: made.at, idempotencyKey: send.idempotencyKey)
                .write(&answer)
        }
    }
}

extension Call {
    func queueID(_ id: Relay.ID) -> String { ids.relays.text(id) }
}
