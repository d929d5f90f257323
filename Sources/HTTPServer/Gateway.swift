package import AdapterKit
package import Base
package import HTTPWire
package import Kernel
package import Mailing
package import Model
package import Ports
import Posix

/// Speaks one personality's dialect over HTTP: routes, runs the gate, calls the handler, renders failures.
///
/// In this order: the route, then the personality's own gate, then the handler. Every answer, whatever it is, carries
/// the request id and the rate fields of the dialect.
package struct Gateway: HTTPService {
    let personality: any Personality
    let router: Router
    private let gate: Gate
    private let mail: MailService
    private let services: Services
    private let ids: PublicIDs
    private let keyField: FieldName?
    private let refusals: RefusalDelay
    /// nil: faults are not allowed, and nothing is looked for.
    private let faults: FaultTable?
    private let largeAnswers: LargeAnswers
    private let requestIDs: RequestIDs
    private let requestIDField: FieldName
    private let clients: ClientAddress
    let idempotency: Idempotency
    private let time: any TimeSource
    private let log: Log

    /// What a gateway needs of the kernel and of the operator.
    package struct Environment: Sendable {
        package var directory: Directory
        package var limiter: RateLimiter
        package var mail: MailService
        package var domains: DomainService
        package var ids: PublicIDs
        package var clients: ClientAddress
        package var time: any TimeSource
        package var random: any RandomSource
        package var administration: Administration
        package var suppressions: SuppressionService
        package var idempotency: Idempotency
        package var webhooks: WebhookService
        package var relays: RelayService
        package var quotas: QuotaDesk
        package var templates: TemplateService
        package var timeZones: any TimeZoneTable
        package var records: RecordService
        package var secretBox: SecretBox
        package var people: PeopleService
        /// By name; what is missing stands as the personality declares it.
        package var options: [String: OptionValue]
        /// Who notes when keys were used; nil: nobody does.
        package var uses: KeyUseLog?
        /// Shared by all gateways.
        package var refusals: RefusalDelay
        /// Shared by all gateways and shards.
        package var largeAnswers = LargeAnswers()
        /// Failures on demand; nil: not allowed.
        package var faults: FaultTable?
        package var log: Log

        package init(
            directory: Directory, limiter: RateLimiter, mail: MailService, domains: DomainService, ids: PublicIDs,
            clients: ClientAddress, time: any TimeSource, random: any RandomSource, administration: Administration,
            suppressions: SuppressionService, webhooks: WebhookService, relays: RelayService,
            quotas: QuotaDesk, templates: TemplateService, timeZones: any TimeZoneTable, records: RecordService,
            secretBox: SecretBox, people: PeopleService, idempotency: Idempotency, options: [String: OptionValue] = [:],
            uses: KeyUseLog? = nil,
            refusals: RefusalDelay = RefusalDelay(), faults: FaultTable? = nil, log: Log
        ) {
            self.directory = directory
            self.limiter = limiter
            self.mail = mail
            self.domains = domains
            self.ids = ids
            self.clients = clients
            self.time = time
            self.random = random
            self.administration = administration
            self.suppressions = suppressions
            self.idempotency = idempotency
            self.webhooks = webhooks
            self.relays = relays
            self.quotas = quotas
            self.templates = templates
            self.timeZones = timeZones
            self.records = records
            self.secretBox = secretBox
            self.people = people
            self.options = options
            self.uses = uses
            self.refusals = refusals
            self.faults = faults
            self.log = log
        }
    }

    package init(_ personality: any Personality, in environment: Environment) throws(Router.Conflict) {
        self.personality = personality
        router = try Router(personality.routes + Self.descriptionRoutes(of: personality))
        gate = Gate(
            personality: personality.id, steps: personality.gate, form: personality.credentials,
            scopes: personality.scopes, directory: environment.directory, limiter: environment.limiter,
            uses: environment.uses, webTokens: environment.people.tokens)
        services = Services(
            personality, directory: environment.directory, administration: environment.administration,
            suppressions: environment.suppressions, domains: environment.domains, webhooks: environment.webhooks,
            relays: environment.relays, quotas: environment.quotas, templates: environment.templates,
            timeZones: environment.timeZones, records: environment.records, secretBox: environment.secretBox,
            people: environment.people, random: environment.random, options: environment.options)
        keyField = personality.credentials.keyField.flatMap { FieldName($0) }
        refusals = environment.refusals
        faults = environment.faults
        largeAnswers = environment.largeAnswers
        mail = environment.mail
        ids = environment.ids
        requestIDs = RequestIDs(form: personality.requestID, random: environment.random)
        requestIDField = FieldName(personality.requestID.headerName) ?? "X-Request-Id"
        clients = environment.clients
        idempotency = environment.idempotency
        time = environment.time
        log = environment.log
    }

    // MARK: HTTPService

    package func bodyLimitBytes(for head: RequestHead) -> Int {
        if case .route(let route, _) = match(head) { return route.bodyLimitBytes }
        return Self.unroutedBodyLimitBytes
    }

    /// The body of a request that no route takes is read and dropped, so that its connection can go on.
    private static let unroutedBodyLimitBytes = 64 * 1024

    package func forwardedClient(of head: RequestHead, from peer: IPAddress?) -> IPAddress? {
        clients.forwarded(by: head, peer: peer)
    }

    package func enter(_ head: RequestHead, from peer: IPAddress?) -> HeadEntry {
        // Failures on demand have their place in the order of a whole request.
        guard faults == nil else { return HeadEntry(isKnown: true) }
        guard case .route(let route, let parameters) = match(head) else { return HeadEntry(isDecided: true) }
        let address = clients.client(of: head, peer: peer)
        let passage = passage(head, route, parameters, facts(of: head, address), address, nil)
        switch passage.admission.principal {
        case .success(let principal):
            return HeadEntry(isDecided: false, isKnown: principal != nil, passage: passage)
        case .failure:
            // A refusal that is kept under an idempotency key needs the body, which the key's holder sends.
            let isClaimed = passage.admission.claimant != nil
            return HeadEntry(isDecided: !isClaimed, isKnown: isClaimed, passage: passage)
        }
    }

    package func respond(to request: Request, from peer: IPAddress?, entry: HeadEntry?) async -> Response {
        let address = clients.client(of: request.head, peer: peer)
        let facts = entry?.passage?.facts ?? facts(of: request.head, address)
        let match = match(request.head)
        var session: FaultSession?
        if let faults {
            do throws(KernelFailure) {
                session = try self.session(faults, request.head, match)
                try session?.raise(
                    at: .routing,
                    FaultFacts(method: facts.method, path: facts.path, now: time.now, address: address))
            } catch {
                await pause(session?.delay ?? .zero)
                var response = unrouted(error, facts, address)
                if case .malformedRequest = error { response.closes = true }
                return response
            }
        }
        switch match {
        case nil: return malformedTarget(facts, address)
        case .notFound:
            return unrouted(unknownMethod(request.head, facts) ?? notFound(facts), facts, address)
        case .methodNotAllowed(let allowed) where request.head.method == .options:
            return preflight(request.head, facts, address) ?? options(allowed, facts, address)
        case .methodNotAllowed(let allowed):
            let failure =
                isUnserved(facts.path)
                ? KernelFailure.featureDisabled(.unserved)
                : .methodNotAllowed(method: UserData(facts.method), path: UserData(facts.path), allowed: allowed)
            return unrouted(unknownMethod(request.head, facts) ?? failure, facts, address)
        case .route(let route, let parameters):
            let passage =
                entry?.passage ?? passage(request.head, route, parameters, facts, address, session)
            return await respond(to: request, route, parameters, passage, address, session)
        }
    }

    package func refuse(
        _ failure: KernelFailure, head: RequestHead?, from peer: IPAddress?, entry: HeadEntry?
    ) -> Response {
        let address = clients.client(of: head, peer: peer)
        let passage = entry?.passage
        let facts = passage?.facts ?? facts(of: head, address)
        // What the gate has counted already counts as any request that is refused behind it.
        let window = passage.map { self.window($0.admission, isAccepted: false) } ?? addressWindow(address)
        guard let head, case .route(let route, _) = match(head), passage != nil || route.traits != nil else {
            return response(personality.answer(failure, to: facts), facts, window, failure)
        }
        let answer = answer(failure, to: facts, by: route)
        return response(answer, facts, window, failure, extras(route, head, nil, answer))
    }

    // MARK: Inside

    /// nil for a path whose escapes decode to nothing that can be named (RFC 3986 §2.1).
    private func match(_ head: RequestHead) -> Router.Match? {
        if head.isServerWide { return .methodNotAllowed(allowed: Route.Method.allCases.map(\.rawValue)) }
        guard let segments = try? PathSegments.decode(head.path) else { return nil }
        return router.match(method: String(decoding: head.methodBytes, as: UTF8.self), segments: segments)
    }

    /// `head` nil: the request could not be parsed that far.
    private func facts(of head: RequestHead?, _ address: IPAddress?) -> RequestFacts {
        var facts = RequestFacts(
            method: head.map { String(decoding: $0.methodBytes, as: UTF8.self) } ?? "",
            path: head.map { String(decoding: $0.path, as: UTF8.self) } ?? "", requestID: requestIDs.next())
        if log.isOn(.requests) {
            facts.trace = RequestTrace(
                request: facts.requestID, service: personality.id, client: address, began: time.uptime, log: log)
        }
        return facts
    }

    private func respond(
        to request: Request, _ route: Route, _ parameters: [String], _ passage: Passage, _ address: IPAddress?,
        _ faults: FaultSession?
    ) async -> Response {
        let (admission, facts, pathAccount, now) = (
            passage.admission, passage.facts, passage.pathAccount, passage.now
        )
        // Only what looks shows contents.
        let place = route.method == .get ? AnswerPlace(largeAnswers) : nil
        func call(_ caller: Principal?) -> Call {
            Call(
                caller: caller, account: pathAccount.id, requirement: route.requirement, rule: route.idempotency,
                parameters: parameters, head: request.head, body: request.body, now: now, clientAddress: address,
                mail: mail, services: services, ids: ids, requestID: facts.requestID, trace: facts.trace,
                place: place)
        }
        do throws(KernelFailure) {
            if let session = admission.holder?.session, case .success = admission.principal {
                try await services.confirm(session)
            }
            var answer: Answer
            var failure: KernelFailure?
            switch route.action {
            case .handler(let handler):
                let call = call(try admission.principal.get())
                if request.head.hasContentCoding { throw .codingUnsupported }
                if route.safeguard == .json { try call.demandJSON() }
                try call.authoriseBody()
                answer = try await handler(call)
                if answer.status < 400 { try Self.checkAuthorised(call, route) }
            case .planner(let planner):
                (answer, failure) = try await carryOut(
                    planner, route, admission, facts, request.head.hasContentCoding, call)
            }
            if let stream = answer.stream { answer.stream = reporting(stream, facts) }
            var response = response(
                answer, facts, window(admission, isAccepted: answer.status < 400), failure,
                extras(route, request.head, admission.holder?.key.kind, answer))
            response.key = admission.holder?.key.id
            response.place = place?.give()
            return response
        } catch {
            if let faults { await pause(faults.delay) }
            if let delay = refusals.begin(error, from: address, at: time.uptime) {
                await pause(delay)
                refusals.end()
            }
            let answer = answer(error, to: facts, by: route)
            return response(
                answer, facts, window(admission, isAccepted: false), error,
                extras(route, request.head, admission.holder?.key.kind, answer))
        }
    }

    /// What came of a request at the gate, which counts it once.
    struct Passage: Sendable {
        let facts: RequestFacts
        let pathAccount: Gate.PathAccount
        let admission: Gate.Admission
        let now: Instant
    }

    private func passage(
        _ head: RequestHead, _ route: Route, _ parameters: [String], _ facts: RequestFacts, _ address: IPAddress?,
        _ faults: FaultSession?
    ) -> Passage {
        let now = time.now
        let pathAccount = pathAccount(route, parameters)
        let admission = gate.admit(
            Gate.Request(
                authorization: head.singleBytes(of: .authorization),
                keyField: keyField.flatMap { head.singleBytes(of: $0) },
                pathAccount: pathAccount, domains: domains(route.requirement, parameters, head),
                clientAddress: address, method: facts.method, path: facts.path, now: now),
            requirement: route.requirement, rateClass: route.rateClass, faults: faults)
        facts.trace?.matched(route)
        if let trace = facts.trace, let holder = admission.holder { trace.authenticated(holder.key) }
        return Passage(facts: facts, pathAccount: pathAccount, admission: admission, now: now)
    }

    /// A route that forgets to ask what the key may do is found out by the first request that it lets through.
    static func checkAuthorised(_ call: Call, _ route: Route) throws(KernelFailure) {
        guard call.isAuthorised else {
            throw .internalError(incident: "\(route.method.rawValue) \(route.pattern) never asked Access")
        }
    }

    /// The domains that path or query name, where the requirement's stand there. A name of no form is one that no key
    /// has.
    private func domains(_ requirement: Requirement, _ parameters: [String], _ head: RequestHead) -> [String] {
        let texts: [Substring]
        switch requirement.domains {
        case .none, .every, .body, .stored, .narrowed: return []
        case .path(let index): texts = parameters.indices.contains(index) ? [parameters[index][...]] : []
        case .query(let name): texts = Query(of: head).text(name)?.split(separator: ",") ?? []
        }
        return texts.map { text in
            let name = String(text[(text.lastIndex(of: "@").map(text.index(after:)) ?? text.startIndex)...])
            return HostName.normalized(name) ?? name.asciiLowercased
        }
    }

    /// The window to show. Some tiers count accepted requests only, and get back what a refused one took.
    private func window(_ admission: Gate.Admission, isAccepted: Bool) -> WindowState? {
        guard !isAccepted, let receipt = admission.receipt else { return admission.window }
        return gate.giveBack(receipt, now: time.now)
    }

    /// The failures that this request may meet; nil for none.
    private func session(
        _ faults: FaultTable, _ head: RequestHead, _ match: Router.Match?
    ) throws(KernelFailure) -> FaultSession? {
        var pattern: String?
        if case .route(let route, _) = match { pattern = "\(route.method.rawValue) \(route.pattern)" }
        return try faults.session(
            personality: personality.id, route: pattern, field: head.value(of: Self.faultField))
    }

    private static let faultField: FieldName = "Polyrelay-Fault"

    /// Waits by the shard's own timer. A gateway that runs on no loop has none, and does not wait.
    private func pause(_ delay: Duration) async {
        guard delay > .zero, let loop = EventLoop.current else { return }
        await withCheckedContinuation { continuation in
            loop.schedule(after: delay) { continuation.resume() }
        }
    }

    private func pathAccount(_ route: Route, _ parameters: [String]) -> Gate.PathAccount {
        // Where the gate does not ask whose account it is, none is taken from the path.
        guard gate.asksForPathAccount, let index = route.accountParameter, parameters.indices.contains(index) else {
            return .none
        }
        guard let account = ids.accounts.named(by: parameters[index]) else {
            let names = route.pattern.split(separator: "/").filter { $0.hasPrefix(":") }
            return .malformed(parameter: names.indices.contains(index) ? String(names[index].dropFirst()) : "")
        }
        return .account(account)
    }

    /// A failure before any route: there is no key yet, so the rate fields speak of the client's address.
    private func unrouted(_ failure: KernelFailure, _ facts: RequestFacts, _ address: IPAddress?) -> Response {
        response(personality.answer(failure, to: facts), facts, addressWindow(address), failure)
    }

    /// RFC 9110 §9.1: what is no method here is not implemented for any path; nil for the known ones.
    private func unknownMethod(_ head: RequestHead, _ facts: RequestFacts) -> KernelFailure? {
        head.method.isImplemented ? nil : .methodUnknown(method: UserData(facts.method))
    }

    private func notFound(_ facts: RequestFacts) -> KernelFailure {
        if isUnserved(facts.path) { return .featureDisabled(.unserved) }
        return .routeNotFound(method: UserData(facts.method), path: UserData(facts.path))
    }

    /// A path of the vendor's, or what lies below one, that no route takes with this method.
    private func isUnserved(_ path: String) -> Bool {
        if personality.unservedPaths.isEmpty { return false }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        return personality.unservedPaths.contains { pattern in
            let pattern = pattern.split(separator: "/", omittingEmptySubsequences: false)
            return pattern.count <= segments.count
                && zip(pattern, segments).allSatisfy { $0 == $1 || $0.hasPrefix(":") && !$1.isEmpty }
        }
    }

    private func malformedTarget(_ facts: RequestFacts, _ address: IPAddress?) -> Response {
        var response = unrouted(.malformedRequest(.target), facts, address)
        response.closes = true
        return response
    }

    /// A failure after the head was sent is told to nobody but the log.
    private func reporting(_ stream: AnswerStream, _ facts: RequestFacts) -> AnswerStream {
        AnswerStream(isEndless: stream.isEndless) { body throws(KernelFailure) in
            do throws(KernelFailure) {
                try await stream.produce(body)
            } catch {
                if FaultName(error) == .internalError { report(error, facts) }
                throw error
            }
        }
    }

    /// What may be asked of a path (RFC 9110 §9.3.7). With a JSON body, as vendors' clients parse every answer.
    private func options(_ allowed: [String], _ facts: RequestFacts, _ address: IPAddress?) -> Response {
        let field = AnswerField("Allow", allowed.joined(separator: ", "))
        return response(Answer(status: 200, fields: [field], body: Array("{}".utf8)), facts, addressWindow(address))
    }

    func addressWindow(_ address: IPAddress?) -> WindowState? {
        gate.unauthenticatedWindow(address, rateClass: personality.defaultRateClass, now: time.now)
    }

    /// `failure`: what the answer renders, if it is a refusal. `extras`: what its route asks for beside it.
    func response(
        _ answer: Answer, _ facts: RequestFacts, _ window: WindowState?, _ failure: KernelFailure? = nil,
        _ extras: [AnswerField] = []
    ) -> Response {
        // No answer is anything else than it says, whatever a browser would make of its bytes.
        var fields = [
            ResponseField(.contentType, answer.contentType), ResponseField(requestIDField, facts.requestID),
            Self.noSniffing,
        ]
        fields.reserveCapacity(8)
        if let window { for field in personality.fields(for: window) { Self.append(field, to: &fields) } }
        for field in answer.fields { Self.append(field, to: &fields) }
        for field in extras { Self.append(field, to: &fields) }
        let name = failure.map { FaultName($0) }
        // RFC 9110 §15.5.16: what would have been accepted.
        if name == .codingUnsupported { fields.append(ResponseField("Accept-Encoding", "identity")) }
        if let failure, name == .internalError { report(failure, facts) }
        facts.trace?.answered(status: answer.status, failure: name, at: time.uptime)
        return Response(
            head: ResponseHead(HTTPStatus(code: answer.status), fields: fields), body: answer.body, failure: name,
            stream: answer.stream)
    }

    private static let noSniffing = ResponseField("X-Content-Type-Options", "nosniff")

    /// What is ours to mend is always told, with the id that its caller was given.
    private func report(_ failure: KernelFailure, _ facts: RequestFacts) {
        log.error("request-failed") { line in
            line.add("request", OperatorText(facts.requestID))
            line.add("service", OperatorText(personality.id.name))
            line.add("incident", failure.incident)
        }
    }

    /// A field whose name is no token is a mistake in an adapter, and is left out rather than sent.
    private static func append(_ field: AnswerField, to fields: inout [ResponseField]) {
        if let name = FieldName(field.name) { fields.append(ResponseField(name, field.value)) }
    }
}
