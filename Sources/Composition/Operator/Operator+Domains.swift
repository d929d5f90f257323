import AdapterKit
import Base
import Kernel
import Model
import Ports

extension Operator {
    func listDomains(of account: Int64?, _ place: ListPlace) -> OperatorReply {
        let domains = runtime.directory.domains.filter { account == nil || $0.account.value == account }
        return .json(describe.domains(place.cut(domains)))
    }

    /// `isVerified`: by the operator's word, for good.
    func addDomain(_ name: String, account: Int64, isVerified: Bool) async throws(KernelFailure) -> OperatorReply {
        if name.contains("@") {
            return .refused("\(name): is a mail address; a domain is what stands behind the @", exit: .usage)
        }
        if IPAddress(name) != nil {
            return .refused("\(name): is an address, and a domain to send from has its records in DNS", exit: .usage)
        }
        guard name.contains(".") else {
            return .refused(
                "\(name): has no dot; a domain to send from has its records in DNS, such as example.com", exit: .usage)
        }
        return .json(
            describe.domain(
                try await runtime.domains.add(
                    name, options: DomainOptions(), facets: [:], account: Account.ID(account), pinned: isVerified
                ).run()))
    }

    /// What was sent from a domain is its account's history, and stays: mail of years is not lost with a name that was
    /// moved elsewhere. `withMail`: it goes too, piece by piece, once this is answered.
    func removeDomain(_ name: String, account: Int64, withMail: Bool) async throws(KernelFailure) -> OperatorReply {
        let domain = try runtime.domains.domain(named: name, of: Account.ID(account))
        try await (withMail ? runtime.domains.removeWithMail(domain) : runtime.domains.remove(domain)).run()
        if withMail { runtime.removalCalls.call() }
        return .json(JSONWriter.object { $0.member("removed", domain.name) })
    }

    /// The records to publish, by personality. Where reports go stands above the table.
    func showDomain(_ name: String, account: Int64) throws(KernelFailure) -> OperatorReply {
        let domain = try runtime.domains.domain(named: name, of: Account.ID(account))
        var reply = OperatorReply.json(describe.records(records(of: domain)))
        reply.heading = domain.options.reportAddress.map { "reports of failed mail go to \($0)" }
        return reply
    }

    /// Has reports of what could not be delivered sent to an address, or no more.
    func setReportAddress(
        of name: String, account: Int64, _ address: String?
    ) async throws(KernelFailure) -> OperatorReply {
        let domain = try runtime.domains.domain(named: name, of: Account.ID(account))
        var options = domain.options
        options.reportAddress = nil
        if let address {
            guard let checked = MailAddress(parsing: address), checked.name == nil else {
                return .refused(
                    "--dsn-address \(address): must be one mail address such as ops@example.com", exit: .usage)
            }
            options.reportAddress = checked.address
        }
        return .json(
            describe.domain(try await runtime.domains.change(domain, options: options, facets: [:]).run()))
    }

    /// Looks the records up now. Refused, with what is wrong, where they do not prove that mail may be sent.
    func verifyDomain(_ name: String, account: Int64) async throws(KernelFailure) -> OperatorReply {
        let domain = try await runtime.domains.check(
            runtime.domains.domain(named: name, of: Account.ID(account)))
        let found = records(of: domain)
        if domain.maySend { return .json(describe.records(found)) }
        let problems = found.compactMap { problem(with: $0.record) }
        return .refused("\(domain.name) is not verified:\n\(problems.joined(separator: "\n"))")
    }

    /// What to do about the change of a domain's signing keys.
    enum RotationStep: Sendable {
        case begin
        /// Go over to the new keys, once their record has been seen for a while.
        case activate
        /// The same without the while.
        case force
        case cancel

        /// nil for flags that do not go together.
        init?(_ given: Arguments) {
            switch (given.flag("activate"), given.flag("force"), given.flag("cancel")) {
            case (false, false, false): self = .begin
            case (true, false, false): self = .activate
            case (true, true, false): self = .force
            case (false, false, true): self = .cancel
            default: return nil
            }
        }
    }

    /// Takes a step of the change of a domain's signing keys; the domain as it is then.
    func rotateKeys(
        of name: String, account: Int64, _ step: RotationStep
    ) async throws(KernelFailure) -> OperatorReply {
        let domains = runtime.domains
        let domain = try domains.domain(named: name, of: Account.ID(account))
        let changed =
            switch step {
            case .begin: try await domains.rotateKeys(of: domain)
            case .activate: try await domains.activateKeys(of: domain, force: false)
            case .force: try await domains.activateKeys(of: domain, force: true)
            case .cancel: try await domains.cancelRotation(of: domain)
            }
        return .json(describe.domain(changed))
    }

    private func records(of domain: MailDomain) -> [(personality: PersonalityID, record: PublishedRecord)] {
        runtime.personalities.flatMap { personality in
            runtime.domains.records(of: domain, by: personality.id).map { (personality.id, $0) }
        }
    }

    private func problem(with published: PublishedRecord) -> String? {
        let state = OperatorJSON.state(of: published)
        guard state != "ok" else { return nil }
        return "  \(published.record.purpose)  \(published.record.type) \(published.record.name)  \(state)"
    }
}
