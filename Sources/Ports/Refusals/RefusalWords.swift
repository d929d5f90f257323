import Base
import MailFormat
import Model

/// What servers say, and what they mean by it: the table of `RefusalJudge`. Earlier rows win, so what stands higher is
/// the more precise: who quotes how he judged our own address says "user unknown" too, and a greylist asks to try again
/// later. Each row names where its phrases come from.
struct RefusalWords: Sendable {
    /// Where a phrase says what it says.
    enum Condition: Sendable {
        case always
        /// With this enhanced status beside it.
        case status(UInt16, UInt16)
        /// Not where the status says that the address is right: `x.7.y` and `x.2.2`.
        case address
        /// Neither in the reply to the content, where others than the mailbox may be unavailable.
        case recipient
    }

    let classification: AttemptResult.Class
    let condition: Condition
    let phrases: [RefusalPhrase]

    private init(_ classification: AttemptResult.Class, _ phrases: [String]) {
        self.init(classification, .always, phrases)
    }

    private init(_ classification: AttemptResult.Class, _ condition: Condition, _ phrases: [String]) {
        self.classification = classification
        self.condition = condition
        self.phrases = phrases.map(RefusalPhrase.init)
    }

    /// The first row of which a phrase stands in the text.
    static func row(for text: RefusalText, _ status: ReportedStatus?, at command: RefusedCommand?) -> RefusalWords? {
        rows.first { row in
            row.applies(status, command) && row.phrases.contains { $0.stands(in: text) }
        }
    }

    private func applies(_ status: ReportedStatus?, _ command: RefusedCommand?) -> Bool {
        switch condition {
        case .always: true
        case .status(let subject, let detail): status?.subject == subject && status?.detail == detail
        case .address: status.map { $0.subject != 7 && !($0.subject == 2 && $0.detail == 2) } ?? true
        case .recipient:
            (command == nil || command == .recipient) && status?.subject != 7 && status?.subject != 4
        }
    }

    // MARK: The table

    private static let rows: [RefusalWords] = before + address + after

