import Base

/// The commands that a client sends, and their bytes (RFC 5321 §4.1.1).
enum ClientCommand {
    case ehlo(HeloName)
    case helo(HeloName)
    case startTLS  // RFC 3207 §4
    case authenticate(SASLMechanism, initialResponse: [UInt8]?)  // RFC 4954 §4
    case mail(Mailbox?, [MailParameter])
    case recipient(Mailbox, [RecipientParameter])
    case data
    case reset
    case quit

    var bytes: [UInt8] {
        var line: [UInt8] = []
        append(to: &line)
        return line
    }

    func append(to line: inout [UInt8]) {
        switch self {
        case .ehlo(let name): line.append("EHLO \(name.text)")
        case .helo(let name): line.append("HELO \(name.text)")
        case .startTLS: line.append(literal: "STARTTLS")
        case .authenticate(let mechanism, let response):
            line.append("AUTH \(mechanism.rawValue)")
            if let response { line.append(contentsOf: [ASCII.space] + response) }
        case .mail(let sender, let parameters):
            line.append("MAIL FROM:<\(sender?.text ?? "")>")
            for parameter in parameters { line.append(" \(parameter.text)") }
        case .recipient(let recipient, let parameters):
            line.append("RCPT TO:<\(recipient.text)>")
            for parameter in parameters { line.append(" \(parameter.text)") }
        case .data: line.append(literal: "DATA")
        case .reset: line.append(literal: "RSET")
        case .quit: line.append(literal: "QUIT")
        }
        line.append(literal: "\r\n")
    }
}

/// The parameters of MAIL that we use (`Mail-parameters` of RFC 5321 §4.1.2).
enum MailParameter: Hashable, Sendable {
    case size(octets: Int)  // RFC 1870 §6
    case bodyEightBitMIME  // RFC 6152 §2
    case smtpUTF8  // RFC 6531 §3.4
    case returned(SenderParameters.Returned)  // RFC 3461 §4.3
    /// Encoded.
    case envelopeID(String)  // RFC 3461 §4.4

    var text: String {
        switch self {
        case .size(let octets): "SIZE=\(octets)"
        case .bodyEightBitMIME: "BODY=8BITMIME"
        case .smtpUTF8: "SMTPUTF8"
        case .returned(let returned): "RET=\(returned.rawValue)"
        case .envelopeID(let text): "ENVID=\(text)"
        }
    }
}

/// The parameters of RCPT that we use (`Rcpt-parameters` of RFC 5321 §4.1.2).
enum RecipientParameter: Hashable, Sendable {
    case notify(RecipientParameters.Notify)  // RFC 3461 §4.1
    /// Encoded.
    case originalRecipient(String)  // RFC 3461 §4.2

    var text: String {
        switch self {
        case .notify(let notify): "NOTIFY=\(notify.text)"
        case .originalRecipient(let text): "ORCPT=\(text)"
        }
    }
}

extension RecipientParameters.Notify {
    fileprivate var text: String {
        let words = [(Self.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")].filter { contains($0.0) }
        return words.isEmpty ? "NEVER" : words.map(\.1).joined(separator: ",")
    }
}
