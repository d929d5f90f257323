import AdapterKit
import Base
import Model

extension SMTPDialect {
    /// The relay: its users are credentials of their own, and each recipient gets a message of its own.
    static let ahaSend = SMTPDialect(
        greeting: "ESMTP AhaSend", mechanisms: [.plain], credentials: .user, requiresTLS: true,
        limits: Limits(
            recipients: AhaSendLimits.recipientsPerTransaction, messageBytes: AhaSendLimits.messageBytes,
            messagesPerConnection: AhaSendLimits.messagesPerConnection, idle: AhaSendLimits.smtpIdle),
        requirement: Requirement(anyOf: [], kinds: [.smtp]), rateClass: AhaSend.everyRequest, idempotency: nil,
        specialFields: SpecialField.names, interpret: SpecialField.interpret,
        reply: { failure, stage, peer in ReplyFace.of(failure, at: stage, peer) },
        accepted: { acceptance, ids in
            SMTPReply(250, (0, 0), "OK: queued as \(ids.messages.text(acceptance.message))")
        })
}

/// Header fields that say what members of the JSON body say.
private enum SpecialField: String, CaseIterable {
    case trackOpens = "ahasend-track-opens"
    case trackClicks = "ahasend-track-clicks"
    case sandbox = "ahasend-sandbox"
    case sandboxResult = "ahasend-sandbox-result"
    case metadataRetention = "ahasend-metadata-retention"
    case dataRetention = "ahasend-data-retention"
    case tags = "ahasend-tags"

    static let names = Set(allCases.map(\.rawValue))

    static func interpret(
        _ fields: SpecialFields, _ sender: Principal, _ submission: inout Submission
    ) throws(KernelFailure) {
        submission.division = .perRecipient
        for field in [SpecialField.trackOpens, .trackClicks] {
            if try fields.flag(field) == true { throw field.fault(.notServed) }
        }
        let keeping = Submission.Keeping(
            contents: try fields.days(.dataRetention, in: AhaSendLimits.dataRetentionDays),
            message: try fields.days(.metadataRetention, in: AhaSendLimits.metadataRetentionDays))
        if keeping != Submission.Keeping() { submission.keeping = keeping }
        let wish = try fields.wish()
        // A credential for tests makes every message one.
        let isTest = try fields.flag(.sandbox) == true || sender.mode == .test
        submission.sandbox = isTest ? wish ?? .delivered : nil
        if let list = fields[SpecialField.tags.rawValue] { submission.tags = try SpecialField.read(tags: list) }
    }

    func fault(_ rule: FieldFault.Rule) -> KernelFailure { .invalid(FieldFault(rawValue, rule, location: .header)) }

    /// Between commas, without the white space around them.
    private static func read(tags list: String) throws(KernelFailure) -> [String] {
        let tags = list.split(separator: ",").map { String($0).trimmingBlanks }.filter { !$0.isEmpty }
        guard tags.count <= AhaSendLimits.tags else {
            throw SpecialField.tags.fault(.count(minimum: 0, maximum: AhaSendLimits.tags))
        }
        guard tags.allSatisfy(Tag.isGood) else {
            throw SpecialField.tags.fault(.length(maximum: AhaSendLimits.tagCharacters))
        }
        return tags
    }
}

extension SpecialFields {
    /// `true` or `1`, `false` or `0`, in any case; nil where the field is absent.
    fileprivate func flag(_ field: SpecialField) throws(KernelFailure) -> Bool? {
        guard let text = self[field.rawValue] else { return nil }
        switch text.asciiLowercased {
        case "true", "1": return true
        case "false", "0": return false
        default: throw field.fault(.boolean)
        }
    }

    fileprivate func days(_ field: SpecialField, in range: ClosedRange<Int>) throws(KernelFailure) -> Duration? {
        guard let text = self[field.rawValue] else { return nil }
        guard let days = Int(text.trimmingBlanks), range.contains(days) else {
            throw field.fault(.range(minimum: range.lowerBound, maximum: range.upperBound))
        }
        return AhaSendLimits.day * days
    }