    /// What outranks words about the recipient.
    private static let before: [RefusalWords] = [
        // Postgrey, milter-greylist, Exim's and rspamd's documentation.
        RefusalWords(.greylisted, ["greylist", "graylist", "grey list", "gray list", "grey-list", "gray-list"]),
        // sendmail (cf/README, "Too many hops"), Postfix and Exim ("mail loop"), Microsoft 365 (5.4.14).
        RefusalWords(
            .routing,
            [
                "too many hops", "hop count exceeded", "mail loop", "loop detected", "loops back to",
                "all relevant mx records point to",
            ]),
        // HELO and reverse DNS: Postfix (smtpd_helo_restrictions, reject_unknown_client_hostname), Yahoo, Comcast, 1&1.
        RefusalWords(
            .authentication,
            [
                "ptr record", "no ptr", "ptr entry", "reverse dns", "rdns", "reverse hostname", "reverse lookup",
                "reverse-path dns", "helo ", "ehlo ", "missing reverse", "does not resolve to", "no rdns",
            ]),
        // SPF, DKIM and DMARC (RFC 7208 §8.4, RFC 7372), Google (5.7.26), OFR_506 of Orange, MI:SPF of NetEase.
        RefusalWords(
            .authentication,
            [
                "spf ", "spf]", "spf)", "spf:", "spf-", "mi:spf", "sender policy framework", "dkim", "dmarc",
                "not authorized to send", "not allowed to send", "not permitted to send", "sender id",
                "unauthenticated email", "unauthenticated sender",
            ]),
        // Postfix (reject_unknown_sender_domain, reject_unverified_sender), Exim (verify = sender), sendmail
        // (check_mail: "Domain of sender address"), Microsoft (5.1.8), Mimecast.
        RefusalWords(
            .invalidSender,
            [
                "sender verify", "sender verification", "sender address", "sender rejected", "sender domain",
                "sender's domain", "sender denied", "sender unknown", "sender is unknown", "sender not",
                "sender is not", "domain of sender", "domain of the sender", "unknown sender", "invalid sender",
                "bad sender", "bad outbound sender", "envelope sender", "sender's address", "sender's email",
                "mail from domain", "return path", "return address", "from address", "from domain",
                "verification failed for", "unable to verify sender", "could not verify sender",
                "callback verification",
            ]),
        // How much is sent: Google (4.2.1 "at a rate", 5.4.5), Microsoft (5.2.121, 5.1.90), Yahoo (TSS04), QQ,
        // Mailgun's published replies.
        RefusalWords(
            .throttled,
            [
                "rate limit", "ratelimit", "rate-limit", "throttl", "too many", "too fast", "too quickly",
                "rate exceeded", "at a rate", "sending limit", "sending quota", "sending rate", "daily quota",
                "hourly quota", "frequency limit", "limit exceeded for", "receive limit exceeded", "mail flood",
                "concurrent connections", "connection limit", "connections from your", "directory harvest",
                "exceeded the maximum number of", "messages per hour", "messages per day", "this hour",
            ]),
        // Cyrus, Dovecot, Courier, Google (5.2.2), Yahoo, Apple, Orange (OFR_417), Microsoft 365 (5.2.2, 5.2.122).
        RefusalWords(
            .mailboxFull,
            [
                "mailbox full", "mailbox is full", "mailbox * is full", "full mailbox", "mail folder is full",
                "inbox is full", "mailfolder is full", "account is full", "quota exceeded", "over quota", "overquota",
                "over the quota", "over its quota", "over his quota", "over * quota", "exceeded * quota",
                "exceeds * quota", "quota violation", "quota full", "quota is full", "quota has been exceeded",
                "storage quota", "out of quota", "out of storage", "exceeded storage", "insufficient storage",
                "insufficient system storage", "not enough storage", "not enough space", "mailbox has exceeded",
                "mailbox size limit", "exceeded * storage", "exceeded the allowed size", "mailbox exceeds",
                "too much mail stored", "over disk quota", "exceeding their quota", "quotaexceeded", "no space left",
                "disk space is full",
            ]),
        // What passes: Verizon ("550 4.2.1 mailbox temporarily disabled"), Postfix (unverified_recipient_tempfail).
        RefusalWords(
            .transient,
            [
                "temporarily disabled", "temporarily suspended", "temporarily unavailable", "temporarily locked",
                "temporarily inactive", "temporarily blocked", "temporarily deferred", "temporarily rejected",
                "temporary lookup failure", "temporary failure", "temporary error", "temporary problem",
                "host not found, try again", "name service error * try again", "lookup timeout",
                "address verification in",
            ]),
    ]

