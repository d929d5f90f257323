import AdapterKit
import Base
import Model

/// Stamps that an account issues: one kind of record, one route.
enum Stamps {
    static let collection = "stamps"

    static let routes: [Route] = [
        .of(account: "/stamps", Scope.keys, planner: issue).describes(
            "issueStamp", "Issues a stamp.",
            answers: [201: .json(.named("Stamp", .object([.required("id", .uuid), .required("issued", .instant)])))])
    ]

    static func issue(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        let stamps = try call.records()
        let stamp = NewRecord(in: stamps.space(collection), state: "issued", body: Array("{}".utf8))
        let (ids, now) = (call.ids, call.now)
        return stamps.plan(RecordUnit([.insert(stamp)], at: now)).map { receipts throws(KernelFailure) in
            guard let receipt = receipts.first else { throw .notFound(.record(collection)) }
            return .object(201) { answer in
                answer.member("id", ids.records(collection).text(receipt.id))
                answer.member("issued", now.rfc3339(.milliseconds))
            }
        }
    }
}
