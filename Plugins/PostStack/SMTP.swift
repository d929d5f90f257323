import AdapterKit
import Base
import Model

extension SMTPDialect {
    /// The relay: what goes for `POST /emails` goes for it, spoken in replies.
    static let postStack = SMTPDialect(
        greeting: "ESMTP PostStack", mechanisms: [.plain, .login], credentials: .key(user: "poststack"),
        requiresTLS: true,
        limits: Limits(
            recipients: PostStackLimits.recipientsPerMessage, messageBytes: PostStackLimits.messageBytes),
        requirement: Requirement(anyOf: [Scope.sendingAccess]), rateClass: PostStack.everyRequest,
        idempotency: PostStack.idempotency, specialFields: SpecialField.all, interpret: SpecialField.interpret,
        reply: { failure, stage, _ in Face.of(failure).reply(to: failure, at: stage) },
        accepted: { acceptance, ids in
            SMTPReply(250, (0, 0), "Ok: queued as \(ids.messages.text(acceptance.message))")
        })
}

/// Header fields that say what members of the JSON body say.
private enum SpecialField {
    static let idempotencyKey = "x-poststack-idempotency-key"
    static let tags = "x-poststack-tags"
    static let template = "x-poststack-template-id"
    static let variables = "x-poststack-variables"

    static let all: Set = [idempotencyKey, tags, template, variables]

    static func interpret(
        _ fields: SpecialFields, _: Principal, _ submission: inout Submission
    ) throws(KernelFailure) {
        if let list = fields[tags] { submission.tags = try read(tags: list) }
        if let text = fields[variables] { try check(variables: text) }
        // There are no templates yet, so no id names one.
        if fields[template] != nil { throw .notFound(.template) }
        if let key = fields[idempotencyKey] {
            guard key.utf8.count <= PostStackLimits.idempotencyKeyBytes else {
                throw .idempotencyKeyInvalid(limitBytes: PostStackLimits.idempotencyKeyBytes)
            }
            submission.idempotency = IdempotencyKey(UserData(key))
        }
    }

    /// Between commas, without the spaces around them.
    private static func read(tags list: String) throws(KernelFailure) -> [String] {
        let tags = list.split(separator: ",").map(trimmed).filter { !$0.isEmpty }
        guard tags.count <= PostStackLimits.tags else {
            throw .invalid(FieldFault("tags", .count(minimum: 0, maximum: PostStackLimits.tags), location: .header))
        }
        guard tags.allSatisfy({ $0.utf8.count <= PostStackLimits.tagBytes }) else {
            throw .invalid(FieldFault("tags", .size(maximum: PostStackLimits.tagBytes), location: .header))
        }
        return tags
    }

    private static func trimmed(_ text: Substring) -> String {
        let isText = { (character: Character) in character != " " && character != "\t" }
        guard let first = text.firstIndex(where: isText), let last = text.lastIndex(where: isText) else { return "" }
        return String(text[first...last])
    }

    private static func check(variables text: String) throws(KernelFailure) {
        let bytes = Array(text.utf8)
        let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count))
        guard document?.root.kind == .object else {
            throw .invalid(FieldFault("variables", .wrongType, location: .header))
        }
    }
}

// MARK: Failures as replies

extension Face {
    /// The reply that says what this face says.
    fileprivate func reply(to failure: KernelFailure, at stage: SMTPStage) -> SMTPReply {
        let status = SMTPReplyStatus.of(failure, at: stage)
        return SMTPReply(status, Self.text(failure, at: stage) ?? text)
    }
}

extension Face {
    /// Where a mail client's user is helped by other words than an API's.
    private static func text(_ failure: KernelFailure, at stage: SMTPStage) -> String? {
        switch failure {
        case .encryptionRequired: "Must issue a STARTTLS command first"
        case .credentialMissing where stage != .authentication: "Authentication required"
        default: nil
        }
    }
}
