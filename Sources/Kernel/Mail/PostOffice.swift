import Base
import Crypto
import MailFormat
public import Model
public import Ports

/// Turns stored messages into what is handed over: composed, signed bytes with an envelope.
///
/// A message is composed when somebody needs its bytes, and always to the same bytes: its date, identity and boundaries
/// come from the stored message alone, and both signatures are deterministic. So nothing is stored twice; the digest of
/// what was transmitted stands in the event, and `raw` shows the bytes only if they are those.
public struct PostOffice: Sendable {
    private let store: any Store
    private let directory: Directory
    private let keyring: Keyring
    private let workers: any Workers
    private let selectors: [PersonalityID: DKIMSelectors]
    private let algorithms: Set<SigningKey.Algorithm>
    private let messageIDs: MessageIDs
    private let unsubscribeIDs: SerialCipher
    private let unsubscribeBase: String
    private let keepsBcc: Bool
    private let returnPaths: ReturnPaths?
    private let identities: [PersonalityID: MessageIdentities]

    /// `algorithms`: what mail is signed with; RSA stands in where Ed25519 alone is wanted and not published.
    /// `idKey`: 32 bytes that stay the same for the life of the database. `unsubscribeBase`: the URL before the token
    /// of an unsubscribe link. `returnPaths`: nil where nobody takes reports; they then go to the author. `identities`:
    /// of personalities that identify the parts of their messages.
    public init(
        store: any Store, directory: Directory, keyring: Keyring, workers: any Workers,
        selectors: [PersonalityID: DKIMSelectors], algorithms: Set<SigningKey.Algorithm> = [.rsa, .ed25519],
        idKey: [UInt8], unsubscribeBase: String, returnPaths: ReturnPaths? = nil,
        identities: [PersonalityID: MessageIdentities] = [:], keepsBcc: Bool = false
    ) {
        self.store = store
        self.directory = directory
        self.keyring = keyring
        self.workers = workers
        self.selectors = selectors
        self.algorithms = algorithms
        self.unsubscribeBase = unsubscribeBase
        self.returnPaths = returnPaths
        self.identities = identities
        self.keepsBcc = keepsBcc
        messageIDs = MessageIDs(idKey: idKey)
        unsubscribeIDs = SerialCipher(key: idKey, label: "unsubscribe")
    }

    /// The left sides of Message-IDs.
    public struct MessageIDs: Sendable {
        private let cipher: SerialCipher
        private let identities: [MessageIdentities]

        /// `identities`: of the personalities that identify the parts of their messages.
        public init(idKey: [UInt8], identities: [MessageIdentities] = []) {
            cipher = SerialCipher(key: idKey, label: "message-id")
            self.identities = identities
        }

        public func text(_ id: Message.ID) -> String { cipher.text(UInt64(id.value)) }

        /// The message that a Message-ID of ours names, and where it says so the recipient; nil for every other.
        func path(_ messageID: String) -> ReturnPath? {
            let unique = String(messageID.prefix { $0 != "@" })
            if let serial = cipher.serial(unique), let id = Int64(exactly: serial) {
                return ReturnPath(message: Message.ID(id), recipient: nil)
            }
            for identity in identities {
                if let part = identity.part(unique) {
                    return ReturnPath(message: part.message, recipient: part.recipient)
                }
            }
            return nil
        }
    }

    /// The message as it goes out to some of its recipients.
    public func outgoing(_ id: Message.ID, recipients: [Int]) async throws(KernelFailure) -> OutgoingMail {
        guard let message = try await store.message(id, content: true) else { throw .notFound(.message) }
        let recipient = recipients.first ?? 0
        let rendition = try await rendition(of: message, to: recipient, for: .full)
        let addresses = recipients.compactMap { message.recipients[$0].address.mailbox?.address }
        let sender = envelopeSender(of: message, recipients: recipients)
        return OutgoingMail(
            sender: sender?.wireText ?? "", recipients: addresses.map(\.wireText), content: rendition.content,
            digest: rendition.digest, needsSMTPUTF8: rendition.needsSMTPUTF8,
            reports: ReportRequest(message, recipients: recipients)
        ) { [self] (kind) async throws(KernelFailure) -> Rendition in
            try await self.rendition(of: message, to: recipient, for: kind)
        }
    }

