import AdapterKit
import Model

/// The bodies of messages.
extension Shapes {
    // MARK: Sending

    static let newMessage = Shape.named(
        "CreateMessageRequest",
        .object(
            [
                .required("from", address),
                .required("recipients", .array(of: recipient, count: 1...AhaSendLimits.recipients)),
                .optional("substitutions", substitutions),
            ] + content))

    static let newConversation = Shape.named(
        "CreateConversationRequest",
        .object(
            [
                .required("from", address), .required("to", mailboxes),
                .optional("cc", mailboxes.orNull), .optional("bcc", mailboxes.orNull),
            ] + content))

    private static let content: [Shape.Member] = [
        .required("subject", .string),
        .optional("text_content", Shape.string.orNull, "This or html_content."),
        .optional("html_content", Shape.string.orNull), .optional("amp_content", Shape.string.orNull),
        .optional("reply_to", address.orNull), .optional("attachments", Shape.array(of: attachment).orNull),
        .optional("headers", Shape.map(of: .string).orNull),
        .optional("tags", Shape.array(of: tag, count: 0...AhaSendLimits.tags).orNull),
        .optional("sandbox", Shape.boolean.orNull),
        .optional("sandbox_result", Shape.words(SandboxResult.allCases.map(\.rawValue)).orNull),
        .optional("tracking", tracking.orNull), .optional("retention", retention.orNull),
        .optional("schedule", schedule.orNull),
    ]

    private static let mailboxes = Shape.array(of: address, count: 1...AhaSendLimits.conversationRecipients)
    private static let tag = Shape.string(length: 1...AhaSendLimits.tagCharacters)

    private static let address = Shape.named("Address", .object(addressMembers))
    private static let addressMembers: [Shape.Member] = [
        .required("email", .email), .optional("name", Shape.string.orNull),
    ]

    private static let recipient = Shape.named(
        "Recipient", .object(addressMembers + [.optional("substitutions", substitutions)]))

    private static let substitutions = Shape.oneOf([.map(of: .any), .null])

    private static let attachment = Shape.named(
        "Attachment",
        .object([
            .required("data", .string), .optional("base64", Shape.boolean.orNull, "The data is in base64."),
            .required("content_type", .string), .required("file_name", .string),
            .optional("content_disposition", Shape.words(["attachment", "inline"]).orNull),
            .optional("content_id", Shape.string.orNull, "In angle brackets, the HTML can name it."),
        ]))

    private static let tracking = Shape.named(
        "Tracking",
        .object([
            .optional("open", Shape.boolean.orNull, "Not served yet: false or null."),
            .optional("click", Shape.boolean.orNull, "Not served yet: false or null."),
        ]))

    private static let retention = Shape.named(
        "Retention",
        .object([
            .optional("metadata", Shape.integer(in: AhaSendLimits.metadataRetentionDays).orNull, "In days: all of it."),
            .optional("data", Shape.integer(in: AhaSendLimits.dataRetentionDays).orNull, "In days: its content."),
        ]))

    private static let schedule = Shape.named(
        "Schedule",
        .object([
            .optional("first_attempt", Shape.instant.orNull), .optional("expires", Shape.instant.orNull),
        ]))

    static let accepted = whole(
        "CreateMessageResponse",
        of: .named(
            "CreatedMessage",
            .object([
                object("message"), .required("id", Shape.string.orNull, "The Message-ID, in its brackets."),
                .required("recipient", .object([.required("email", .email), .required("name", .string)])),
                .required("status", .words(["queued", "scheduled", "error"])),
                .required("error", Shape.string.orNull), .optional("schedule", schedule),
            ])))

    // MARK: Looking

    static let summary = Shape.named("MessageSummary", .object(summaryMembers))

    static let message = Shape.named(
        "Message",
        .object(
            summaryMembers + [
                .optional("content", .string, "RFC 5322."), .optional("content_parsed", parsed),
            ]))

    static let status = Shape.words(MessageStatus.allCases.map(\.rawValue))

    private static let summaryMembers: [Shape.Member] =
        [object("message")] + times + [
            .required("sent_at", Shape.instant.orNull), .required("delivered_at", Shape.instant.orNull),
            .required("retain_until", .instant), .required("direction", .words(["inbound", "outbound"])),
            .required("is_bounce_notification", .boolean), .required("bounce_classification", .string),
            .required("delivery_attempts", .array(of: attempt)), .required("message_id", .string),
            .required("id", Shape.uuid.orNull), .required("subject", .string),
            .required("tags", .array(of: .string)), .required("sender", .string), .required("recipient", .string),
            .required("status", status), .required("num_attempts", .integer), .required("click_count", .integer),
            .required("open_count", .integer), .required("reference_message_id", Shape.integer.orNull),
            .required("domain_id", .uuid), .required("account_id", .uuid),
            .required("template_id", Shape.uuid.orNull),
        ]

    private static let attempt = Shape.named(
        "DeliveryAttempt",
        .object([.required("time", .instant), .required("log", .string), .required("status", status)]))

    private static let parsed = Shape.named(
        "MessageContent",
        .object([
            .required(
                "parts", .array(of: .object([.required("content_type", .string), .required("content", .string)]))),
            .required(
                "attachments",
                .array(
                    of: .object([
                        .required("filename", .string), .required("content", .text(TextShape(format: .base64))),
                        .required("content_type", .string), .required("content_id", .string),
                    ]))),
            .required("headers", .map(of: .array(of: .string))),
        ]))
}
