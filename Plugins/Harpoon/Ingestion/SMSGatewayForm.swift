import AdapterKit
import Base
import Model

/// What the app SMS Gateway for Android posts of a text that it received.
struct SMSGatewayForm {
    /// Its time is the message centre's. nil for the app's other events, which are nothing to us.
    let text: ForwardedText?

    /// `bodyMalformed` for what the app does not send.
    init(_ body: [UInt8]) throws(KernelFailure) {
        guard let document = try? JSONDocument(body, limits: JSONLimits(bytesMax: body.count)),
            let event = document.root["event"]?.string
        else { throw .bodyMalformed }
        guard event == "sms:received" else {
            text = nil
            return
        }
        guard let payload = document.root["payload"], let message = payload["message"]?.string,
            // `phoneNumber` is the sender's older name.
            let sender = (payload["sender"] ?? payload["phoneNumber"])?.string
        else { throw .bodyMalformed }
        let time = payload["receivedAt"]?.string.flatMap { Instant(rfc3339: $0, naiveOffsetSeconds: 0) }
        text = ForwardedText(sender: sender, message: message, receivedAt: time)
    }

    /// The signature is HMAC-SHA256 in lower-case hexadecimal over the bytes of the body, then the time stamp; the time
    /// is fresh in each attempt, so an old one is somebody's copy.
    static func check(
        _ body: [UInt8], signature: String?, timestamp: String?, key: [UInt8], at now: Instant
    ) throws(KernelFailure) {
        guard let signature, let timestamp else { throw .credentialMissing }
        guard let seconds = Int64(timestamp), let code = Hex.decode(signature) else {
            throw .credentialMalformed(.form)
        }
        guard MessageCode.areEqual(MessageCode.sha256(body + Array(timestamp.utf8), key: key), code) else {
            throw .credentialUnknown
        }
        let age = now - Instant(seconds: seconds)
        guard age <= HarpoonLimits.signatureWindow, age >= .zero - HarpoonLimits.signatureWindow else {
            throw .credentialExpired(at: Instant(seconds: seconds))
        }
    }
}
