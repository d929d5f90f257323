import HTTPDelivery
import Posix

/// The way from a command to the server that holds the database, if there is one.
struct ControlSocket {
    let path: String

    init(database: String) { path = Self.path(database: database) }

    static func path(database: String) -> String { database + ".control" }

    /// The running server's reply; nil if no server runs.
    func send(_ arguments: Arguments) throws -> OperatorReply? {
        guard Files.exists(path) else { return nil }
        let answer: CurlClient.Answer
        do throws(CurlError) {
            answer = try CurlClient(socketPath: path).post(
                ControlService.path, body: arguments.json, timeout: RuntimeLimits.controlTimeout)
        } catch {
            if error.isNotConnected { return nil }
            throw error
        }
        guard answer.status == 200, let reply = OperatorReply(answer.body) else {
            return .refused("the running server refused: \(String(decoding: answer.body, as: UTF8.self))")
        }
        return reply
    }
}
