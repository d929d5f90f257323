import AdapterKit
import Base
import Model

/// How a request proves that it comes from a line's forwarder. What is compared takes a time that says nothing.
enum ForwarderProof {
    /// The line's secret itself: in Authorization, as Bearer or as the password of Basic, or as a member `secret`.
    case secret
    /// textbee's `X-Signature`: HMAC-SHA256 of the body in hexadecimal. It knows no time, so copies are told from it by
    /// what they say.
    case bodyCode
    /// httpSMS's bearer token: a JWT (RFC 7519) of HS256 for this line's address. It covers no body.
    case token
    /// Twilio's `X-Twilio-Signature` over the address that was called and all fields of the form.
    case addressCode
    /// SmsForwarder's `sign` over its time stamp alone, in Base64, encoded as a URL's part once or twice on its way.
    case stamp

    /// `path`: the line's own, which a token has to be for.
    func check(_ call: Call, _ members: ForwardedMembers?, key: [UInt8], path: String) throws(KernelFailure) {
        switch self {
        case .secret: try Self.checkSecret(call, members, key)
        case .bodyCode: try Self.checkBody(call, key)
        case .token: try Self.checkToken(call.header("Authorization"), key: key, path: path, at: call.now)
        case .addressCode: try TwilioSignature.check(call, key: key, path: path)
        case .stamp: try Self.checkStamp(members, key, at: call.now)
        }
    }

    private static func checkSecret(
        _ call: Call, _ members: ForwardedMembers?, _ key: [UInt8]
    ) throws(KernelFailure) {
        let given: [UInt8]
        if let header = call.header("Authorization") {
            let words = header.split(separator: " ", maxSplits: 1).map(String.init)
            switch words.first?.asciiLowercased {
            case "bearer" where words.count == 2: given = Array(words[1].utf8)
            // RFC 7617 §2: `user:password`, of which the user may be anything.
            case "basic" where words.count == 2:
                guard let pair = Base64.decode(Array(words[1].utf8)), let colon = pair.firstIndex(of: ASCII.colon)
                else { throw .credentialMalformed(.form) }
                given = Array(pair[(colon + 1)...])
            default: throw .credentialMalformed(.scheme)
            }
        } else if let text = members?.text(["secret"]) ?? call.query.text("secret") {
            given = Array(text.utf8)
        } else {
            throw .credentialMissing
        }
        guard MessageCode.areEqual(given, key) else { throw .credentialUnknown }
    }

    private static func checkBody(_ call: Call, _ key: [UInt8]) throws(KernelFailure) {
        guard let signature = call.header("X-Signature") else { throw .credentialMissing }
        guard let code = Hex.decode(signature) else { throw .credentialMalformed(.form) }
        guard MessageCode.areEqual(MessageCode.sha256(call.body, key: key), code) else { throw .credentialUnknown }
    }

    /// `header`: the Authorization field.
    static func checkToken(
        _ header: String?, key: [UInt8], path: String, at now: Instant
    ) throws(KernelFailure) {
        guard let header else { throw .credentialMissing }
        guard header.asciiLowercased.hasPrefix("bearer ") else { throw .credentialMalformed(.scheme) }
        let parts = header.dropFirst(7).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64URL.object(parts[0]), let claims = Base64URL.object(parts[1]),
            let code = Base64URL.decode(parts[2])
        else { throw .credentialMalformed(.form) }
        // The algorithm is ours to choose (RFC 8725 §3.1).
        let signed = MessageCode.sha256(Array("\(parts[0]).\(parts[1])".utf8), key: key)
        guard head.root["alg"]?.string == "HS256", MessageCode.areEqual(signed, code) else {
            throw .credentialUnknown
        }
        let audience = claims.root["aud"]
        let names = audience?.elements.map { $0.compactMap(\.string) } ?? audience?.string.map { [$0] } ?? []
        guard names.contains(where: { $0.hasSuffix(path) }) else { throw .credentialUnknown }
        guard let end = claims.root["exp"]?.int.map({ Instant(seconds: Int64($0)) }) else {
            throw .credentialMalformed(.form)
        }
        let begin = claims.root["nbf"]?.int.map { Instant(seconds: Int64($0)) } ?? now
        guard end > now, begin <= now + HarpoonLimits.signatureWindow else {
            throw .credentialExpired(at: end)
        }
    }

    private static func checkStamp(
        _ members: ForwardedMembers?, _ key: [UInt8], at now: Instant
    ) throws(KernelFailure) {
        guard let sign = members?.text(["sign"]), let stamp = members?.text(["timestamp"]) else {
            throw .credentialMissing
        }
        let code = MessageCode.sha256(Array("\(stamp)\n".utf8) + key, key: key)
        guard let time = members?.time(["timestamp"]), let given = Base64.decode(Array(plain(sign).utf8)) else {
            throw .credentialMalformed(.form)
        }
        guard MessageCode.areEqual(code, given) else { throw .credentialUnknown }
        let age = now - time
        guard age <= HarpoonLimits.signatureWindow, age >= .zero - HarpoonLimits.signatureWindow else {
            throw .credentialExpired(at: time)
        }
    }

    /// Of the characters of Base64 three are written as escapes in a URL.
    private static func plain(_ text: String) -> String {
        var text = text
        for _ in 0..<2 {
            for (escape, plain) in [("%25", "%"), ("%2B", "+"), ("%2F", "/"), ("%3D", "=")] {
                text = text.replacing(escape, with: plain).replacing(escape.asciiLowercased, with: plain)
            }
        }
        // A plus that was not written as an escape is a blank by now.
        return text.replacing(" ", with: "+")
    }
}

extension Base64URL {
    fileprivate static func object(_ text: Substring) -> JSONDocument? {
        decode(text).flatMap { try? JSONDocument($0, limits: JSONLimits(bytesMax: $0.count)) }
    }
}
