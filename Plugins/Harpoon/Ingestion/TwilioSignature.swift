import AdapterKit
import Base
import Model

/// `X-Twilio-Signature`: Base64 of an HMAC over the address as the sender called it, with its query, and after it each
/// field of the form by name, name and value without anything between. SHA-1, or SHA-256 where the request says so.
enum TwilioSignature {
    /// In front of the server something may have changed the address: then this says what callers call.
    static let ingestOrigin = PersonalityOption.url(
        "ingestOrigin", "where forwarders that sign the address call this server: https://pay.example.com")

    static func check(_ call: Call, key: [UInt8], path: String) throws(KernelFailure) {
        guard let header = call.header("X-Twilio-Signature") else { throw .credentialMissing }
        guard let given = Base64.decode(Array(header.utf8)) else { throw .credentialMalformed(.form) }
        let usesSHA256 = call.header("X-Twilio-Webhooks-Signature-Settings")?.contains("HMAC_SHA256") == true
        let query = call.rawQuery.isEmpty ? "" : "?\(call.rawQuery)"
        for origin in origins(call) {
            let code = code(of: "\(origin)\(path)\(query)", call.body, key: key, usesSHA256: usesSHA256)
            if let code, MessageCode.areEqual(code, given) { return }
        }
        throw .credentialUnknown
    }

    /// `address`: with its query, as the sender has it.
    static func code(of address: String, _ form: [UInt8], key: [UInt8], usesSHA256: Bool = false) -> [UInt8]? {
        let signed = Array(address.utf8) + fields(form)
        return usesSHA256 ? MessageCode.sha256(signed, key: key) : MessageCode.sha1(signed, key: key)
    }

    /// The one that is configured, else by the host that was called: a false one makes another code.
    private static func origins(_ call: Call) -> [String] {
        if let url = call.option(ingestOrigin) {
            return [url.text.hasSuffix("/") ? String(url.text.dropLast()) : url.text]
        }
        return call.header("Host").map { ["https://\($0)", "http://\($0)"] } ?? []
    }

    private static func fields(_ body: [UInt8]) -> [UInt8] {
        guard let form = Query(form: body) else { return [] }
        return form.all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .flatMap { Array($0.name.utf8) + Array($0.value.utf8) }
    }
}
