package import AdapterKit
package import Base
package import Kernel
package import Model
import Ports
import Posix
package import SMTPWire

/// Takes mail for one personality: lets clients in, asks the gate for each message, and hands the kernel what it would
/// get over HTTP too. Replies are the dialect's.
package struct SMTPGateway: SMTPService {
    /// A network whose clients need no credentials.
    package struct TrustedNetwork: Sendable {
        package var network: IPNetwork
        package var account: Account.ID
        package var scopes: [String]

        package init(network: IPNetwork, account: Account.ID, scopes: [String]) {
            self.network = network
            self.account = account
            self.scopes = scopes
        }
    }

    /// What a gateway needs of the kernel and of the operator.
    package struct Environment: Sendable {
        package var directory: Directory
        package var limiter: RateLimiter
        package var mail: MailService
        package var ids: PublicIDs
        package var time: any TimeSource
        package var hostName: HeloName
        /// Sessions are held to the letter of RFC 5321 (`ServerConfiguration.isStrict`).
        package var isStrict: Bool
        /// Who notes when keys were used; nil: nobody does.
        package var uses: KeyUseLog?
        /// Shared by all gateways, those of HTTP included.
        package var refusals: RefusalDelay
        package var trusted: [TrustedNetwork]
        /// Failures on demand; nil: not allowed.
        package var faults: FaultTable?
        package var log: Log

        package init(
            directory: Directory, limiter: RateLimiter, mail: MailService, ids: PublicIDs, time: any TimeSource,
            hostName: HeloName, isStrict: Bool = false, uses: KeyUseLog? = nil, refusals: RefusalDelay = RefusalDelay(),
            trusted: [TrustedNetwork] = [], faults: FaultTable? = nil, log: Log
        ) {
            self.directory = directory
            self.limiter = limiter
            self.mail = mail
            self.ids = ids
            self.time = time
            self.hostName = hostName
            self.isStrict = isStrict
            self.uses = uses
            self.refusals = refusals
            self.trusted = trusted
            self.faults = faults
            self.log = log
        }
    }

    private let personality: PersonalityID
    private let dialect: SMTPDialect
    private let suppression: SuppressionPolicy
    private let gate: Gate
    private let environment: Environment

    /// nil where the personality takes no mail over SMTP.
    package init?(_ personality: any Personality, in environment: Environment) {
        guard let dialect = personality.smtp else { return nil }
        self.personality = personality.id
        self.dialect = dialect
        self.environment = environment
        suppression = personality.suppressionPolicy
        gate = Gate(
            personality: personality.id, steps: personality.gate, form: personality.credentials,
            scopes: personality.scopes, directory: environment.directory, limiter: environment.limiter,
            uses: environment.uses)
    }

    // MARK: Configuration

    /// How sessions of a listener with this rule go.
    package func configuration(_ encryption: SMTPListener.Encryption) -> ServerConfiguration {
        var configuration = ServerConfiguration(hostName: environment.hostName)
        configuration.offersStartTLS = encryption.isBySTARTTLS
        configuration.requiresTLS = encryption.isDemanded && dialect.requiresTLS
        configuration.mechanisms = dialect.mechanisms.map(Self.mechanism)
        configuration.requiresAuthentication = true
        configuration.isStrict = environment.isStrict
        if let recipients = dialect.limits.recipients { configuration.limits.recipientsMax = recipients }
        if let octets = dialect.limits.messageBytes { configuration.limits.messageOctetsMax = octets }
        if let messages = dialect.limits.messagesPerConnection { configuration.limits.messagesMax = messages }
        configuration.replies = replies(configuration.limits)
        return configuration
    }

    private static func mechanism(_ mechanism: SMTPDialect.Mechanism) -> SASLMechanism {
        switch mechanism {
        case .plain: .plain
        case .login: .login
        }
    }

    private func replies(_ limits: ServerLimits) -> ServerReplies {
        var replies = ServerReplies()
        replies.greeting = dialect.greeting
        replies.encryptionRequired = reply(.encryptionRequired, .sender)
        replies.authenticationRequired = reply(.credentialMissing, .sender)
        replies.tooManyRecipients = reply(
            .invalid(FieldFault("to", .count(minimum: 1, maximum: limits.recipientsMax))), .recipient)
        replies.messageTooLarge = reply(.messageTooLarge(limitBytes: limits.messageOctetsMax), .message)
        replies.outOfMemory = reply(.overloaded(retryAfter: .zero), .message)
        replies.draining = reply(.draining, .connection)
        return replies
    }

    // MARK: SMTPService

    package var name: String { personality.name }
    package var idleTimeout: Duration? { dialect.limits.idle }

    package func client(at address: IPAddress?) -> SMTPClient {
        guard let address, let trusted = environment.trusted.first(where: { $0.network.contains(address) }) else {
            return SMTPClient(address: address)
        }
        return SMTPClient(address: address, caller: .trusted(key(for: trusted)))
    }

    /// What stands for a network where a key is asked for.
    private func key(for trusted: TrustedNetwork) -> AccessKey {
        AccessKey(
            id: AccessKey.noID, account: trusted.account, personality: personality, kind: .trustedNetwork, mode: .live,
            scopes: trusted.scopes, domains: [], allowedNetworks: [trusted.network], label: "", prefix: "",
            createdAt: Instant(seconds: 0), expiresAt: nil, revokedAt: nil)
    }

    package func authenticate(
        _ credentials: ServerCredentials, _ client: SMTPClient
    ) async -> (answer: SMTPAnswer, client: SMTPClient) {
        do throws(KernelFailure) {
            var known = client
            known.caller = try identify(credentials, client)
            known.passage = nil
            let welcome = Reply(.authenticationSucceeded, .authenticationSucceeded, "Authentication successful")
            return (.accepted(welcome), known)
        } catch {
            let answer = credentialRefusal(error, credentials)
            guard !credentials.isRepeated else { return (.refusedAgain(answer.verdict.reply), client) }
            if let delay = environment.refusals.begin(error, from: client.address, at: environment.time.uptime) {
                await pause(delay)
                environment.refusals.end()
            }
            return (answer, client)
        }
    }

    /// A name that is not the dialect's own is the commonest slip of the pen, and no secret.
    private func credentialRefusal(_ failure: KernelFailure, _ credentials: ServerCredentials) -> SMTPAnswer {
        let answer = refusal(failure, .authentication)
        guard case .key(let user?) = dialect.credentials, !credentials.user.elementsEqual(user.utf8) else {
            return answer
        }
        let reply = answer.verdict.reply
        let words = "The user name here is \"\(user)\", and the password an API key"
        return .refused(Reply(code: reply.code, status: reply.status, lines: [words]), FaultName(failure))
    }

    private func identify(
        _ credentials: ServerCredentials, _ client: SMTPClient
    ) throws(KernelFailure) -> Gate.Caller {
        switch dialect.credentials {
        case .key(let user):
            if let user, !credentials.user.elementsEqual(user.utf8) { throw .credentialUnknown }
            return try gate.identify(
                secret: credentials.password, from: client.address, at: environment.time.now)
        case .user:
            return try gate.identify(
                user: credentials.user, password: credentials.password, from: client.address,
                at: environment.time.now)
        }
    }

    package func begin(
        _ sender: ReversePath, _ client: SMTPClient
    ) -> (answer: SMTPAnswer, client: SMTPClient) {
        do throws(KernelFailure) {
            guard let caller = client.caller else { throw .credentialMissing }
            var admitted = client
            admitted.passage = try gate.admit(
                caller, requirement: dialect.requirement, rateClass: dialect.rateClass, from: client.address,
                verb: "MAIL", at: environment.time.now)
            return (.accepted(Reply(.completed, .senderValid, "Ok")), admitted)
        } catch {
            return (refusal(error, .sender), client)
        }
    }

    package func check(_ recipient: EnvelopeRecipient, _ client: SMTPClient) -> SMTPAnswer {
        guard MailAddress(parsing: recipient.mailbox.text) != nil else {
            return refusal(.invalid(FieldFault("to", .email)), .recipient)
        }
        return .accepted(Reply(.completed, .recipientValid, "Ok"))
    }

    package func accept(_ mail: ReceivedMail, _ client: SMTPClient) async -> SMTPAnswer {
        guard let passage = client.passage else { return refusal(.credentialMissing, .message) }
        do throws(KernelFailure) {
            if let faults = environment.faults { try await raise(faults, client) }
            let submitted = submitted(mail, client)
            if let obstacle = submitted.obstacle(ownName: environment.hostName.text) {
                return refusal(obstacle, passage)
            }
            let submission = try submission(submitted, passage.principal)
            if environment.mail.isTooInternational(submission, mode: passage.principal.mode) {
                return refusal(.tooInternational, passage)
            }
            let results = try await environment.mail.send(
                [submission], by: passage.principal, suppression: suppression, rule: dialect.idempotency
            ).run()
            guard let result = results.first else { throw .internalError(incident: "no outcome") }
            let acceptance = try result.get()
            report(acceptance, passage.principal, client)
            return .accepted(Self.reply(dialect.accepted(acceptance, environment.ids)))
        } catch {
            if let receipt = passage.receipt { _ = gate.giveBack(receipt, now: environment.time.now) }
            return refusal(error, .message, peer(passage.principal))
        }
    }

    private func refusal(_ obstacle: SubmittedMail.Obstacle, _ passage: Gate.Passage) -> SMTPAnswer {
        if let receipt = passage.receipt { _ = gate.giveBack(receipt, now: environment.time.now) }
        return .refused(obstacle)
    }

    /// Whom replies may name.
    private func peer(_ sender: Principal) -> SMTPPeer {
        SMTPPeer(
            user: environment.directory.key(sender.key)?.user,
            account: environment.ids.accounts.text(sender.account))
    }

    /// The failures that were asked for, each whatever its place would be over HTTP: a message has come to its end.
    private func raise(_ faults: FaultTable, _ client: SMTPClient) async throws(KernelFailure) {
        guard let session = try faults.session(personality: personality, route: Self.faultRoute, field: nil) else {
            return
        }
        let key: AccessKey? = if let id = client.passage?.principal.key { environment.directory.key(id) } else { nil }
        do throws(KernelFailure) {
            try session.raise(
                at: nil,
                FaultFacts(
                    method: Self.faultRoute, path: "", now: environment.time.now, address: client.address,
                    requirement: dialect.requirement, key: key))
        } catch {
            await pause(session.delay)
            throw error
        }
    }

    /// What stands for a route where an order names one.
    package static let faultRoute = "SMTP"

    // MARK: Logging

    private func report(_ acceptance: Acceptance, _ principal: Principal, _ client: SMTPClient) {
        environment.log.write(.requests, "message-accepted") { line in
            line.add("service", OperatorText(name))
            line.add("protocol", "smtp")
            line.add("message", acceptance.message.value)
            line.add("account", principal.account.value)
            line.add("client", client.address)
            if acceptance.replayed { line.add("replayed", true) }
        }
    }

    /// What is ours to mend is always told.
    private func refusal(
        _ failure: KernelFailure, _ stage: SMTPStage, _ peer: SMTPPeer = SMTPPeer()
    ) -> SMTPAnswer {
        if let incident = failure.incident {
            environment.log.error("request-failed") { line in
                line.add("service", OperatorText(name))
                line.add("protocol", "smtp")
                line.add("incident", incident)
            }
        }
        return .refused(reply(failure, stage, peer), FaultName(failure))
    }

    // MARK: Messages

    private func submitted(_ mail: ReceivedMail, _ client: SMTPClient) -> SubmittedMail {
        SubmittedMail(
            content: mail.content, recipients: mail.recipients.compactMap { MailAddress(parsing: $0.mailbox.text) },
            reversePath: mail.sender.mailbox?.text, declaresUTF8: mail.sender.parameters.smtpUTF8,
            trace: MailTrace(
                heloName: mail.trace.heloName, client: client.address, protocolName: mail.trace.protocolName,
                serverName: environment.hostName.text),
            reports: ReportWishes(mail))
    }

    private func submission(
        _ submitted: SubmittedMail, _ sender: Principal
    ) throws(KernelFailure) -> Submission {
        let (content, fields) = try submitted.read(special: dialect.specialFields)
        var submission = content
        try dialect.interpret(SpecialFields(fields), sender, &submission)
        return submission
    }

    // MARK: Replies

    private func reply(_ failure: KernelFailure, _ stage: SMTPStage, _ peer: SMTPPeer = SMTPPeer()) -> Reply {
        Self.reply(dialect.reply(failure, stage, peer))
    }

    /// A number that is none is a mistake in an adapter, and becomes the answer that has clients come back.
    private static func reply(_ reply: SMTPReply) -> Reply {
        guard let code = ReplyCode(rawValue: reply.code) else {
            return Reply(.localError, .systemFailureForNow, "Internal server error")
        }
        return Reply(code, EnhancedStatus(code, subject: reply.subject, detail: reply.detail), reply.text)
    }

    /// Waits by the shard's own timer. A gateway that runs on no loop has none, and does not wait.
    private func pause(_ delay: Duration) async {
        guard delay > .zero, let loop = EventLoop.current else { return }
        await withCheckedContinuation { continuation in
            loop.schedule(after: delay) { continuation.resume() }
        }
    }
}

extension ReportWishes {
    /// What the parameters of MAIL and RCPT ask for (RFC 3461 §4).
    init(_ mail: ReceivedMail) {
        self.init(envelopeID: mail.sender.parameters.envelopeID)
        switch mail.sender.parameters.returned {
        case .full: returned = .full
        case .headers: returned = .headers
        case nil: break
        }
        for recipient in mail.recipients {
            let (notify, original) = (recipient.parameters.notify, recipient.parameters.originalRecipient)
            guard notify != nil || original != nil else { continue }
            recipients.append(
                ReportWishes.Recipient(
                    address: recipient.mailbox.text, notify: notify.map(Self.bits), original: original))
        }
    }

    private static func bits(_ notify: RecipientParameters.Notify) -> UInt8 {
        var bits: UInt8 = 0
        if notify.contains(.success) { bits |= Recipient.success }
        if notify.contains(.failure) { bits |= Recipient.failure }
        if notify.contains(.delay) { bits |= Recipient.delay }
        return bits
    }
}
