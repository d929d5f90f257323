import Base
import Crypto
package import Kernel
package import Model
package import Ports
import Synchronization

/// The kernel's webhooks around a store, on a loop that is turned by hand, with a way out that says what a test wants.
package struct WebhookBench: Sendable {
    package let transport: ScriptedHTTP
    package let dispatcher: WebhookDispatcher
    package let service: WebhookService
    package let secrets: WebhookSecrets

    package init(
        loop: HandLoop, store: any Store, dialects: [PersonalityID: WebhookDialect] = Fixture.webhookDialects,
        egress: EgressPolicy = EgressPolicy()
    ) throws {
        let random = SeededRandom(seed: 11)
        transport = ScriptedHTTP()
        transport.serve(loop)
        secrets = WebhookSecrets(sealing: try SealingKey(bytes: Array(repeating: 3, count: 32)), random: random)
        let renderer = WebhookRenderer(store: store, dialects: dialects)
        dispatcher = WebhookDispatcher(
            loop: loop, store: store, transport: transport, renderer: renderer, secrets: secrets, time: loop.time,
            random: random, log: CollectingLog().log(time: loop.time))
        store.observe(facts: dispatcher)
        service = WebhookService(
            store: store, dispatcher: dispatcher, renderer: renderer, secrets: secrets, egress: egress,
            time: loop.time)
    }
}

extension Fixture {
    /// The body names the delivery, the event and its message.
    package static let webhookDialects = [
        personality: WebhookDialect(
            rules: webhookRules,
            payload: { occasion in
                let delivery = occasion.delivery
                return Array("\(delivery.name) \(delivery.event?.value ?? 0) \(occasion.message?.id.value ?? 0)".utf8)
            }, identity: { "id-\($0.id.value)" })
    ]
}

/// A way out for HTTP that says what a test tells it to, and remembers what it was asked. While it is held, exchanges
/// wait until `release`.
package final class ScriptedHTTP: HTTPTransport {
    package typealias Script = @Sendable (OutgoingRequest) -> HTTPExchange

    private struct State {
        var script: Script = { _ in .status(200) }
        var requests: [OutgoingRequest] = []
        var held: (@Sendable (OutgoingRequest) -> Bool)?
        var waiting: [CheckedContinuation<Void, Never>] = []
        var loop: HandLoop?
    }

    private let state = Mutex(State())

    package init() {}

    /// Whoever looks at the requests first lets what this loop has in hand come to its end.
    package func serve(_ loop: HandLoop) { state.withLock { $0.loop = loop } }

    package func perform(_ request: OutgoingRequest) async -> HTTPExchange {
        let script = state.withLock { state in
            state.requests.append(request)
            return state.script
        }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state -> Bool in
                let isHeld = state.held?(request) ?? false
                if isHeld { state.waiting.append(continuation) }
                return !isHeld
            }
            if goesOn { continuation.resume() }
        }
        return script(request)
    }

    package func close() async {}

    package var requests: [OutgoingRequest] {
        state.withLock { $0.loop }?.settle()
        return state.withLock { $0.requests }
    }
    package var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }

    package func say(_ script: @escaping Script) { state.withLock { $0.script = script } }

    package func hold(_ held: @escaping @Sendable (OutgoingRequest) -> Bool = { _ in true }) {
        state.withLock { $0.held = held }
    }

    package func release() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.held = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension HTTPExchange {
    package static func status(_ status: Int, _ text: String = "", retryAfter: Duration? = nil) -> HTTPExchange {
        HTTPExchange(
            outcome: .answered(HTTPAnswer(status: status, snippet: Array(text.utf8), retryAfter: retryAfter)))
    }

    package static func failed(_ failure: HTTPFailure) -> HTTPExchange { HTTPExchange(outcome: .failed(failure)) }
}