    /// Positive evidence that the mailbox or its domain does not exist: only these, and a status that says so,
    /// suppress.
    private static let address: [RefusalWords] = [
        // Postfix, sendmail ("Host unknown"), qmail (#5.1.2), Exchange ("InfoDomainNonexistent"), IronPort, OpenSMTPD.
        RefusalWords(
            .badDomain, .always,
            [
                "no such domain", "domain does not exist", "domain doesn't exist", "domain * does not exist",
                "domain not exist", "domain not found", "domain name not found", "domain * not found",
                "unknown domain", "domain unknown", "nonexistent domain", "non-existent domain", "domainnonexistent",
                "host not found", "host unknown", "unknown host", "no such host", "nxdomain",
                "name or service not known", "couldn't find any host named", "domain isn't known",
                "does not accept mail (nullmx)", "null mx",
            ]),
        // sendmail, Postfix, Exim, qmail, Courier, MDaemon, Domino, Exchange 5.5 to 2019, IMail, Kerio, OpenSMTPD;
        // Google (5.1.1), Yahoo ("dd This user doesn't have a"), Apple ("unknown or illegal alias"), AOL, Comcast
        // ("Not our customer"), Cox, Orange (OFR_416), Mail.ru, Yandex, NetEase, QQ, Mimecast, Proofpoint, Barracuda,
        // Zoho.
        RefusalWords(
            .invalidRecipient, .always,
            [
                "user unknown", "unknown user", "user is unknown", "user * unknown", "no such user",
                "not a known user", "no such local user", "no such mailbox", "no such recipient", "no such account",
                "no such address", "no such email", "no such e-mail", "no such person", "no such alias",
                "no such name", "no such destination", "nosuchuser", "user not found", "user is not found",
                "user * not found", "user not known", "user does not exist", "user doesn't exist",
                "user * does not exist", "user * doesn't exist", "user not exist", "user doesn't have a",
                "user does not have a", "user is not known", "nonexistent user", "non-existent user",
                "nonexistent recipient", "non-existent recipient", "nonexistent mailbox", "non-existent mailbox",
                "nonexistent address", "non-existent address", "nonexistent account", "non-existent account",
                "unknown recipient", "recipient unknown", "recipient is unknown", "recipient not found",
                "recipient * not found", "recipient could not be found", "recipient not known",
                "recipient does not exist", "recipient doesn't exist", "recipient * does not exist",
                "recipient not exist", "rcpt * does not exist", "rcpt * not exist", "recipientnotfound",
                "recipnotfound", "recipient no longer on", "recipient name is not recognized",
                "recipient is not recognized", "recipient not recognized", "unknown mailbox", "mailbox unknown",
                "mailbox is unknown", "mailbox not found", "mailbox * not found", "mailbox does not exist",
                "mailbox doesn't exist", "mailbox * does not exist", "mailbox not exist", "mailbox does not exists",
                "no mailbox here", "no mailbox by", "no mailbox with", "no mailbox for", "no mailbox found",
                "no mail box", "bad_recipient", "invalid mailbox", "mailbox invalid", "not a valid mailbox",
                "invalid user", "user invalid", "not a valid user", "invalid recipient", "recipient invalid",
                "recipient is invalid", "not a valid recipient", "invalid final delivery userid", "account not found",
                "account * not found", "account does not exist", "account doesn't exist", "account * does not exist",
                "account * doesn't exist", "account not exist", "no account by", "unknown account", "account unknown",
                "not a valid account", "addressee unknown", "unknown addressee", "addressee not found",
                "address unknown", "unknown address", "address not found", "address * not found",
                "address does not exist", "address doesn't exist", "address not exist", "address * does not exist",
                "address wasn't found", "address couldn't be found", "address could not be found",
                "address you entered couldn't be found", "address is unknown", "unknown local part",
                "unknown local-part", "local part * unknown", "unknown or illegal alias", "not our customer",
                "unrouteable address", "unroutable address", "undeliverable address", "wasn't found at",
                "not listed in domino directory", "not listed in public name", "not listed in * address book",
                "not listed in the address book", "does not exist here", "doesn't exist here", "is not known here",
                "not known at this", "unknown at this", "unknown here", "no longer on this server",
                "no longer on server", "no longer at this", "no longer exists", "no longer valid",
                "no longer accepts mail", "no longer available at", "no user by that name", "no one by that name",
                "there is no one here", "there is no user", "there is no such",
                "adresse d'au moins un destinataire invalide", "adresse d au moins un destinataire invalide",
                "destinataire inconnu", "utilisateur inconnu", "empfaenger unbekannt", "benutzer unbekannt",
                "usuario desconocido", "user has left", "has left the company", "no longer with",
            ]),
        // Microsoft 365's directory-based edge blocking (5.4.1), Outlook.com (5.5.0).
        RefusalWords(.invalidRecipient, .status(4, 1), ["recipient address rejected: access denied"]),
        RefusalWords(.invalidRecipient, .status(5, 0), ["mailbox unavailable"]),
        // RFC 5321 §4.2.3's own words for 550, which GMX, web.de and SES use for it; to the content they say anything.
        RefusalWords(
            .invalidRecipient, .recipient,
            ["mailbox unavailable", "mailbox is unavailable", "mailbox not available", "account is not available"]),
        // Google (5.2.1), Yahoo ("disabled or discontinued"), Mail.ru, Orange (OFR_418), Rediff, Comcast, chkuser.
        RefusalWords(
            .inactiveMailbox, .address,
            [
                "account disabled", "account is disabled", "account has been disabled", "account * is disabled",
                "account * has been disabled", "account that you tried to reach is disabled", "mailbox disabled",
                "mailbox is disabled", "mailbox has been disabled", "mailbox * disabled", "user disabled",
                "user is disabled", "disabled user", "disabled mailbox", "disabled account", "recipient disabled",
                "address disabled", "address has been disabled", "inactive user", "user inactive", "user is inactive",
                "inactive mailbox", "mailbox inactive", "mailbox is inactive", "inactive account", "account inactive",
                "account is inactive", "account that you tried to reach is inactive", "is inactive on this",
                "user not active", "user is not active", "account not active", "account is not active",
                "mailbox not active", "mailbox is not active", "no longer active", "not an active",
                "extended inactivity", "due to inactivity", "deactivated", "discontinued", "account closed",
                "account is closed", "account has been closed", "mailbox closed", "account expired",
                "account has expired", "account has been deleted", "mailbox has been deleted", "user terminated",
                "user is terminated", "account suspended", "account is suspended", "account has been suspended",
                "mailbox suspended", "user suspended", "user is suspended", "recipient suspended",
                "compte du destinataire est bloque (inactif)", "mailbox has moved", "user has moved",
            ]),
    ]

