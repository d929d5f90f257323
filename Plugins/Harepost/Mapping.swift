import AdapterKit
import Base
import Model

/// What a send asks for, in the kernel's words.
struct SendRequest {
    let request: RelayRequest
    /// The bytes that go out, and that are signed.
    let body: [UInt8]
    let idempotencyKey: String?

    /// Throws the first fault: absent and mistyped members first, then values in the contract's order.
    /// `takesClearText`: the target may be of http.
    init(_ form: consuming Form, takesClearText: Bool = false) throws(KernelFailure) {
        let target = form.target("target", takesClearText: takesClearText)
        let method = form.method("method")
        let content = Content(&form, isSent: method != "GET")
        let headers = form.forwardedHeaders("headers")
        let key = form.idempotencyKey("idempotency_key")
        let isSigned = form.bool("sign") ?? false
        let metadata = form.jsonObject("metadata", maximumBytes: HarepostLimits.metadataBytes)
        let policy = form.deliveryPolicy("delivery")
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let target else { throw .invalid(FieldFault("target", .missing)) }
        request = RelayRequest(
            method: method, target: target, fields: Self.fields(headers, content, key), isSigned: isSigned,
            idempotencyKey: key, metadata: metadata, policy: policy)
        body = content.bytes
        idempotencyKey = key
    }

    /// The caller's headers, and those that the service adds.
    private static func fields(
        _ headers: [RelayRequest.Field], _ content: Content, _ key: String?
    ) -> [RelayRequest.Field] {
        var fields = headers
        if content.isJSON, !fields.has("content-type") { fields.append(.init("Content-Type", Answer.json)) }
        if let key { fields.append(.init(OwnHeader.idempotencyKey, key)) }
        if !fields.has("user-agent") { fields.append(.init("User-Agent", OwnHeader.userAgent)) }
        return fields
    }
}

/// Headers that are the service's own.
enum OwnHeader {
    static let prefix = "x-harepost-"
    static let signature = "X-Harepost-Signature"
    static let idempotencyKey = "X-Harepost-Idempotency-Key"
    static let userAgent = "Harepost/1.0"

    /// Never forwarded: those of one connection (RFC 9110 §7.6.1), those that say who the caller is, and those that say
    /// what the request's framing decides.
    static let stripped: Set<String> = [
        "host", "content-length", "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "authorization", "cookie", "expect",
    ]
}

extension [RelayRequest.Field] {
    fileprivate func has(_ name: String) -> Bool { contains { $0.name.asciiLowercased == name } }
}

/// A send's body as bytes: fixed once, so that every attempt and every signature have the same.
private struct Content {
    var bytes: [UInt8] = []
    /// It was given as an object or array.
    var isJSON = false

    init(_ form: inout Form, isSent: Bool) {
        guard isSent, let value = form.value("body") else { return }
        switch value.kind {
        case .string: bytes = value.stringBytes ?? []
        case .object, .array:
            bytes = JSONText.compact(value)
            isJSON = true
        case .number, .bool, .null: form.note("body", .wrongType)
        }
        if bytes.count > HarepostLimits.bodyBytes { form.note("body", .size(maximum: HarepostLimits.bodyBytes)) }
    }
}

extension Form {
    /// An absolute URL of https, or of http where that is taken.
    fileprivate mutating func target(_ field: StaticString, takesClearText: Bool) -> WebURL? {
        guard let text = string(field, required: true) else { return nil }
        let fault: FieldFault.Rule
        if text.utf8.count > HarepostLimits.targetBytes {
            fault = .length(maximum: HarepostLimits.targetBytes)
        } else if let url = WebURL(text) {
            if url.isSecure || takesClearText { return url }
            fault = .scheme(allowed: ["https"])
        } else {
            // Of a URL that is none of the web's, the scheme is what is wrong; but for one that is https and malformed.
            let scheme = text.prefix { $0 != ":" }
            let hasScheme = text.contains("://") && scheme.utf8.allSatisfy(ASCII.isLetter)
            fault = hasScheme && scheme.lowercased() != "https" ? .scheme(allowed: ["https"]) : .url
        }
        note(FieldFault("\(field)", fault, value: UserData(text)))
        return nil
    }

    fileprivate mutating func method(_ field: StaticString) -> String {
        guard let text = string(field) else { return "POST" }
        let word = text.uppercased()
        if !Self.methods.contains(word) { note(FieldFault("\(field)", .oneOf(Self.methods), value: UserData(text))) }
        return word
    }

    private static let methods = ["POST", "PUT", "PATCH", "DELETE", "GET"]