    /// RFC 6531 §3.4: what needs SMTPUTF8 is the content, or a recipient, each for itself; only the former is said
    /// here.
    private func rendition(
        of message: Message, to recipient: Int, for kind: HopKind
    ) async throws(KernelFailure) -> Rendition {
        let content = try await render(message, to: recipient, for: kind)
        return Rendition(
            content: content, digest: SHA256.digest(content).bytes,
            needsSMTPUTF8: message.submission.raw?.isInternational ?? Self.hasInternationalHeader(content))
    }

    /// Of what is composed here: its bodies are encoded, so no octet above 0x7F stands behind the header.
    private static func hasInternationalHeader(_ content: [UInt8]) -> Bool { content.contains { $0 > 0x7F } }

    /// Where reports about the message go; nil for nowhere: a caller's null path stays one (RFC 5321 §4.5.5).
    private func envelopeSender(of message: Message, recipients: [Int]) -> EmailAddress? {
        guard let returnPaths, let author = authorPath(of: message.submission) else {
            return authorPath(of: message.submission)
        }
        let domain = message.domain.flatMap { directory.domain($0) }
        return (try? returnPaths.address(of: message.id, recipients: recipients, domain: domain)) ?? author
    }

    /// Whom the author wants to have reports; nil for nobody.
    private func authorPath(of submission: Submission) -> EmailAddress? {
        let author = submission.from.mailbox?.address
        guard let raw = submission.raw else { return author }
        return raw.reversePath == nil ? nil : Self.chosenReversePath(of: submission) ?? author
    }

    /// A caller's own choice counts only within the domain that it was allowed to send from: others would get reports
    /// of mail that is not theirs, and SPF would fail. nil where there is none that counts.
    static func chosenReversePath(of submission: Submission) -> EmailAddress? {
        guard let path = submission.raw?.reversePath, let chosen = try? EmailAddress(parsing: path),
            chosen.domain == submission.from.domain
        else { return nil }
        return chosen
    }

    /// The exact bytes that were, or in capture mode would be, handed over; nil where they cannot be shown any more,
    /// because another version of this program or another key composes the message differently.
    /// `recipient`: whose part, of a message whose recipients each have bytes of their own.
    public func raw(_ id: Message.ID, recipient: Int = 0) async throws(KernelFailure) -> [UInt8]? {
        guard let message = try await store.message(id, content: true) else { throw .notFound(.message) }
        guard message.isContentKept else { return nil }
        let content = try await render(message, to: recipient, for: .full)
        let isOwn = identities[message.origin] != nil
        let transmitted = message.events.filter { !isOwn || $0.recipient == recipient }
            .compactMap { $0.attempt?.contentDigest }
        if Set(transmitted).isSubset(of: [SHA256.digest(content).bytes]) { return content }
        // Hops that take less were handed other bytes; of several that left, those of the first are shown.
        var known = [SHA256.digest(content).bytes: content]
        for (takesEightBit, takesUTF8) in [(false, true), (true, false), (false, false)] {
            let kind = HopKind(takesEightBit: takesEightBit, takesUTF8: takesUTF8)
            let other = try await render(message, to: recipient, for: kind)
            known[SHA256.digest(other).bytes] = other
        }
        guard Set(transmitted).isSubset(of: Set(known.keys)) else { return nil }
        return transmitted.first.flatMap { known[$0] }
    }

