import AdapterKit
import Base
import Model

/// What `initialize` asks for.
struct InitializeRequest {
    let transaction: Transaction
    /// Where the caller wants to hear of this payment, to be judged.
    let webhook: WebURL?

    /// The vendor's tables ask for it, its own sample clients leave it out.
    static let requiresPhone = PersonalityOption.boolean(
        "strictPhoneNumber", standard: false, "whether a payment without phone_number is refused")

    /// Throws the first fault: absent and mistyped members first, then values in the contract's order.
    init(_ body: [UInt8], at now: Instant, requiresPhone: Bool = false) throws(KernelFailure) {
        var form = try Form(body)
        let amount = form.amount("amount", required: true)
        let phone = form.phone("phone_number", required: requiresPhone)
        form.currency("currency")
        let customer = form.text("customer_name")
        let details = form.text("description")
        webhook = form.secureURL("webhook_url")
        let redirect = form.redirect("redirect_url")
        let clientReference = form.clientReference("client_reference")
        let meta = form.meta("meta")
        let hours = form.hours("expires_in_hours")
        let telcoID = form.telcoID("expected_telco_transaction_id")
        let payer = form.phone("expected_payer_phone")
        let wantsSMS = form.bool("send_sms_to_payer") ?? true
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let amount else { throw .invalid(FieldFault("amount", .missing)) }
        var transaction = Transaction(
            expected: amount, createdAt: now, expiresAt: now + .seconds(3600) * hours)
        transaction.phone = phone?.local
        transaction.customerName = customer
        transaction.details = details
        transaction.webhookURL = webhook?.text
        transaction.redirectURL = redirect
        transaction.clientReference = clientReference
        transaction.meta = meta
        transaction.expectedTelcoID = telcoID
        transaction.expectedPayer = payer?.local
        transaction.wantsPayerSMS = wantsSMS
        self.transaction = transaction
    }
}

extension Form {
    /// A positive decimal with at most two places, as text or as a number. What it was goes into the fault.
    mutating func amount(_ field: StaticString, required: Bool = false) -> Money? {
        guard let value = value(field) else {
            if required { note(field, .missing) }
            return nil
        }
        let text = value.string ?? value.number
        if let text, let money = Money(text), money.isPositive { return money }
        let sent = text ?? String(decoding: value.raw.prefix(HarpoonLimits.textBytes), as: UTF8.self)
        note(FieldFault("\(field)", .decimal, value: UserData(sent)))
        return nil
    }

    /// The number of a Ghanaian mobile phone.
    mutating func phone(_ field: StaticString, required: Bool = false) -> Phone? {
        guard let text = string(field, required: required) else { return nil }
        guard let phone = Phone(text) else {
            note(FieldFault("\(field)", .key, value: UserData(text)))
            return nil
        }
        return phone
    }

    fileprivate mutating func currency(_ field: StaticString) {
        guard let text = string(field), text != "GHS" else { return }
        note(FieldFault("\(field)", .oneOf(["GHS"]), value: UserData(text)))
    }

    mutating func text(_ field: StaticString) -> String? {
        guard let text = string(field) else { return nil }
        if text.utf8.count > HarpoonLimits.textBytes { note(field, .length(maximum: HarpoonLimits.textBytes)) }
        return text
    }

    /// An absolute URL of https.
    mutating func secureURL(_ field: StaticString, required: Bool = false) -> WebURL? {
        guard let text = string(field, required: required) else { return nil }
        if text.utf8.count > HarpoonLimits.urlBytes {
            note(FieldFault("\(field)", .length(maximum: HarpoonLimits.urlBytes)))
        } else if let url = WebURL(text) {
            if url.isSecure { return url }
            note(FieldFault("\(field)", .scheme(allowed: ["https"]), value: UserData(text)))
        } else {
            note(FieldFault("\(field)", .url, value: UserData(text)))
        }
        return nil
    }

    /// Where the payer's browser goes afterwards: a fragment is the page's own affair.
    fileprivate mutating func redirect(_ field: StaticString) -> String? {
        guard let text = string(field) else { return nil }
        let bare = text.prefix { $0 != "#" }
        guard text.utf8.count <= HarpoonLimits.urlBytes, WebURL(String(bare)) != nil,
            text.utf8.allSatisfy(ASCII.isVisible)
        else {
            note(FieldFault("\(field)", .url, value: UserData(text)))
            return nil
        }
        return text
    }

    fileprivate mutating func clientReference(_ field: StaticString) -> String? {
        guard let text = string(field) else { return nil }
        if text.isEmpty || text.count > HarpoonLimits.clientReferenceCharacters {
            note(FieldFault("\(field)", .length(maximum: HarpoonLimits.clientReferenceCharacters)))
        }
        return text
    }

    /// An object, as it was written but for its white space.
    fileprivate mutating func meta(_ field: StaticString) -> [UInt8]? {
        guard let value = value(field) else { return nil }
        guard value.kind == .object else {
            note(field, .wrongType)
            return nil
        }
        let bytes = JSONText.compact(value)
        if bytes.count > HarpoonLimits.metaBytes { note(field, .size(maximum: HarpoonLimits.metaBytes)) }
        return bytes
    }

    fileprivate mutating func hours(_ field: StaticString) -> Int {
        guard let hours = int(field) else { return HarpoonLimits.expiryHoursDefault }
        let range = HarpoonLimits.expiryHours
        if !range.contains(hours) {
            note(field, .range(minimum: range.lowerBound, maximum: range.upperBound))
        }
        return min(max(hours, range.lowerBound), range.upperBound)
    }

    /// An id as a network gives them: kept and compared as text.
    mutating func telcoID(_ field: StaticString, required: Bool = false) -> String? {
        guard let text = string(field, required: required) else { return nil }
        if required, text.isEmpty { note(field, .missing) }
        if text.utf8.count > HarpoonLimits.telcoIDBytes { note(field, .length(maximum: HarpoonLimits.telcoIDBytes)) }
        return text
    }
}
