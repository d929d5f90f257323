import AdapterKit
import Base
import Model

/// The page of a payment, for whoever pays: what to send where with which reference, how long it may take, and what
/// came of it. It works without a script, refreshing itself while it waits; with one it changes in its place.
enum CheckoutPage {
    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let id = call.ids.slug(in: call.parameter(0)),
            let record = try await call.anyRecord(id, in: Transaction.collection)
        else { throw .notFound(.record(Transaction.collection)) }
        let view = TransactionView(Stored(record: record, value: try Transaction(record)), call.ids)
        let content = CheckoutContent(
            view: view, methods: try await PaymentMethod.all(of: record.space.account, call),
            isTest: record.space.mode == .test, now: call.now)
        return .page(title: content.title) {
            content.writeHead(&$0)
        } _: {
            content.write(&$0)
        }
    }

    static func script(_ call: Call) -> Answer {
        Answer(status: Success.ok.rawValue, contentType: "text/javascript; charset=utf-8", body: CheckoutAssets.script)
    }

    static func style(_ call: Call) -> Answer {
        Answer(status: Success.ok.rawValue, contentType: "text/css; charset=utf-8", body: CheckoutAssets.style)
    }
}