    /// One recipient's part as bytes, with the header fields in their order; nil where it cannot be shown any more.
    public func shown(
        _ message: Message, recipient: Int
    ) async throws(KernelFailure) -> (bytes: [UInt8], fields: [Submission.HeaderField])? {
        guard let bytes = try await raw(message.id, recipient: recipient) else { return nil }
        guard let header = try? HeaderBlock(parsing: bytes) else { return (bytes, []) }
        return (
            bytes,
            header.fields.map { Submission.HeaderField(name: header.originalName($0), value: header.text($0)) }
        )
    }

    /// The message without its signatures, for showing what it was; nil where it cannot be composed.
    func unsigned(_ message: Message) async -> [UInt8]? {
        await workers.run { try? compose(message, to: 0, for: .full) }
    }

    private func render(
        _ message: Message, to recipient: Int, for kind: HopKind
    ) async throws(KernelFailure) -> [UInt8] {
        let rendered = await workers.run { () -> Result<[UInt8], KernelFailure> in
            Result { () throws(KernelFailure) in try sign(compose(message, to: recipient, for: kind), message) }
        }
        return try rendered.get()
    }

    // MARK: Composing

    /// The part of one recipient; the same for all where they share their bytes.
    private func compose(
        _ message: Message, to recipient: Int, for kind: HopKind
    ) throws(KernelFailure) -> [UInt8] {
        let submission = message.submission
        if let raw = submission.raw {
            let bytes = RawMessage.bytes(
                of: raw, id: uniqueText(message, recipient), from: submission.from, date: date(of: message),
                keepsBcc: keepsBcc)
            // What cannot be encoded goes as it is, and its hop says whether it takes it.
            return (try? TransportEncoding.encoded(bytes, takesEightBit: kind.takesEightBit)) ?? bytes
        }
        guard let from = submission.from.mailbox else { throw Self.notComposable }
        do {
            var content = MailContent(
                date: date(of: message),
                messageID: try MessageID(
                    unique: uniqueText(message, recipient),
                    domain: DomainName(parsing: from.address.domain)),
                from: from, subject: submission.subject)
            content.to = named(in: message, for: recipient).compactMap(\.mailbox)
            content.cc = shown(submission.cc, in: message).compactMap(\.mailbox)
            content.replyTo = submission.replyTo.compactMap(\.mailbox)
            content.hidesInternationalRecipients = !kind.takesUTF8
            content.text = submission.text
            content.html = submission.html
            content.amp = submission.amp
            for attachment in submission.attachments {
                content.attachments.append(
                    try MailAttachment(
                        fileName: attachment.fileName, contentType: attachment.contentType,
                        contentID: attachment.contentID, bytes: attachment.content))
            }
            for header in headers(of: message) {
                content.extraHeaders.append(try HeaderField(name: header.name, value: header.value))
            }
            return MessageComposer.compose(content)
        } catch {
            throw Self.notComposable
        }
    }

    /// The left side of the Message-ID: the message's own, or the recipient's where they are told apart.
    private func uniqueText(_ message: Message, _ recipient: Int) -> String {
        guard let identities = identities[message.origin] else { return messageIDs.text(message.id) }
        let bearer = message.submission.division == .sharedHeader ? 0 : recipient
        return identities.text(message.id, bearer, message.createdAt)
    }

    /// Whom To names.
    private func named(in message: Message, for recipient: Int) -> [MailAddress] {
        guard message.submission.division == .perRecipient else { return shown(message.submission.to, in: message) }
        return message.recipients.indices.contains(recipient) ? [message.recipients[recipient].address] : []
    }

    /// Who is suppressed is left out of the header too, or would hear from everybody who answers to all.
    private func shown(_ addresses: [MailAddress], in message: Message) -> [MailAddress] {
        guard message.recipients.contains(where: { $0.state == .suppressed }) else { return addresses }
        let suppressed = message.recipients.filter { $0.state == .suppressed }.map(\.address)
        return addresses.filter { address in
            !suppressed.contains { $0.address == address.address && $0.domain == address.domain }
        }
    }

