package import Base
package import Kernel
package import Model
import Synchronization

/// The log's lines about one request. Made only where the operator wants them, so a request without pays for one
/// comparison; all of its lines have the request's id, which stands in the answer too.
///
/// Neither path nor query is told, which hold what the caller sent: the route's pattern is.
package final class RequestTrace: Sendable {
    private struct State {
        var route: OperatorText?
        var account: Account.ID?
        var key: AccessKey.ID?
    }

    private let request: OperatorText
    private let service: OperatorText
    private let client: IPAddress?
    private let began: Duration
    private let log: Log
    private let state = Mutex(State())

    /// `began` is an uptime.
    package init(request: String, service: PersonalityID, client: IPAddress?, began: Duration, log: Log) {
        self.request = OperatorText(request)
        self.service = OperatorText(service.name)
        self.client = client
        self.began = began
        self.log = log
    }

    package func matched(_ route: Route) {
        let name = OperatorText("\(route.method.rawValue) \(route.pattern)")
        state.withLock { $0.route = name }
    }

    /// The request's key is a good one, whether or not it lets the request in.
    package func authenticated(_ key: AccessKey) {
        state.withLock { state in
            state.account = key.account
            state.key = key.id
        }
    }

    /// Messages that are on disk now, or were before.
    package func sent(_ results: [Result<Acceptance, KernelFailure>]) {
        let account = state.withLock { $0.account }
        for case .success(let acceptance) in results {
            log.write(.requests, "message-accepted") { line in
                line.add("request", request)
                line.add("message", acceptance.message.value)
                line.add("account", account?.value)
                if acceptance.replayed { line.add("replayed", true) }
            }
        }
    }

    package func answered(status: Int, failure: FaultName?, at uptime: Duration) {
        let state = state.withLock { $0 }
        log.write(.requests, "request") { line in
            line.add("request", request)
            line.add("service", service)
            line.add("route", state.route)
            line.add("status", status)
            line.add("failure", failure.map { OperatorText($0.rawValue) })
            line.add("account", state.account?.value)
            line.add("key", state.key?.value)
            line.add("client", client)
            line.add("duration", uptime - began)
        }
    }
}
