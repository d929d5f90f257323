/// A family of figures on the metrics page: one name, one meaning, one kind.
///
/// Names end in their unit, and those of counters in `_total`, as Prometheus' conventions have it; a name that was
/// published stays. What carries a label is bounded: services, failures and outcomes by closed lists, lanes by
/// `MetricLimits`.
struct MetricFamily: Sendable, Hashable {
    enum Kind: String, Sendable {
        /// Only grows while the process runs.
        case counter
        case gauge
        case histogram
    }

    let name: String
    let kind: Kind
    let help: String

    init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }
}

enum MetricLimits {
    /// Lanes of one kind of work that are named, the fullest; the rest are one, `other`.
    static let lanes = 50
}

extension MetricFamily {
    /// Every family, in the order of the page.
    static let all: [MetricFamily] = http + smtp + store + queue + process

    // MARK: HTTP

    static let http: [MetricFamily] = [
        httpConnections, httpConnectionsAccepted, httpHandshakesFailed, httpRequests, httpRequestsRefused,
    ]
    static let httpConnections = MetricFamily(
        "polyrelay_http_connections", .gauge, "Connections that are open, by service and listener.")
    static let httpConnectionsAccepted = MetricFamily(
        "polyrelay_http_connections_accepted_total", .counter, "Connections accepted, by service and listener.")
    static let httpHandshakesFailed = MetricFamily(
        "polyrelay_http_tls_handshakes_failed_total", .counter,
        "Connections that ended before their TLS handshake did, by service and listener.")
    static let httpRequests = MetricFamily(
        "polyrelay_http_requests_total", .counter, "Requests answered, by service and class of the status.")
    static let httpRequestsRefused = MetricFamily(
        "polyrelay_http_requests_refused_total", .counter,
        "Requests that met a failure, by service and the failure's name; a batch whose elements failed is not one.")

    // MARK: SMTP

    static let smtp: [MetricFamily] = [
        smtpConnections, smtpConnectionsAccepted, smtpHandshakesFailed, smtpRefusals, reports,
    ]
    static let smtpConnections = MetricFamily(
        "polyrelay_smtp_connections", .gauge, "SMTP connections that are open, by service and listener.")
    static let smtpConnectionsAccepted = MetricFamily(
        "polyrelay_smtp_connections_accepted_total", .counter, "SMTP connections accepted, by service and listener.")
    static let smtpHandshakesFailed = MetricFamily(
        "polyrelay_smtp_tls_handshakes_failed_total", .counter,
        "SMTP connections that ended before their TLS handshake did, by service and listener.")
    static let smtpRefusals = MetricFamily(
        "polyrelay_smtp_refused_total", .counter,
        "Credentials, senders, recipients and messages refused over SMTP, by service and the failure's name.")

    static let reports = MetricFamily(
        "polyrelay_reports_total", .counter,
        "Reports of bounces and complaints that others sent, by what came of each recipient that they speak of.")

    // MARK: The store

    static let store: [MetricFamily] = [
        messagesAccepted, commitUnits, commitSeconds, commitsFailed, writerWaiting, writable, databaseBytes,
        databaseLogBytes, idempotencyKeys, idempotencyClaims, rateWindows,
    ]
    static let messagesAccepted = MetricFamily(
        "polyrelay_messages_accepted_total", .counter,
        "Messages accepted and on disk, by personality; a request repeated under its idempotency key is none.")
    static let commitUnits = MetricFamily(
        "polyrelay_commit_units", .histogram, "Units of work in one commit.")
    static let commitSeconds = MetricFamily(
        "polyrelay_commit_duration_seconds", .histogram, "Time of one commit, its sync included.")
    static let commitsFailed = MetricFamily(
        "polyrelay_commits_failed_total", .counter, "Commits that failed, with nothing written.")
    static let writerWaiting = MetricFamily(
        "polyrelay_commit_queue_units", .gauge, "Units of work that wait for their commit.")
    static let writable = MetricFamily(
        "polyrelay_database_writable", .gauge, "1 while the database takes commits; 0 after a failed sync.")
    static let databaseBytes = MetricFamily("polyrelay_database_size_bytes", .gauge, "Size of the database's file.")
    static let databaseLogBytes = MetricFamily(
        "polyrelay_database_log_size_bytes", .gauge, "Size of the database's write-ahead log.")
    static let idempotencyKeys = MetricFamily(
        "polyrelay_idempotency_keys", .gauge, "Idempotency keys of messages that are known.")
    static let idempotencyClaims = MetricFamily(
        "polyrelay_idempotency_claims", .gauge, "Idempotency keys whose first request is running.")
    static let rateWindows = MetricFamily(
        "polyrelay_rate_windows", .gauge, "Rate windows in memory, by personality.")

    // MARK: Queues

    static let queue: [MetricFamily] = [
        queueDepth, queueInFlight, queueOldestDue, deliveryOutcomes, webhookAnswers, relayAnswers,
    ]
    static let queueDepth = MetricFamily(
        "polyrelay_queue_depth", .gauge, "Deliveries that wait, by kind of work and lane.")
    static let queueInFlight = MetricFamily(
        "polyrelay_queue_in_flight", .gauge, "Deliveries that are being attempted, by kind of work and lane.")
    static let queueOldestDue = MetricFamily(
        "polyrelay_queue_oldest_due_seconds", .gauge,
        "For how long the delivery that waits longest has been due, by kind of work and lane; 0 where none is due.")
    static let deliveryOutcomes = MetricFamily(
        "polyrelay_delivery_outcomes_total", .counter, "How attempts at deliveries ended, by kind of work and outcome.")
    static let webhookAnswers = MetricFamily(
        "polyrelay_webhook_answers_total", .counter,
        "Answers of webhook endpoints, by class of the status; none where nobody answered.")

    static let relayAnswers = MetricFamily(
        "polyrelay_relay_answers_total", .counter,
        "Answers of the targets of relayed requests, by class of the status; none where nobody answered.")

    // MARK: The process

    /// Under the names that all of Prometheus' client libraries use.
    static let process: [MetricFamily] = [
        buildInfo, processStart, processCPU, processResident, processVirtual, processDescriptors, processDescriptorsMax,
    ]
    static let buildInfo = MetricFamily("polyrelay_build_info", .gauge, "1, with the program's version.")
    static let processStart = MetricFamily(
        "process_start_time_seconds", .gauge, "When the server started, in seconds since 1970.")
    static let processCPU = MetricFamily(
        "process_cpu_seconds_total", .counter, "Time that the process has had on all cores.")
    static let processResident = MetricFamily("process_resident_memory_bytes", .gauge, "Resident memory.")
    static let processVirtual = MetricFamily("process_virtual_memory_bytes", .gauge, "Virtual memory.")
    static let processDescriptors = MetricFamily("process_open_fds", .gauge, "Open file descriptors.")
    static let processDescriptorsMax = MetricFamily("process_max_fds", .gauge, "File descriptors that may be open.")
}
