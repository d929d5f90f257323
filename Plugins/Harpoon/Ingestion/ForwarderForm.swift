import AdapterKit
import Base
import Model

/// How an app or a service hands texts over: how it proves itself, where its words stand, and what it wants to hear.
struct ForwarderForm: Sendable {
    let proof: ForwarderProof
    let sender: [String]
    let message: [String]
    let time: [String]
    /// The member of the body that those are members of.
    var inside: String?
    /// The member that says what the request is about, and the word of a text that came in; others are nothing to us.
    var event: (name: String, word: String)?
    /// A body would be sent to the payer as a text.
    var isSilent = false
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
                proof: .secret, sender: ["from"], message: ["text"], time: ["time"], isSilent: true, usesGet: true)
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
