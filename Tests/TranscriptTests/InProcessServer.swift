import AdapterKit
import Base
import DNSWire
import HTTPWire
import Kernel
import Mailing
import Model
import Ports
import SMTPServer
import SMTPWire
import Storage
import Synchronization
import TestKit

@testable import HTTPServer

/// A personality's gateway over the kernel and an SQLite store in a folder of its own, in capture mode and without
/// sockets: bytes of a request in, bytes of its answer out.
final class InProcessServer {
    let variables: [String: String]
    /// The relay's users, by the names of their secrets.
    let users: [String: String]
    private let folder: TemporaryFolder
    private let store: SQLiteStore
    private let loop: HandLoop
    private let gateway: Gateway
    private let personality: any Personality
    /// What stands beside a key where mail comes in.
    var mailUser: String {
        if case .key(let user)? = personality.smtp?.credentials { user ?? "anybody" } else { "" }
    }
    /// How answers differed from what their routes are described to answer.
    private(set) var disagreements: [String] = []
    /// nil where the personality takes no mail over SMTP.
    let smtp: SMTPGateway?

    /// `limit`: requests a minute and key. `options`: in place of the local profile's.
    init(_ subject: TranscriptSubject, limit: Int, options: [String: OptionValue] = [:]) async throws {
        let personality = subject.personality
        self.personality = personality
        let time = HandTime()
        let log = CollectingLog().log(time: time)
        folder = try TemporaryFolder(onDisk: false)
        store = try SQLiteStore.open(
            path: folder.file("mail.db"), origins: [personality.id],
            webhooks: personality.webhooks.map { [personality.id: $0.rules] } ?? [:],
            suppressing: [personality.id: personality.autoSuppression], time: time, log: log)
        var directory = TranscriptDirectory(subject, store: store)
        try await directory.fill(at: time.now)
        loop = HandLoop(time: time)
        let dialects = KernelDialects([personality], hosts: Self.hosts, idKey: Self.idKey, challengeKey: Self.idKey)
        let transport = ScriptedHTTP()
        transport.say(Self.target)
        let kernel = try await Assembly(
            on: Assembly.Ground(
                store: store, deliveryLoop: loop, outboundLoop: loop, mail: nil, http: transport,
                egress: EgressPolicy(), resolver: Self.resolver(dialects.planners[personality.id]),
                mailbox: MemoryMailbox(), workers: ImmediateWorkers(), time: time, random: SeededRandom(seed: 1),
                log: log),
            dialects: dialects,
            settings: KernelSettings(
                sealing: try Fixture.sealingKey(), answers: try Fixture.sealingKey(), idKey: Self.idKey,
                hostName: "mail.test",
                simulation: SimulationPolicy(capturesEverything: true, localPartsDecide: false), retries: .mail,
                unsubscribeBase: "https://mail.example/u/")
        ).services()
        let tiers = personality.rateTiers.mapValues { tiers in
            tiers.map { RateTier(owner: $0.owner, limit: limit, window: Self.window($0.window, limit)) }
        }
        let ids = PublicIDs(key: Self.idKey, of: personality)
        gateway = try Gateway(
            personality,
            in: Gateway.Environment(
                kernel, templates: TemplateService(store: store, time: time), timeZones: FixedZones(),
                limiter: RateLimiter(tiers: tiers), ids: ids, clients: ClientAddress(proxies: []), time: time,
                random: SeededRandom(seed: 1), options: Self.localOptions(personality).merging(options) { $1 },
                faults: FaultTable(random: SeededRandom(seed: 4)), log: log))
        smtp = try HeloName("mail.test").flatMap { hostName in
            SMTPGateway(
                personality,
                in: SMTPGateway.Environment(
                    directory: kernel.directory, limiter: RateLimiter(tiers: tiers), mail: kernel.mail, ids: ids,
                    time: time,
                    hostName: hostName, trusted: [try TranscriptDirectory.trusted(personality)],
                    log: log))
        }
        var variables = directory.secrets
        variables["template"] = directory.template.map { ids.templates.text($0) }
        let secretBox = SecretBox(try Fixture.sealingKey(), random: SeededRandom(seed: 5))
        variables.merge(try await subject.prepare(store, ids, secretBox)) { _, own in own }
        for (name, number) in [("account", 1), ("strangerAccount", 3), ("nobodysAccount", 999)] as [(String, Int64)] {
            variables[name] = ids.accounts.text(Account.ID(number))
        }
        variables["unique"] = SeededRandom(seed: 2).text(16, from: Alphabet.lowercaseAlphanumeric)
        variables["future"] = (time.now + .seconds(3600)).rfc3339(.milliseconds)
        variables["later"] = (time.now + .seconds(7200)).rfc3339(.milliseconds)
        variables["ownDomain"] = ids.domains.text(MailDomain.ID(1))
        self.variables = variables
        users = directory.users
    }

