package import Base
package import Kernel
package import Model
import Ports
package import SMTPWire

/// Takes all mail of programs under development: from anybody, for anybody, with any credentials or none. It is kept to
/// be looked at and goes nowhere. For addresses of this machine alone.
package struct CatchAllDesk: SMTPService {
    private let mail: MailService
    private let hostName: HeloName
    /// Whose mail it is; nil while there is no account.
    private let account: @Sendable () -> Account.ID?

    package init(_ mail: MailService, hostName: HeloName, account: @escaping @Sendable () -> Account.ID?) {
        self.mail = mail
        self.hostName = hostName
        self.account = account
    }

    package func configuration(offersTLS: Bool) -> ServerConfiguration {
        ServerConfiguration(hostName: hostName, offersStartTLS: offersTLS, mechanisms: [.plain, .login])
    }

    // MARK: SMTPService

    package var name: String { PersonalityID.capture.name }
    package var idleTimeout: Duration? { nil }

    package func client(at address: IPAddress?) -> SMTPClient { SMTPClient(address: address) }

    package func authenticate(
        _ credentials: ServerCredentials, _ client: SMTPClient
    ) async -> (answer: SMTPAnswer, client: SMTPClient) {
        (.accepted(Reply(.authenticationSucceeded, .authenticationSucceeded, "Whoever you are")), client)
    }

    package func begin(_ sender: ReversePath, _ client: SMTPClient) -> (answer: SMTPAnswer, client: SMTPClient) {
        (.accepted(Reply(.completed, .senderValid, "Ok")), client)
    }

    package func check(_ recipient: EnvelopeRecipient, _ client: SMTPClient) -> SMTPAnswer {
        .accepted(Reply(.completed, .recipientValid, "Ok"))
    }

    package func accept(_ received: ReceivedMail, _ client: SMTPClient) async -> SMTPAnswer {
        guard let account = account() else {
            return .refused(
                Reply(.localError, .temporaryFailure, "There is no account yet: polyrelay account create NAME"),
                .notFound)
        }
        do throws(KernelFailure) {
            let submitted = SubmittedMail(
                content: received.content,
                recipients: received.recipients.compactMap { MailAddress(parsing: $0.mailbox.text) },
                reversePath: received.sender.mailbox?.text, declaresUTF8: received.sender.parameters.smtpUTF8,
                trace: MailTrace(
                    heloName: received.trace.heloName, client: client.address,
                    protocolName: received.trace.protocolName, serverName: hostName.text),
                reports: ReportWishes(received))
            let id = try await mail.keep(submitted.read(special: []).submission, for: account).run()
            return .accepted(Reply(.completed, .contentAccepted, "Ok: kept as \(id.value)"))
        } catch {
            return .refused(Self.reply(error), FaultName(error))
        }
    }

    private static func reply(_ failure: KernelFailure) -> Reply {
        if failure.isTemporary { return Reply(.localError, .temporaryFailure, "Not now, try again later") }
        return Reply(.transactionFailed, .contentInvalid, "No message: it needs a header with one From")
    }
}