    /// The headers that are forwarded; what is stripped is passed over in silence.
    fileprivate mutating func forwardedHeaders(_ field: StaticString) -> [RelayRequest.Field] {
        let pairs = stringMap(field)
        let bytes = pairs.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        if pairs.count > HarepostLimits.headers {
            note("headers", .count(minimum: 0, maximum: HarepostLimits.headers))
        } else if bytes > HarepostLimits.headerBytes {
            note("headers", .size(maximum: HarepostLimits.headerBytes))
        }
        var fields: [RelayRequest.Field] = []
        for (name, value) in pairs {
            let lowered = name.asciiLowercased
            if OwnHeader.stripped.contains(lowered) || lowered.hasPrefix(OwnHeader.prefix) { continue }
            if !HTTPField.isName(name) {
                note(FieldFault("\(field)", .headerName, value: UserData(name)))
            } else if !HTTPField.isValue(value) {
                note(FieldFault("\(field)", .headerValue, value: UserData(name)))
            } else {
                fields.append(.init(name, value))
            }
        }
        return fields
    }

    /// It becomes a header too, so it has to be able to.
    fileprivate mutating func idempotencyKey(_ field: StaticString) -> String? {
        guard let text = string(field) else { return nil }
        if text.utf8.count > HarepostLimits.idempotencyKeyBytes {
            note(FieldFault("\(field)", .length(maximum: HarepostLimits.idempotencyKeyBytes), value: UserData(text)))
        } else if !HTTPField.isValue(text) {
            note(FieldFault("\(field)", .headerValue, value: UserData(text)))
        }
        return text
    }

    fileprivate mutating func jsonObject(_ field: StaticString, maximumBytes: Int) -> [UInt8]? {
        guard let value = value(field) else { return nil }
        guard value.kind == .object else {
            note(field, .wrongType)
            return nil
        }
        let bytes = JSONText.compact(value)
        if bytes.count > maximumBytes { note(field, .size(maximum: maximumBytes)) }
        return bytes
    }

    /// The policy. What is out of range is moved into it, and what is no number or no known word is not there.
    fileprivate mutating func deliveryPolicy(_ field: StaticString) -> AttemptPolicy {
        var policy = DeliveryPolicy()
        object(field) { policy = DeliveryPolicy($0) }
        return policy.attemptPolicy
    }
}

/// How a delivery is tried, in the vendor's numbers.
struct DeliveryPolicy: Equatable {
    var maxAttempts = HarepostLimits.attemptsDefault
    var isFixed = false
    var baseDelay = HarepostLimits.baseDelayDefault
    var maxDelay = HarepostLimits.maxDelayDefault
    var hasJitter = true
    var timeout = HarepostLimits.timeoutDefault
    var respectsRetryAfter = true

    init() {}

    init(_ form: Form) {
        maxAttempts = Self.number(form.value("max_attempts"), HarepostLimits.attempts, else: maxAttempts)
        isFixed = form.value("backoff")?.string == "fixed"
        baseDelay = Self.number(form.value("base_delay_ms"), HarepostLimits.baseDelay, else: baseDelay)
        maxDelay = Self.number(form.value("max_delay_ms"), HarepostLimits.maxDelay, else: maxDelay)
        hasJitter = form.value("jitter")?.string != "none"
        timeout = Self.number(form.value("timeout_ms"), HarepostLimits.timeout, else: timeout)
        respectsRetryAfter = form.value("respect_retry_after")?.bool ?? true
    }

    /// A fraction is cut off, and what lies outside is moved to the nearer end.
    private static func number(_ value: JSONValue?, _ range: ClosedRange<Int>, else fallback: Int) -> Int {
        guard let number = value?.number.flatMap({ Double($0) }) else { return fallback }
        return Int(min(max(number.rounded(.down), Double(range.lowerBound)), Double(range.upperBound)))
    }

    /// 5xx, 408 and 429 are the target's passing trouble, and so is no answer; every other status but 2xx is its word.
    var attemptPolicy: AttemptPolicy {
        let base = Duration.milliseconds(min(baseDelay, maxDelay))
        return AttemptPolicy(
            fatal: [100...199, 300...407, 409...428, 430...499],
            retries: RetryPolicy(
                delays: isFixed
                    ? .constant(base) : .exponential(first: base, factor: 2, cap: .milliseconds(maxDelay)),
                attempts: maxAttempts, jitter: hasJitter ? .full : .none,
                retryAfter: respectsRetryAfter ? .replaces(cap: HarepostLimits.retryAfterMax) : .ignored,
                lifetime: HarepostLimits.lifetime), timeout: .milliseconds(timeout))
    }
}
