import Foundation
import HTTPDelivery
import Posix

/// The way from a command to the server that holds the database, if there is one.
struct ControlSocket {
    let path: String

    init(database: String) { path = Self.path(database: database) }

    static func path(database: String) -> String { database + ".control" }

    /// The running server's reply; nil if no server runs.
    func send(_ command: OperatorCommand) throws -> OperatorReply? {
        guard Files.exists(path) else { return nil }
        let answer: CurlClient.Answer
        do {
            answer = try CurlClient(socketPath: path).post(
                ControlService.path, body: Array(try JSONEncoder().encode(command)),
                timeout: RuntimeLimits.controlTimeout)
        } catch let error as CurlError where error.isNotConnected {
            return nil
        }
        guard answer.status == 200 else {
            return .refused("the running server refused: \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(OperatorReply.self, from: Data(answer.body))
    }
}
