import Base
import HTTPServer
import HTTPWire
import Model
import Synchronization

/// Answers by path: `/wait` when the gate is opened, `/echo` with the body, `/half` with 60,000 bytes, `/large` with
/// `largeBytes`, those of `StubStreams` with a streamed body, else the path.
final class StubService: HTTPService {
    static let bodyLimitBytes = 1000
    /// Two of them are more than those who are not known may leave untaken.
    static let largeBytes = 40 << 20

    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Paths of requests as they come.
    let arrivals: AsyncStream<String>
    private let arrived: AsyncStream<String>.Continuation
    private let state = Mutex(State())
    let streams = StubStreams()

    init() { (arrivals, arrived) = AsyncStream.makeStream() }

    func bodyLimitBytes(for head: RequestHead) -> Int { Self.bodyLimitBytes }

    /// Every peer is a proxy.
    func forwardedClient(of head: RequestHead, from peer: IPAddress?) -> IPAddress? {
        head.value(of: "X-Forwarded-For").flatMap { IPAddress($0) }
    }

    /// A path that begins with `/no` is decided by its head.
    func enter(_ head: RequestHead, from peer: IPAddress?) -> HeadEntry {
        HeadEntry(isDecided: String(decoding: head.path, as: UTF8.self).hasPrefix("/no"))
    }

    func respond(to request: Request, from peer: IPAddress?, entry: HeadEntry?) async -> Response {
        let path = String(decoding: request.head.path, as: UTF8.self)
        arrived.yield(path)
        switch path {
        case "/wait":
            await waitForGate()
            return response(.ok, Array("waited".utf8))
        case "/echo": return response(.ok, request.body)
        case "/large": return response(.ok, Array(repeating: UInt8(ascii: "x"), count: Self.largeBytes))
        case "/half": return response(.ok, Array(repeating: UInt8(ascii: "x"), count: 60_000))
        default:
            if let stream = streams.stream(path) {
                return Response(head: ResponseHead(.ok), body: [], stream: stream)
            }
            return response(.ok, Array(path.utf8))
        }
    }

    func refuse(
        _ failure: KernelFailure, head: RequestHead?, from peer: IPAddress?, entry: HeadEntry?
    ) -> Response {
        let status: HTTPStatus =
            switch failure {
            case .requestTimedOut: .requestTimeout
            case .bodyTooLarge: .contentTooLarge
            case .overloaded: .serviceUnavailable
            default: .badRequest
            }
        return response(status, Array("refused".utf8))
    }

    private func response(_ status: HTTPStatus, _ body: [UInt8]) -> Response {
        Response(head: ResponseHead(status), body: body)
    }

    private func waitForGate() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state -> Bool in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if goesOn { continuation.resume() }
        }
    }

    func openGate() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
