package import Base
package import Kernel
import Model
package import SMTPWire

/// The mx role: takes mail that reports of ours, for addresses of ours, from anybody, keeps what is written to the
/// operator, and takes nothing else. It relays for nobody, and answers an out-of-office note like any other message
/// that it does not understand: with a refusal, for what is acknowledged must not be lost.
package struct ReportDesk: SMTPService {
    private let reports: ReportService
    private let hostName: HeloName
    private let isStrict: Bool

    /// `isStrict`: sessions are held to the letter of RFC 5321 (`ServerConfiguration.isStrict`).
    package init(_ reports: ReportService, hostName: HeloName, isStrict: Bool = false) {
        self.reports = reports
        self.hostName = hostName
        self.isStrict = isStrict
    }

    /// How sessions of a listener go. `offersTLS`: STARTTLS, for those who want it (RFC 3207 §4 forbids a public server
    /// to ask for it).
    package func configuration(offersTLS: Bool) -> ServerConfiguration {
        ServerConfiguration(hostName: hostName, offersStartTLS: offersTLS, isStrict: isStrict)
    }

    // MARK: SMTPService

    package var name: String { "mx" }
    package var idleTimeout: Duration? { nil }

    package func client(at address: IPAddress?) -> SMTPClient { SMTPClient(address: address) }

    /// AUTH is not offered; who tries it is nobody.
    package func authenticate(
        _ credentials: ServerCredentials, _ client: SMTPClient
    ) async -> (answer: SMTPAnswer, client: SMTPClient) {
        let reply = Reply(.credentialsInvalid, .credentialsInvalid, "Nobody logs in here")
        return (.refused(reply, .credentialUnknown), client)
    }

    /// Reports come under the null path (RFC 5321 §4.5.5); complaints, and what older servers send, under others too.
    package func begin(_ sender: ReversePath, _ client: SMTPClient) -> (answer: SMTPAnswer, client: SMTPClient) {
        (.accepted(Reply(.completed, .senderValid, "Ok")), client)
    }

    package func check(_ recipient: EnvelopeRecipient, _ client: SMTPClient) -> SMTPAnswer {
        do throws(ReportService.Refusal) {
            _ = try reports.destination(recipient.mailbox.text)
            return .accepted(Reply(.completed, .recipientValid, "Ok"))
        } catch {
            let reply =
                switch error {
                case .elsewhere: Reply(.mailboxUnavailable, .notAuthorized, "Relaying denied")
                case .unknown: Reply(.mailboxUnavailable, .badDestinationMailbox, "No such mailbox here")
                }
            return .refused(reply, .recipientRejected)
        }
    }

    /// A report to several mailboxes of ours is taken if it says something for one of them.
    package func accept(_ mail: ReceivedMail, _ client: SMTPClient) async -> SMTPAnswer {
        if MailLoop.isLoop(mail.content, ownName: hostName.text) { return .refused(SMTPAnswer.loop, .messageMalformed) }
        var answer = SMTPAnswer.refused(
            Reply(.transactionFailed, .contentInvalid, "Only reports of mail from here are taken, and this is none"),
            .messageMalformed)
        for recipient in mail.recipients {
            guard let destination = try? reports.destination(recipient.mailbox.text) else { continue }
            switch await take(mail, for: destination, client) {
            case .taken: answer = .accepted(Reply(.completed, .contentAccepted, "Ok, recorded"))
            case .notUnderstood: break
            case .tooLarge:
                answer = .refused(
                    Reply(.storageExceeded, .messageTooLarge, "Too large for a person to read"),
                    .messageTooLarge)
            case .postponed(let failure):
                return .refused(
                    Reply(.localError, .temporaryFailure, "Not now, try again later"), FaultName(failure))
            }
        }
        return answer
    }

    private func take(
        _ mail: ReceivedMail, for destination: ReportService.Destination, _ client: SMTPClient
    ) async -> ReportService.Verdict {
        guard destination == .desk else { return await reports.take(mail.content, for: destination) }
        let trace = MailTrace(
            heloName: mail.trace.heloName, client: client.address, protocolName: mail.trace.protocolName,
            serverName: hostName.text)
        return await reports.keep(mail.content, from: mail.sender.mailbox?.text, trace)
    }
}
