import AdapterKit
import Base
import Model

/// How an app or a service hands texts over: how it proves itself, where its words stand, and what it wants to hear.
struct ForwarderForm: Sendable {
    /// What is answered to whatever is authentic.
    enum Reply: Sendable {
        /// JSON that suits all who read an answer.
        case taken
        /// No body: it would be sent to the payer as a text.
        case silence
        /// TwiML that has nothing said.
        case markup
    }

    let proof: ForwarderProof
    let sender: [String]
    let message: [String]
    let time: [String]
    /// The member of the body that those are members of.
    var inside: String?
    /// The member that says what the request is about, and the word of a text that came in; others are nothing to us.
    var event: (name: String, word: String)?
    var reply = Reply.taken
    /// It asks by GET, which puts texts into the logs of whatever stands before us: the owner of the line chose it.
    var usesGet = false

    /// nil for those that have routes of their own.
    static func of(_ forwarder: Line.Forwarder) -> ForwarderForm? {
        switch forwarder {
        case .payment, .smsGateway: nil
        case .httpSMS:
            ForwarderForm(
                proof: .token, sender: ["contact"], message: ["content"], time: ["timestamp"], inside: "data",
                event: ("type", "message.phone.received"))
        case .incomeSMS, .gammu:
            ForwarderForm(proof: .secret, sender: ["from"], message: ["text"], time: ["sentStamp"])
        case .textbee:
            ForwarderForm(
                proof: .bodyCode, sender: ["sender"], message: ["message"], time: ["receivedAt"],
                event: ("webhookEvent", "MESSAGE_RECEIVED"))
        case .smsSync:
            ForwarderForm(proof: .secret, sender: ["from"], message: ["message"], time: ["sent_timestamp"])
        case .smsForwarder:
            ForwarderForm(proof: .stamp, sender: ["from"], message: ["content"], time: ["receive_time", "timestamp"])
        case .kannel, .playSMS:
            ForwarderForm(
                proof: .secret, sender: ["from"], message: ["text"], time: ["time"], reply: .silence,
                usesGet: true)
        case .twilio:
            ForwarderForm(
                proof: .addressCode, sender: ["From"], message: ["Body"], time: [], reply: .markup, usesGet: true)
        case .africasTalking:
            ForwarderForm(proof: .secret, sender: ["from"], message: ["text"], time: ["date"])
        }
    }

    /// nil for what is no text that came in, and for an empty one.
    func text(in members: ForwardedMembers) throws(KernelFailure) -> ForwardedText? {
        if let event {
            guard let word = members.text([event.name]) else { throw .bodyMalformed }
            guard word == event.word else { return nil }
        }
        if members.text(["encrypted"], inside: inside) == "true" {
            throw .invalid(FieldFault("encrypted", .forbidden(because: "the text cannot be read")))
        }
        guard let message = members.text(message, inside: inside) else { throw .bodyMalformed }
        if message.allSatisfy(\.isWhitespace) { return nil }
        return ForwardedText(
            sender: members.text(sender, inside: inside) ?? "", message: message,
            receivedAt: members.time(time, inside: inside))
    }
}

extension ForwarderForm.Reply {
    /// nil: the one that suits all.
    var answer: Answer? {
        switch self {
        case .taken: nil
        case .silence: Answer(status: Success.ok.rawValue, contentType: "text/plain", body: [])
        case .markup: Answer(status: Success.ok.rawValue, contentType: "text/xml", body: Array("<Response/>".utf8))
        }
    }
}
