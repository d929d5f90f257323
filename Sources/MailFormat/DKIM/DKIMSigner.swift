public import Base
public import Crypto

/// Signs messages for one domain with one key (RFC 6376, RFC 8463), `relaxed/relaxed`. Any thread.
public struct DKIMSigner: Sendable {
    public let domain: DomainName
    public let selector: DomainName
    private let key: any DKIMKey

    public init(domain: DomainName, selector: DomainName, key: any DKIMKey) {
        self.domain = domain
        self.selector = selector
        self.key = key
    }

    /// The message with one DKIM-Signature for each signer before it, in their order. `message` has CRLF line ends
    /// only.
    ///
    /// Name the RSA signer first: every receiver knows it, and RFC 8463 §5 asks for it beside Ed25519.
    public static func sign(
        _ message: [UInt8], by signers: [DKIMSigner], at time: Instant
    ) throws(CryptoError) -> [UInt8] {
        let signable = SignableMessage(message)
        var signed: [UInt8] = []
        for signer in signers { signed += try signer.signatureField(for: signable, at: time) }
        return signed + message
    }

    /// The DKIM-Signature field with its CRLF (RFC 6376 §3.5).
    func signatureField(for message: SignableMessage, at time: Instant) throws(CryptoError) -> [UInt8] {
        let names = Self.signedNames(in: message)
        var writer = FieldWriter(name: "DKIM-Signature")
        for tag in [
            "v=1;", "a=\(key.algorithm.rawValue);", "c=relaxed/relaxed;", "d=\(domain.text);", "s=\(selector.text);",
            "t=\(time.seconds);",
        ] { writer.append(tag) }
        for (index, name) in names.enumerated() {
            // RFC 6376 §3.5: folding white space may stand beside the colons of the list.
            if index == 0 { writer.append("h=" + name) } else { writer.appendAdjoining(":" + name) }
        }
        writer.glue(";")
        writer.append("bh=\(Self.base64(message.bodyHash.bytes));")
        writer.fold()
        writer.append("b=")
        let signature = try key.signature(over: message.signedFields(names) + Self.canonical(writer.unfinished))
        Self.glue(Self.base64(signature), to: &writer)
        return writer.finish()
    }

    /// RFC 6376 §5.4: what a reader sees of a message. Each of these is named once more than it stands there (§8.15),
    /// so that none can be added afterwards and shown in place of the signed one.
    private static let guardedNames = [
        "from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "references", "mime-version",
        "content-type", "content-transfer-encoding",
    ]
    /// Signed where they stand: RFC 8058 §4 asks for both to be covered.
    private static let optionalNames = ["list-unsubscribe", "list-unsubscribe-post", "list-id", "sender"]

    private static func signedNames(in message: SignableMessage) -> [String] {
        guardedNames.flatMap { Array(repeating: $0, count: message.count(of: $0) + 1) }
            + optionalNames.flatMap { Array(repeating: $0, count: message.count(of: $0)) }
    }

    /// RFC 6376 §3.7: the field itself, its `b=` empty, is signed last and without its CRLF.
    private static func canonical(_ field: [UInt8]) -> [UInt8] {
        let colon = field.firstIndex(of: ASCII.colon) ?? field.endIndex
        return DKIMCanonicalization.field(name: field[..<colon], value: field[colon...].dropFirst())
    }

    /// Folds the signature: white space inside `b=` is ignored (RFC 6376 §3.5).
    private static func glue(_ signature: String, to writer: inout FieldWriter) {
        var rest = signature.utf8[...]
        let besideTag = MailLimits.headerLineMax - writer.column
        writer.glue(rest.prefix(besideTag))
        rest = rest.dropFirst(besideTag)
        while !rest.isEmpty {
            // The space that continues the field is the first of the line.
            writer.append(rest.prefix(MailLimits.headerLineMax - 1))
            rest = rest.dropFirst(MailLimits.headerLineMax - 1)
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String { String(decoding: Base64.encode(bytes), as: UTF8.self) }
}