    fileprivate func wish() throws(KernelFailure) -> Submission.Wish? {
        guard let text = self[SpecialField.sandboxResult.rawValue] else { return nil }
        guard let result = SandboxResult(rawValue: text.asciiLowercased) else {
            throw SpecialField.sandboxResult.fault(.oneOf(SandboxResult.allCases.map(\.rawValue)))
        }
        return result.wish
    }
}

// MARK: Failures as replies

/// The vendor's table of codes, with the enhanced status that goes with each (RFC 3463, RFC 5248).
enum ReplyFace {
    static func of(_ failure: KernelFailure, at stage: SMTPStage, _ peer: SMTPPeer) -> SMTPReply {
        switch failure {
        case .encryptionRequired: SMTPReply(530, (7, 0), "Must issue a STARTTLS command first")
        case .credentialMissing where stage != .authentication: SMTPReply(530, (7, 0), "Authentication required")
        case .credentialMissing, .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired,
            .accountMismatch, .passwordRefused, .wrongCredentialKind:
            SMTPReply(500, (7, 8), "invalid credentials")
        case .accountSuspended, .quotaExceeded: SMTPReply(521, (7, 1), text(failure))
        case .domainNotPermitted: SMTPReply(550, (7, 1), notAuthorised(peer))
        case .domainUnknown, .domainUnverified: SMTPReply(556, (1, 8), "sending domain is not configured")
        // What a reply says names nobody's data but the user's own.
        case .domainPaused: SMTPReply(550, (7, 1), "Sending from this domain is paused")
        case .addressNotAllowed, .scopeMissing, .credentialContextInvalid, .domainBanned,
            .featureDisabled, .planLimitReached, .selfLockout, .proofNotFound, .allRecipientsSuppressed,
            .idempotencyMismatch:
            SMTPReply(550, (7, 1), text(failure))

        case .recipientRejected(_, .disposable):
            SMTPReply(553, (1, 1), "Requested action not taken: recipient domain is toxic or tempmail")
        case .recipientRejected(_, .mistyped):
            SMTPReply(553, (1, 1), "Requested action not taken: recipient domain has common a typo")
        case .invalid(let fault, rest: _): of(fault, at: stage)
        case .messageTooLarge, .bodyTooLarge, .headTooLarge: SMTPReply(552, (3, 4), "message is too large")
        case .messageMalformed, .bodyMalformed, .malformedRequest, .codingUnsupported:
            SMTPReply(552, (6, 0), "message is malformed")
        case .routeNotFound, .methodNotAllowed, .methodUnknown, .idempotencyKeyInvalid, .idempotencyOriginalFailed,
            .notFound,
            .alreadyExists, .wrongState, .checkFailed, .templateNotPublished, .templateIncomplete:
            SMTPReply(550, (6, 0), text(failure))
        case .templateVariablesMissing: SMTPReply(550, (6, 0), "missing required template variables")

        case .rateLimited: SMTPReply(451, (7, 1), "Rate limit exceeded")
        case .overloaded, .storageUnavailable, .draining:
            SMTPReply(421, (3, 2), "closing connection, please try again later")
        case .requestTimedOut: SMTPReply(421, (4, 2), "closing connection: timeout")
        case .idempotencyInFlight, .busy, .endpointRefused, .dnsUnreadable, .internalError:
            SMTPReply(451, (3, 0), "internal error, please try again later")
        }
    }

    private static func notAuthorised(_ peer: SMTPPeer) -> String {
        let (user, account) = (peer.user ?? "", peer.account ?? "")
        return "authz_id '\(user)' is not authorized to send as tenant '\(account)' or from this domain"
    }

    private static func of(_ fault: FieldFault, at stage: SMTPStage) -> SMTPReply {
        guard stage == .recipient else {
            var fault = fault
            fault.value = nil
            return SMTPReply(552, (6, 0), Face.of(.invalid(fault)).text)
        }
        if case .count = fault.rule { return SMTPReply(452, (5, 3), "too many recipients") }
        return SMTPReply(553, (1, 3), "invalid recipient address")
    }

    private static func text(_ failure: KernelFailure) -> String { Face.of(failure).text }
}
