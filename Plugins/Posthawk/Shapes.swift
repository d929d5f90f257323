import AdapterKit
import Model

/// The bodies of this dialect, as `CONTRACT.md` has them.
enum Shapes {
    static let dialect = DialectDescription(
        title: "Posthawk",
        note: "Emails that are sent at once or at a time, with the templates and domains of a workspace.",
        version: "1", failure: failure, failures: [400, 404, 408, 413, 415, 429, 431, 500, 503])

    static let failure = Shape.named(
        "Failure",
        .oneOf([
            .object([
                .required("statusCode", .integer), .required("message", .string), .required("error", .string),
                .optional("details", .array(of: .string), "All faults, where there are several."),
                .optional("missing", .array(of: .string), "Variables."),
                .optional("retryAfter", .integer, "Seconds."), .optional("resetAt", .instant),
            ]),
            .object([
                .required("statusCode", .integer), .required("error", .string), .required("message", .string),
                .required("required_scopes", .array(of: .string)), .required("key_scopes", .array(of: .string)),
                .required("hint", .string), .required("scope_reference", .map(of: .string)),
            ]),
            .object([
                .required("error", .string), .required("code", .string), .required("message", .string),
                .required("currentPlan", .string), .required("limit", .string), .required("currentValue", .integer),
                .required("maxValue", .integer),
            ]),
        ]))

    private static let success = Shape.Member.required("success", .boolean)

    private static func data(_ shape: Shape) -> Shape { .object([success, .required("data", shape)]) }

    // MARK: Sends

    private static let addresses = Shape.oneOf([.string, .array(of: .string)])

    private static let sendMembers: [Shape.Member] = [
        .required("from", .string, "An address, or `Name <address>`."),
        .required("to", addresses), .optional("cc", addresses), .optional("bcc", addresses),
        .optional("replyTo", .string), .optional("subject", .string, "Required without templateId."),
        .optional("html", .string), .optional("text", .string), .optional("templateId", .string),
        .optional("variables", .map(of: .string)), .optional("headers", .map(of: .string)),
        .optional("metadata", .map(of: .any)), .optional("tags", .map(of: .any)),
        .optional("timezone", .string, "By whose clocks scheduledFor is read, where it has no offset."),
    ]

    private static let scheduledFor = "In the future, at most 30 days ahead."

    static let send = Shape.named(
        "Send", .object(sendMembers + [.optional("scheduledFor", .string, scheduledFor)]))

    static let schedule = Shape.named(
        "Schedule", .object(sendMembers + [.required("scheduledFor", .string, scheduledFor)]))

    static let accepted = Shape.named(
        "Accepted",
        .oneOf([
            .object([
                success, .required("scheduled", .boolean), .required("jobId", .uuid), .required("message", .string),
                .required("statusUrl", .string),
            ]), scheduledMembers,
        ]))

    static let scheduled = Shape.named("Scheduled", scheduledMembers)

    private static let scheduledMembers = Shape.object([
        success, .required("scheduled", .boolean), .required("id", .uuid), .required("scheduledFor", .instant),
        .required("message", .string), .required("statusUrl", .string),
    ])

    static let job = Shape.named(
        "Job",
        .object([
            .required("jobId", .uuid), .required("status", .openWords(JobStatus.allCases.map(\.rawValue))),
            .required("createdAt", .instant), .required("progress", .integer(in: 0...100)),
            .required("processedAt", Shape.instant.orNull), .required("result", result.orNull),
            .required("error", Shape.string.orNull),
        ]))

    private static let result = Shape.named(
        "JobResult",
        .object([success, .required("messageId", .string), .required("emailLogId", .uuid)]))

    static let queue = Shape.named(
        "QueueStatistics",
        .object(
            ["waiting", "active", "completed", "failed", "delayed"].map { name in
                .required(name, .integer(in: 0...Int.max))
            }))

    static let render = Shape.named(
        "Render", .object([.required("templateId", .string), .optional("variables", .map(of: .string))]))

    static let rendered = Shape.named(
        "Rendered",
        .object([
            success, .required("subject", .string), .required("html", Shape.string.orNull),
            .required("text", Shape.string.orNull),
        ]))

    // MARK: Scheduled emails

    private static let row = Shape.named(
        "ScheduledEmail",
        .object([
            .required("id", .uuid), .required("from_email", .email), .required("to_emails", .array(of: .email)),
            .required("cc_emails", Shape.array(of: .email).orNull),
            .required("bcc_emails", Shape.array(of: .email).orNull), .required("subject", .string),
            .required("scheduled_for", .instant), .required("timezone", Shape.string.orNull),
            .required("status", status), .required("created_at", .instant),
        ]))

    private static let status = Shape.openWords(ScheduleStatus.allCases.map(\.rawValue))

    static let scheduledEmail = Shape.named("ScheduledEmailAnswer", data(row))

    static let scheduledEmails = Shape.named(
        "ScheduledEmails",
        .object([success, .required("data", .array(of: row)), .required("total", .integer(in: 0...Int.max))]))

    static let reschedule = Shape.named(
        "Reschedule",
        .object([.required("scheduledFor", .string, scheduledFor), .optional("timezone", .string)]))

    static let cancelled = Shape.named("Cancelled", .object([success, .required("message", .string)]))

    static let auditLog = Shape.named(
        "AuditLog",
        data(
            .array(
                of: .object([
                    .required("action", .string), .required("status", status), .required("at", .instant),
                    .optional("scheduled_for", .instant), .optional("recipient", .string),
                ]))))

    static let listQuery = [
        RouteDescription.Parameter("status", .string, "The state of those that are wanted."),
        RouteDescription.Parameter("limit", .integer(in: 1...PosthawkLimits.perPageMax), "50 where it is absent."),
        RouteDescription.Parameter("offset", .integer(in: 0...PosthawkLimits.offsetMax)),
    ]

    // MARK: Domains

    private static let domainRow = Shape.named(
        "Domain",
        .object([
            .required("id", .uuid), .required("domain", .string), .required("ses_region", .string),
            .required("ses_identity_status", domainStatus), .required("dkim_status", domainStatus),
            .required("dkim_verified", .boolean), .required("spf_verified", .boolean),
            .required("sending_enabled", .boolean), .required("receiving_enabled", .boolean),
            .required("webhook_url", Shape.string.orNull), .required("webhook_secret", Shape.string.orNull),
            .required("verification_attempts", .integer), .required("last_checked_at", Shape.instant.orNull),
            .required("dns_records", .array(of: record)), .required("max_daily_emails", limit),
            .required("max_monthly_emails", limit), .required("created_at", .instant),
            .required("updated_at", .instant),
        ]))

    private static let domainStatus = Shape.openWords(["pending", "verified", "failed", "temporary_failure"])
    private static let limit = Shape.integer(in: 1...PosthawkLimits.quotaMax).orNull

    private static let record = Shape.named(
        "Record",
        .object([
            .required("type", .string), .required("name", .string), .required("value", .string),
            .required("purpose", .string),
        ]))

    static let domain = Shape.named("DomainAnswer", data(domainRow))
    static let domains = Shape.named("Domains", data(.array(of: domainRow)))

    static let limits = Shape.named(
        "Limits",
        .object([
            .optional("maxDailyEmails", limit, "Null takes it away, absence leaves it."),
            .optional("maxMonthlyEmails", limit),
        ]))
}
