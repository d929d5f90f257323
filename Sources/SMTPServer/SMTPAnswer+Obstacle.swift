import Kernel
import SMTPWire

extension SMTPAnswer {
    /// What is answered to a message that could never arrive. It is mail's own affair, and the same in every dialect.
    static func refused(_ obstacle: SubmittedMail.Obstacle) -> SMTPAnswer {
        switch obstacle {
        case .loop: .refused(loop, .messageMalformed)
        case .notTransportable:
            .refused(
                Reply(
                    .transactionFailed, .contentInvalid,
                    "Lines over 998 octets and NUL cannot be encoded here: the header does not fold, or it is signed"),
                .messageMalformed)
        case .tooInternational:
            .refused(
                Reply(
                    .mailboxUnavailable, .internationalAddressNotSupported,
                    "The next server takes no header in UTF-8, nor letters outside ASCII before an @"),
                .messageMalformed)
        }
    }

    /// RFC 5321 §6.3
    static let loop = Reply(.transactionFailed, .routingLoop, "This message goes round in circles")
}
