import Base
import HTTPServer
import HTTPWire
import Model

/// The control socket: operators' command lines as `POST /command`, `Arguments` in and an `OperatorReply` out.
///
/// Who may open the socket may do everything; its mode lets only the server's own user.
struct ControlService: HTTPService {
    static let path = "/command"

    private let office: Operator
    private let requestIDs: RequestIDs

    init(_ runtime: KernelRuntime) {
        office = Operator(runtime)
        requestIDs = RequestIDs(form: AdminPage.requestID, random: runtime.random)
    }

    func bodyLimitBytes(for head: RequestHead) -> Int { RuntimeLimits.commandBytes }

    func enter(_ head: RequestHead, from peer: IPAddress?) -> HeadEntry { HeadEntry(isKnown: true) }

    func respond(to request: Request, from peer: IPAddress?, entry: HeadEntry?) async -> Response {
        AdminPage.named(requestIDs.next(), await answer(request))
    }

    private func answer(_ request: Request) async -> Response {
        guard request.head.method.isImplemented else { return AdminPage.unknownMethod }
        guard request.head.method == .post, Array(request.head.path) == Array(Self.path.utf8) else {
            return AdminPage.error(.notFound, "not found")
        }
        let limits = JSONLimits(bytesMax: RuntimeLimits.commandBytes)
        guard let document = try? JSONDocument(request.body, limits: limits),
            let arguments = Arguments(json: document.root)
        else { return AdminPage.error(.badRequest, "this is not a command") }
        do throws(UsageError) {
            let invocation = try Invocation(arguments)
            guard case .operate(let operation) = invocation.verb.action else {
                throw UsageError("\(invocation.verb.name) is not for a running server")
            }
            return AdminPage.json(.ok, await office.run(operation, arguments).bytes)
        } catch {
            let refusal = OperatorReply.refused("the running server refused: \(error.text)", exit: .usage)
            return AdminPage.json(.ok, refusal.bytes)
        }
    }

    func refuse(
        _ failure: KernelFailure, head: RequestHead?, from peer: IPAddress?, entry: HeadEntry?
    ) -> Response {
        AdminPage.named(requestIDs.next(), AdminPage.refusal(failure))
    }
}