    /// What speaks of us, of the message, or of nobody. Words such as `rejected` and `denied` are in no row: they are
    /// no evidence by themselves, and take nothing from that of others.
    private static let after: [RefusalWords] = [
        // Spamhaus, SpamCop, Barracuda, SORBS, Outlook.com (S3140, S3150), AOL (DYN, RTR), GMX, Cloudmark, Proofpoint.
        RefusalWords(
            .reputation,
            [
                "spamhaus", "blacklist", "blocklist", "black list", "block list", "black-list", "block-list",
                "denylist", "dnsbl", "rbl ", "rbl:", "reputation", "spamcop", "barracudacentral", "sorbs",
                "uceprotect", "abusix", "is listed", "listed by", "listed at", "your network", "banned sending ip",
                "client host * blocked", "bad ip", "ip address * block", "unsolicited mail originating",
                "ip has been blocked", "(rtr:", "(dyn:", "(hvu:", "(con:",
            ]),
        // RFC 3207 §4, Postfix (smtpd_tls_security_level), Exchange ("must issue a STARTTLS").
        RefusalWords(
            .policy, ["starttls", "tls ", "requires encryption", "encryption required", "encrypted connection"]),
        // SpamAssassin, ClamAV, Amavis, Google (5.7.0, 5.7.1), Microsoft (SFV), T-Online, NetEase (DT:SPM).
        RefusalWords(
            .content,
            [
                "spam", "virus", "malware", "phish", "infected", "message size", "too large", "too big",
                "size exceeds", "exceeds size", "exceeds the maximum", "exceeded the maximum size",
                "maximum message size", "message filtered", "content filter", "content rejected", "content denied",
                "content not", "bad content", "its content", "attachment", "unsolicited", "message content", "dt:spm",
                "header", "bulk mail", "blocked for content",
            ]),
        // Everybody.
        RefusalWords(
            .policy,
            [
                "relay", "rcpthosts", "policy", "policies", "blocked", "banned", "access denied", "prohibit",
                "not allowed", "not permitted", "not authorized", "not authorised", "unauthorized", "restricted",
                "only accepts", "administrative", "permission", "ofr_506", "security", "bounceaddress",
            ]),
        RefusalWords(
            .transient,
            [
                "try again", "try later", "retry later", "come back later", "busy", "temporar", "maintenance",
                "service unavailable", "service not available", "system resources", "out of memory", "overload",
                "queue too long", "queue file", "local error",
            ]),
        // Of reports: qmail, Exim, IronPort, Exchange.
        RefusalWords(
            .expired,
            [
                "retry timeout exceeded", "in the queue too long", "delivery expired", "message expired",
                "time expired", "delivery time expired", "retry time", "all hosts have been failing",
            ]),
        RefusalWords(
            .noAnswer,
            ["connection timed out", "connection refused", "no route to host", "network is unreachable", "timed out"]),
    ]
}
