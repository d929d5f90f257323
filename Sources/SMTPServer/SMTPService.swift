package import Base
package import Kernel
package import SMTPWire

/// What stands behind a listener: who may come in, and who takes over what they bring.
///
/// **Contract.** Called on the shard of the connection, which must not be blocked; what it awaits comes back there. It
/// never fails: every failure is a reply. A client that goes away does not cancel it. An accepted message is on disk.
package protocol SMTPService: Sendable {
    /// Its name in logs and figures.
    var name: String { get }

    /// How long a client may say nothing.
    var idleTimeout: Duration? { get }

    /// A client that has just connected.
    func client(at address: IPAddress?) -> SMTPClient

    /// Whether the credentials are good; the client with them, if they are.
    func authenticate(
        _ credentials: ServerCredentials, _ client: SMTPClient
    ) async -> (answer: SMTPAnswer, client: SMTPClient)

    /// Whether a message may begin; the client with the right to send it, if it may.
    func begin(_ sender: ReversePath, _ client: SMTPClient) -> (answer: SMTPAnswer, client: SMTPClient)

    func check(_ recipient: EnvelopeRecipient, _ client: SMTPClient) -> SMTPAnswer

    func accept(_ mail: ReceivedMail, _ client: SMTPClient) async -> SMTPAnswer
}

/// An answer to a session's question.
package struct SMTPAnswer: Sendable {
    package let verdict: ServerVerdict
    /// What a refusal renders; nil where nothing is to be counted.
    package let failure: FaultName?

    package static func accepted(_ reply: Reply) -> SMTPAnswer {
        SMTPAnswer(verdict: .accepted(reply), failure: nil)
    }

    /// The same refusal as before of the same thing, which is not counted again.
    package static func refusedAgain(_ reply: Reply) -> SMTPAnswer {
        SMTPAnswer(verdict: .refused(reply), failure: nil)
    }

    package static func refused(_ reply: Reply, _ failure: FaultName) -> SMTPAnswer {
        SMTPAnswer(verdict: .refused(reply), failure: failure)
    }
}

/// What is known of the client of one connection.
package struct SMTPClient: Sendable {
    /// nil: on a local socket.
    package var address: IPAddress?
    /// nil: nobody yet.
    package var caller: Gate.Caller?
    /// The right to send the message at hand.
    package var passage: Gate.Passage?

    package init(address: IPAddress?, caller: Gate.Caller? = nil) {
        self.address = address
        self.caller = caller
    }

    /// Known by its address alone.
    var isTrusted: Bool { if case .trusted = caller { true } else { false } }
}
