import Base
import HTTPServer
import HTTPWire
import Model
import Ports

/// The admin listener: health, metrics, and the captured mail.
///
///     GET /healthz             the process answers
///     GET /readyz              it also accepts: the database can be written, nothing is shutting down
///     GET /metrics             counters and states, in Prometheus' text format
///     GET /messages            the latest messages; ?page=1&per_page=20
///     GET /messages/ID         one, with recipients and events
///     GET /messages/ID/raw     the exact bytes as sent
///
/// The pages with mail ask for the admin token (`AdminGuard`).
struct AdminService: HTTPService {
    private let runtime: KernelRuntime
    private let gate: AdminGuard
    private let office: Operator
    private let describe: OperatorJSON
    private let metrics: [any MetricSource]
    private let requestIDs: RequestIDs
    private let isDraining: @Sendable () -> Bool

    init(
        _ runtime: KernelRuntime, token: [UInt8]?, metrics: [any MetricSource],
        isDraining: @escaping @Sendable () -> Bool
    ) {
        self.runtime = runtime
        gate = AdminGuard(runtime.configuration, token: token)
        self.metrics = metrics
        requestIDs = RequestIDs(form: AdminPage.requestID, random: runtime.random)
        self.isDraining = isDraining
        office = Operator(runtime)
        describe = OperatorJSON(runtime)
    }

    /// Nothing here takes a body.
    func bodyLimitBytes(for head: RequestHead) -> Int { 4096 }

    func enter(_ head: RequestHead, from peer: IPAddress?) -> HeadEntry { HeadEntry(isKnown: false) }

    func respond(to request: Request, from peer: IPAddress?, entry: HeadEntry?) async -> Response {
        AdminPage.named(requestIDs.next(), await answer(request))
    }

    private func answer(_ request: Request) async -> Response {
        guard request.head.method.isImplemented else { return AdminPage.unknownMethod }
        guard request.head.method == .get || request.head.method == .head else {
            return AdminPage.error(.methodNotAllowed, "only GET is served here")
        }
        guard let segments = try? PathSegments.decode(request.head.path) else {
            return AdminPage.error(.notFound, "not found")
        }
        if let refusal = gate.refusal(of: request.head, page: segments.first ?? "") { return refusal }
        if let objection = Self.objection(segments, request.head) { return AdminPage.error(.badRequest, objection) }
        do throws(KernelFailure) {
            return try await page(segments, request.head)
        } catch {
            if case .notFound = error { return AdminPage.error(.notFound, "not found") }
            return AdminPage.error(.serviceUnavailable, "storage unavailable")
        }
    }

    func refuse(
        _ failure: KernelFailure, head: RequestHead?, from peer: IPAddress?, entry: HeadEntry?
    ) -> Response {
        AdminPage.named(requestIDs.next(), AdminPage.refusal(failure))
    }

    private func page(_ segments: [String], _ head: RequestHead) async throws(KernelFailure) -> Response {
        switch segments.count {
        case 1 where segments[0] == "healthz": AdminPage.json(.ok, JSONWriter.object { $0.member("status", "ok") })
        case 1 where segments[0] == "readyz": readiness()
        case 1 where segments[0] == "metrics": await figures()
        case 1 where segments[0] == "messages": try await list(head)
        case 2 where segments[0] == "messages":
            AdminPage.json(.ok, describe.message(try await office.message(segments[1])))
        case 3 where segments[0] == "messages" && segments[2] == "raw": try await raw(segments[1])
        default: AdminPage.error(.notFound, "not found")
        }
    }

    private func readiness() -> Response {
        if isDraining() { return AdminPage.error(.serviceUnavailable, "shutting down") }
        guard runtime.store.isWritable else {
            return AdminPage.error(.serviceUnavailable, "the database cannot be written")
        }
        return AdminPage.json(.ok, JSONWriter.object { $0.member("status", "ready") })
    }

    private func figures() async -> Response {
        var page = MetricsPage()
        for source in metrics { await source.add(to: &page) }
        return Response(
            head: ResponseHead(.ok, fields: [ResponseField(.contentType, MetricsPage.contentType)]), body: page.bytes)
    }

    /// What is wrong with the query; nil where nothing is.
    private static func objection(_ segments: [String], _ head: RequestHead) -> String? {
        guard let pairs = try? QueryPairs.decode(head.query) else { return "the query cannot be read" }
        let known = segments == ["messages"] ? ranges.map(\.name) : []
        for pair in pairs {
            guard let range = ranges.first(where: { known.contains($0.name) && $0.name == pair.name })?.range else {
                let nearest = NearestName.to(pair.name, among: known).map { " (did you mean \($0)?)" } ?? ""
                let takes = known.isEmpty ? "there are none here" : "there are \(known.joined(separator: ", "))"
                return "unknown query parameter \(pair.name)\(nearest): \(takes)"
            }
            guard let number = Int(pair.value), range.contains(number) else {
                return "\(pair.name): must be a number from \(range.lowerBound) to \(range.upperBound)"
            }
        }
        return nil
    }

    private static let ranges: [(name: String, range: ClosedRange<Int>)] = [
        ("page", 1...1_000_000), ("per_page", 1...100),
    ]

    private func list(_ head: RequestHead) async throws(KernelFailure) -> Response {
        let pairs = (try? QueryPairs.decode(head.query)) ?? []
        func number(_ name: String, else fallback: Int) -> Int {
            pairs.last { $0.name == name }.flatMap { Int($0.value) } ?? fallback
        }
        let limit = number("per_page", else: 20)
        let offset = (number("page", else: 1) - 1) * limit
        return AdminPage.json(.ok, describe.page(try await office.messages(offset: offset, limit: limit)))
    }

    private func raw(_ id: String) async throws(KernelFailure) -> Response {
        guard let bytes = try await office.raw(id) else { return AdminPage.error(.gone, "not kept") }
        return Response(
            head: ResponseHead(.ok, fields: [ResponseField(.contentType, "message/rfc822")]), body: bytes)
    }
}
