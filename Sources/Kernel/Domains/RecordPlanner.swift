import Base
import Crypto
import DNSWire
import MailFormat
public import Model

/// Fills in a personality's plan for one domain. Any thread.
public struct RecordPlanner: Sendable {
    public let personality: PersonalityID
    private let plan: DomainPlan
    private let selectors: DKIMSelectors
    private let hosts: DomainHosts
    private let challengeKey: HMACSHA256

    /// `challengeKey`: stays the same for the life of the database, so that a domain's token does.
    public init(
        personality: PersonalityID, plan: DomainPlan, selectors: DKIMSelectors, hosts: DomainHosts,
        challengeKey: [UInt8]
    ) {
        self.personality = personality
        self.plan = plan
        self.selectors = selectors
        self.hosts = hosts
        self.challengeKey = HMACSHA256(key: challengeKey)
    }

    public var recheck: RecheckRule { plan.recheck }
    public var patience: Duration? { plan.patience }

    /// The purposes that the plan proves.
    public var purposes: Set<MailDomain.Purpose> { Set(plan.records.flatMap(\.proves)) }

    /// The domain's records, in the plan's order. What does not concern this domain, or would have a name too long for
    /// DNS, is left out.
    public func records(of domain: MailDomain) -> [PlannedRecord] {
        plan.records.flatMap { template in
            guard case .dkim(let algorithm) = template.content else {
                return [planned(template, fill(template.content, domain), domain)].compactMap { $0 }
            }
            let active = planned(template, dkim(algorithm, .active, domain), domain)
            var staged = planned(template, dkim(algorithm, .staged, domain), domain)
            staged?.isStaged = true
            staged?.proves = []
            return [active, staged].compactMap { $0 }
        }
    }

    private typealias Filled = (name: String, content: PlannedRecord.Content, value: String)

    private func planned(_ template: RecordTemplate, _ filled: Filled?, _ domain: MailDomain) -> PlannedRecord? {
        guard let filled, let name = DNSName(filled.name.isEmpty ? domain.name : filled.name) else { return nil }
        return PlannedRecord(
            purpose: template.purpose, content: filled.content, name: name, value: filled.value,
            proves: template.proves, isListed: template.isListed)
    }

    /// The full name, empty for the domain's own; what has to be there; and its text.
    private func fill(_ content: RecordTemplate.Content, _ domain: MailDomain) -> Filled? {
        switch content {
        case .challenge(let label, let prefix):
            let text = prefix + token(of: domain)
            return ("\(label).\(domain.name)", .challenge(text), text)
        case .spf: return host(hosts.spf).map { ("", .spf(include: $0), "v=spf1 include:\($0) ~all") }
        case .dkim(let algorithm): return dkim(algorithm, .active, domain)
        // RFC 7489 §6.3: the least that a policy record says.
        case .dmarc: return ("_dmarc.\(domain.name)", .dmarc, "v=DMARC1; p=none;")
        case .mx(let preference):
            guard domain.options.receives, let host = host(hosts.mx) else { return nil }
            return ("", .mx(host), "\(preference) \(host)")
        case .returnPath: return alias(domain.options.returnPath, of: hosts.returnPath)
        case .tracking: return alias(domain.options.trackingHost, of: hosts.tracking)
        }
    }

    private func dkim(
        _ algorithm: SigningKey.Algorithm, _ use: SigningKey.Use, _ domain: MailDomain
    ) -> Filled? {
        guard let key = domain.signingKeys(use).first(where: { $0.algorithm == algorithm }) else { return nil }
        let dkim: DKIMAlgorithm = algorithm == .rsa ? .rsaSHA256 : .ed25519SHA256
        let selectors = domain.selectors(selectors, of: personality)
        return (
            "\(selectors[algorithm, key.slot])._domainkey.\(domain.name)",
            .dkim(keyType: dkim.keyType, publicKey: key.publicKey),
            DKIMRecord.text(algorithm: dkim, publicKey: key.publicKey)
        )
    }

    private func alias(_ name: String?, of target: String) -> Filled? {
        guard let name, let host = host(target) else { return nil }
        return (name, .cname(host), host.text)
    }

    private func host(_ name: String) -> DNSName? { DNSName(name) }

    /// 32 hexadecimal digits that nobody else can say beforehand.
    private func token(of domain: MailDomain) -> String {
        let code = challengeKey.code(for: Array("challenge \(domain.account.value) \(domain.name)".utf8))
        return Hex.encode(code.bytes.prefix(16))
    }
}