    /// A bucket holds no more than its limit either.
    private static func window(_ window: RateTier.Window, _ limit: Int) -> RateTier.Window {
        if case .bucket(let refill, _) = window { .bucket(refill: refill, burst: limit) } else { window }
    }

    /// As the local profile has them, but for those that put documented errors out of reach.
    private static func localOptions(_ personality: any Personality) -> [String: OptionValue] {
        var values: [String: OptionValue] = [:]
        for option in personality.options {
            values[option.name] = option.name == "insecureTargets" ? option.standard : option.local ?? option.standard
        }
        return values
    }

    /// Of `published.example` the owner account has published what it was asked to; `private.example.com` lies in a
    /// network that is not public.
    private static func resolver(_ planner: RecordPlanner?) -> ScriptedResolver {
        let resolver = ScriptedResolver()
        let published = Fixture.domain(name: "published.example", sending: .pending)
        for record in planner?.records(of: published) ?? [] where record.typeName == "TXT" {
            resolver.put(record.name.text, text: "something else", record.value)
        }
        if let address = IPAddress("10.0.0.1") { resolver.put("private.example.com", .a(address)) }
        return resolver
    }

    private static let idKey = [UInt8](repeating: 1, count: 32)

    private static let hosts = DomainHosts(
        spf: "spf.relay.example", mx: "mx.relay.example", returnPath: "bounce.relay.example",
        tracking: "track.relay.example")

    /// A target of webhooks and relayed requests: the last segment of its path is the status that it answers, or
    /// `timeout`.
    private static let target: ScriptedHTTP.Script = { request in
        let word = request.url.split(separator: "/").last ?? ""
        if word == "timeout" { return .failed(.timeout) }
        return .status(Int(word) ?? 200)
    }

    func close() { store.close() }

    /// Holds an answer against the description of its route, where it has one.
    private func compare(_ response: Response, to head: RequestHead) {
        let method = String(decoding: head.methodBytes, as: UTF8.self)
        guard let dialect = personality.description, let segments = try? PathSegments.decode(head.path),
            case .route(let route, _) = gateway.router.match(method: method, segments: segments)
        else { return }
        let type = response.head.fields.first { $0.name == .contentType }?.value ?? ""
        let answer = Answer(status: response.head.status.code, contentType: type, body: response.body)
        guard let disagreement = dialect.disagreement(of: answer, by: route) else { return }
        disagreements.append("\(route.method.rawValue) \(route.pattern): \(disagreement)")
    }

    /// What a streamed body comes to; a failure ends it.
    private static func whole(_ stream: AnswerStream) async -> [UInt8] {
        let body = Mutex<[UInt8]>([])
        try? await stream.produce(
            BodyWriter { bytes in
                body.withLock { $0 += bytes }
                return true
            })
        return body.withLock { $0 }
    }

    /// The answer to one request on a connection of its own.
    func answer(_ bytes: [UInt8]) async -> String {
        defer { loop.advance(by: KernelLimits.gatheringDelay) }
        let peer = IPAddress("127.0.0.1")
        var parser = RequestParser()
        parser.receive(bytes.span)
        var head: RequestHead?
        var response: Response?
        while response == nil {
            switch parser.next() {
            case .needMore: return "the request is not whole"
            case .head(let found):
                head = found
                parser.bodyLimit = gateway.bodyLimitBytes(for: found)
            case .request(let request): response = await gateway.respond(to: request, from: peer, entry: nil)
            case .fault(let fault): response = gateway.refuse(fault.failure, head: head, from: peer, entry: nil)
            }
        }
        guard var response else { return "" }
        if let stream = response.stream { response.body = await Self.whole(stream) }
        if let head { compare(response, to: head) }
        var output: [UInt8] = []
        ResponseWriter.append(
            response.head, body: response.body, context: head.map { ResponseContext(answering: $0) } ?? .unparsed,
            date: Array("Wed, 01 Jul 2026 08:30:00 GMT".utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
