import Base
import DNSWire
import Ports
import Posix

/// Knows the MTA-STS policies of destinations: looks for them, and believes each for as long as it says (RFC 8461
/// §3.3).
///
/// Policies are kept in memory, so after a start each is fetched anew. A policy that is believed holds also while
/// nobody can be asked for it: to keep the question away is what an attacker would do.
actor STSKeeper {
    private struct Entry {
        let id: String
        let policy: STSPolicy
        let end: Duration
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let loop: EventLoop
    private let resolver: any Resolver
    private let http: any HTTPTransport
    private let time: any TimeSource
    private var entries: [String: Entry] = [:]
    /// When a policy that could not be fetched may be asked for again.
    private var retries: [String: Duration] = [:]
    private var running: [String: Task<STSPolicy?, Never>] = [:]

    init(resolver: any Resolver, http: any HTTPTransport, loop: EventLoop, time: any TimeSource) {
        self.resolver = resolver
        self.http = http
        self.loop = loop
        self.time = time
    }

    /// The policy that holds for mail to this domain; nil where none does. Questions at one time are asked once.
    func policy(of domain: String) async -> STSPolicy? {
        if let task = running[domain] { return await task.value }
        let task = Task(executorPreference: loop) { await self.find(domain) }
        running[domain] = task
        let policy = await task.value
        running[domain] = nil
        return policy
    }

    func close() async { await http.close() }

    private func find(_ domain: String) async -> STSPolicy? {
        let known = entries[domain].flatMap { time.uptime < $0.end ? $0 : nil }
        guard let record = await record(of: domain), record.id != known?.id else { return known?.policy }
        if let retry = retries[domain], time.uptime < retry { return known?.policy }
        guard let policy = await fetch(domain) else {
            if retries.count >= SMTPDeliveryLimits.policiesKept { retries = [:] }
            retries[domain] = time.uptime + SMTPDeliveryLimits.policyRetry
            return known?.policy
        }
        keep(Entry(id: record.id, policy: policy, end: time.uptime + policy.maxAge), of: domain)
        return policy
    }

    private func record(of domain: String) async -> STSRecord? {
        guard let name = DNSName("_mta-sts.\(domain)") else { return nil }
        let answer = try? await resolver.resolve(name, .txt, freshness: .cached)
        guard case .records(let records) = answer else { return nil }
        return STSRecord(records)
    }

    /// RFC 8461 §3.3: over HTTPS with a trusted certificate, and no redirects, which `HTTPTransport` does not follow.
    private func fetch(_ domain: String) async -> STSPolicy? {
        let request = OutgoingRequest(
            method: "GET", url: "https://mta-sts.\(domain)/.well-known/mta-sts.txt",
            timeout: SMTPDeliveryLimits.policyTimeout, snippetBytes: SMTPDeliveryLimits.policyBytes)
        guard case .answered(let answer) = await http.perform(request).outcome, answer.status == 200 else { return nil }
        return STSPolicy(answer.snippet)
    }

    private func keep(_ entry: Entry, of domain: String) {
        retries[domain] = nil
        if entries.count >= SMTPDeliveryLimits.policiesKept {
            let now = time.uptime
            entries = entries.filter { now < $0.value.end }
        }
        // A flood of policies displaces none that is believed.
        if entries.count < SMTPDeliveryLimits.policiesKept || entries[domain] != nil { entries[domain] = entry }
    }
}