    /// Everything was checked at accept, so this is a mistake of ours.
    private static let notComposable = KernelFailure.internalError(incident: "a stored message cannot be composed")

    /// When the message was to go out: the same on every attempt.
    private func date(of message: Message) -> Instant {
        max(message.createdAt, message.submission.scheduledAt ?? message.createdAt)
    }

    private func headers(of message: Message) -> [Submission.HeaderField] {
        guard message.submission.unsubscribe else { return message.submission.headers }
        let token = unsubscribeIDs.text(UInt64(message.id.value))
        // RFC 8058 §3.1: both fields, and the first holds an HTTPS URI that needs no further step. They are ours alone:
        // two List-Unsubscribe fields would leave the choice to the reader's program.
        let own = ["list-unsubscribe", "list-unsubscribe-post"]
        return message.submission.headers.filter { !own.contains($0.name.asciiLowercased) } + [
            .init(name: "List-Unsubscribe", value: "<\(unsubscribeBase)\(token)>"),
            .init(name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click"),
        ]
    }

    // MARK: Signing

    private func sign(_ content: [UInt8], _ message: Message) throws(KernelFailure) -> [UInt8] {
        guard let (domain, selectors) = identity(of: message) else { return content }
        var signers: [DKIMSigner] = []
        do {
            let name = try DomainName(parsing: domain.name)
            for key in try signingKeys(of: domain, name, selectors) {
                let selector = try DomainName(parsing: selectors[key.algorithm, key.slot])
                signers.append(
                    DKIMSigner(domain: name, selector: selector, key: try keyring.privateKey(key, of: domain)))
            }
            return try DKIMSigner.sign(content, by: signers, at: date(of: message))
        } catch let failure as KernelFailure {
            throw failure
        } catch {
            throw .internalError(incident: "a message could not be signed")
        }
    }

    /// Who signs: the domain that it is from, under the selectors of the personality that it came in by.
    private func identity(of message: Message) -> (domain: MailDomain, selectors: DKIMSelectors)? {
        if message.origin == .reports { return reportIdentity(message.submission) }
        guard let domain = message.domain.flatMap({ directory.domain($0) }), let selectors = selectors[message.origin]
        else { return nil }
        return (domain, domain.selectors(selectors, of: message.origin))
    }

    /// A report is from this server, whose name may lie in a domain that somebody sends from. It bears the name of the
    /// personality whose message it is about, and signs under those selectors.
    private func reportIdentity(_ report: Submission) -> (domain: MailDomain, selectors: DKIMSelectors)? {
        guard let origin = report.tags.first, let selectors = selectors[PersonalityID(origin)],
            let domain = directory.sendingDomain(around: report.from.domain)
        else { return nil }
        return (domain, domain.selectors(selectors, of: PersonalityID(origin)))
    }

    /// Those of the algorithms that are asked for; RSA's where that would leave none, as unsigned mail is refused by
    /// many and every verifier knows RSA.
    private func signingKeys(
        of domain: MailDomain, _ name: DomainName, _ selectors: DKIMSelectors
    ) throws -> [SigningKey] {
        let usable = try domain.signingKeys(.active).filter { key in
            let selector = try DomainName(parsing: selectors[key.algorithm, key.slot])
            return Self.isUsable(key, at: DKIMRecord.name(selector: selector, domain: name), domain)
        }
        let wanted = usable.filter { algorithms.contains($0.algorithm) }
        return wanted.isEmpty ? usable.filter { $0.algorithm == .rsa } : wanted
    }

    /// RSA always. Ed25519 once its record is known to be published: an unpublished key would only make a verifier that
    /// tries it report a failure.
    private static func isUsable(_ key: SigningKey, at recordName: String, _ domain: MailDomain) -> Bool {
        key.algorithm == .rsa || domain.sending == .pinned
            || domain.check(.dkimEd25519, at: recordName)?.verdict == .ok
    }
}
