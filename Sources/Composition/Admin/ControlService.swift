import Base
import Foundation
import HTTPServer
import HTTPWire
import Model

/// The control socket: operators' commands as `POST /command`, an `OperatorCommand` in and an `OperatorReply` out.
///
/// Who may open the socket may do everything; its mode lets only the server's own user.
struct ControlService: HTTPService {
    static let path = "/command"

    private let office: Operator
    private let requestIDs: RequestIDs

    init(_ runtime: KernelRuntime) {
        office = Operator(runtime)
        requestIDs = RequestIDs(form: Page.requestID, random: runtime.random)
    }

    func bodyLimitBytes(for head: RequestHead) -> Int { 1 << 20 }

    func respond(to request: Request, from peer: IPAddress?) async -> Response {
        Page.named(requestIDs.next(), await answer(request))
    }

    private func answer(_ request: Request) async -> Response {
        guard request.head.method == .post, Array(request.head.path) == Array(Self.path.utf8) else {
            return Page.error(.notFound, "not found")
        }
        guard let command = try? JSONDecoder().decode(OperatorCommand.self, from: Data(request.body)) else {
            return Page.error(.badRequest, "this is not a command that this version of the server knows")
        }
        let reply = await office.run(command)
        guard let body = try? JSONEncoder().encode(reply) else {
            return Page.error(.internalServerError, "the reply cannot be written")
        }
        return Page.json(.ok, Array(body))
    }

    func refuse(_ failure: KernelFailure, head: RequestHead?, from peer: IPAddress?) -> Response {
        Page.named(requestIDs.next(), Page.refusal(failure))
    }
}
