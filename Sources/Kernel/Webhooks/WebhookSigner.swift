public import Base
import Crypto
public import Model
public import Ports

/// Makes a delivery's fields after a dialect's recipe. Pure.
public enum WebhookSigner {
    /// `secrets`: newest first; each signs. `time`: of this attempt.
    public static func fields(
        _ signing: WebhookSigning, secrets: [String], id: String, event: String, time: Instant, body: [UInt8]
    ) -> [OutgoingRequest.Field] {
        var message: [UInt8] = []
        for (index, part) in signing.parts.enumerated() {
            if index > 0 { message.append(ASCII.period) }
            switch part {
            case .id: message.append(id)
            case .time: message.appendDecimal(time.seconds)
            case .body: message.append(contentsOf: body)
            }
        }
        let signatures = secrets.map { secret in
            let code = HMACSHA256.code(for: message, key: Array(secret.utf8))
            switch signing.encoding {
            case .hexadecimal: return signing.prefix + code.hex
            case .base64: return signing.prefix + String(decoding: Base64.encode(code.bytes), as: UTF8.self)
            }
        }.joined(separator: signing.separator)
        let values = ["{id}": id, "{time}": String(time.seconds), "{event}": event, "{signatures}": signatures]
        return signing.fields.map { OutgoingRequest.Field($0.name, fill($0.template, values)) }
    }

    private static func fill(_ template: String, _ values: [String: String]) -> String {
        guard template.utf8.contains(0x7B) else { return template }
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open]
            text += values[String(rest[open...close])] ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
