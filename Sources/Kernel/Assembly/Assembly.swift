public import Base
public import Model
public import Ports

/// Wires the kernel's services to the ports that they are given: the engines of a server, or what a test turns by hand.
public struct Assembly {
    /// What the kernel stands on.
    public struct Ground {
        public var store: any Store
        /// Of mail and of domains' checks, and of requests of our own.
        public var deliveryLoop: any ActorLoop
        public var outboundLoop: any ActorLoop
        /// nil: capture mode, where nothing leaves the machine.
        public var mail: (any MailTransport)?
        public var http: any HTTPTransport
        /// What `http` keeps to, for judging a target before anything is sent.
        public var egress: EgressPolicy
        public var resolver: any Resolver
        public var mailbox: any OperatorMailbox
        public var workers: any Workers
        /// Who makes signing keys, which nobody has to wait for; nil: the others.
        public var keyWorkers: (any Workers)?
        public var time: any TimeSource
        public var random: any RandomSource
        public var log: Log

        public init(
            store: any Store, deliveryLoop: any ActorLoop, outboundLoop: any ActorLoop, mail: (any MailTransport)?,
            http: any HTTPTransport, egress: EgressPolicy, resolver: any Resolver, mailbox: any OperatorMailbox,
            workers: any Workers, keyWorkers: (any Workers)? = nil, time: any TimeSource, random: any RandomSource,
            log: Log
        ) {
            self.keyWorkers = keyWorkers
            self.store = store
            self.deliveryLoop = deliveryLoop
            self.outboundLoop = outboundLoop
            self.mail = mail
            self.http = http
            self.egress = egress
            self.resolver = resolver
            self.mailbox = mailbox
            self.workers = workers
            self.time = time
            self.random = random
            self.log = log
        }
    }

    private let ground: Ground
    private let dialects: KernelDialects
    private let settings: KernelSettings

    public init(on ground: Ground, dialects: KernelDialects, settings: KernelSettings) {
        self.ground = ground
        self.dialects = dialects
        self.settings = settings
    }

    /// Reads the directory, wires everything, and has the store's feed heard. Nothing is under way yet
    /// (`KernelServices.resume`).
    public func services() async throws(KernelFailure) -> KernelServices {
        let directory = Directory(try await ground.store.directory())
        let keyring = Keyring(sealing: settings.sealing, random: ground.random)
        let office = postOffice(directory, keyring)
        let reporter = StatusReporter(
            store: ground.store, directory: directory, postOffice: office, hostName: settings.hostName,
            simulation: settings.simulation, retries: settings.retries, time: ground.time)
        let dispatcher = Dispatcher(
            loop: ground.deliveryLoop, store: ground.store, transport: ground.mail, postOffice: office,
            reporter: reporter, pace: settings.pace, separating: Set(dialects.identities.keys),
            suppressesSimulated: settings.simulation.suppresses, time: ground.time, random: ground.random,
            log: ground.log)
        let administration = Administration(
            store: ground.store, directory: directory, keyring: keyring,
            workers: ground.keyWorkers ?? ground.workers, time: ground.time, random: ground.random,
            keysMax: settings.keysPerAccount, domainsMax: settings.domainsPerAccount)
        let (watch, domains) = domains(directory, keyring, administration)
        let claims = ClaimTable(time: ground.time)
        let services = KernelServices(
            directory: directory, dispatcher: dispatcher, postOffice: office,
            mail: MailService(
                store: ground.store, directory: directory, deliveries: dispatcher, simulation: settings.simulation,
                retries: settings.retries, conventions: dialects.conventions, postOffice: office,
                transport: ground.mail, time: ground.time),
            claims: claims,
            idempotency: Idempotency(
                store: ground.store, claims: claims, sealing: settings.answers, time: ground.time,
                random: ground.random),
            administration: administration, domainWatch: watch, domains: domains,
            keyUses: KeyUseLog(store: ground.store, loop: ground.deliveryLoop),
            suppressions: SuppressionService(store: ground.store, directory: directory, time: ground.time),
            quotas: QuotaDesk(store: ground.store, time: ground.time),
            reports: reports(directory, reporter), webhooks: webhooks(), relays: relays(directory),
            records: records(), people: people())
        ground.store.observe(facts: directory)
        ground.store.observe(dispatcher)
        ground.store.observe(facts: services.webhooks.dispatcher)
        ground.store.observe(webhooks: services.webhooks.dispatcher)
        ground.store.observe(relays: services.relays.dispatcher)
        ground.store.observe(records: services.records.timers)
        return services
    }

    private func postOffice(_ directory: Directory, _ keyring: Keyring) -> PostOffice {
        PostOffice(
            store: ground.store, directory: directory, keyring: keyring, workers: ground.workers,
            selectors: dialects.selectors, algorithms: settings.signatures, idKey: settings.idKey,
            unsubscribeBase: settings.unsubscribeBase, returnPaths: settings.returnPaths,
            identities: dialects.identities, keepsBcc: settings.keepsBcc)
    }

    private func domains(
        _ directory: Directory, _ keyring: Keyring, _ administration: Administration
    ) -> (watch: DomainWatch, service: DomainService) {
        let planners = Array(dialects.planners.values)
        let rotator = KeyRotator(
            store: ground.store, directory: directory, keyring: keyring,
            workers: ground.keyWorkers ?? ground.workers, time: ground.time)
        let watch = DomainWatch(
            loop: ground.deliveryLoop,
            checker: DomainChecker(resolver: ground.resolver, planners: planners, time: ground.time),
            planners: planners, rotator: rotator, store: ground.store, directory: directory, time: ground.time,
            random: ground.random, log: ground.log)
        let service = DomainService(
            administration: administration, store: ground.store, directory: directory, watch: watch,
            rotator: rotator, planners: dialects.planners)
        return (watch, service)
    }

    private func reports(_ directory: Directory, _ reporter: StatusReporter) -> ReportService? {
        settings.returnPaths.map { returnPaths in
            ReportService(
                store: ground.store, directory: directory, returnPaths: returnPaths, ownNames: settings.ownNames,
                mailbox: ground.mailbox, idKey: settings.idKey, identities: Array(dialects.identities.values),
                reporter: reporter, workers: ground.workers, time: ground.time, log: ground.log)
        }
    }

    private func records() -> KernelServices.Records {
        KernelServices.Records(
            service: RecordService(store: ground.store),
            timers: RecordTimers(
                loop: ground.deliveryLoop, store: ground.store, rules: dialects.timers, time: ground.time,
                log: ground.log),
            sealing: settings.sealing)
    }

    private func people() -> PeopleService {
        PeopleService(
            records: RecordService(store: ground.store), workers: ground.workers,
            tokens: WebTokens(settings.sealing), time: ground.time, random: ground.random)
    }

    private func webhooks() -> KernelServices.Webhooks {
        let secrets = WebhookSecrets(sealing: settings.sealing, random: ground.random)
        let renderer = WebhookRenderer(store: ground.store, dialects: dialects.webhooks)
        let dispatcher = WebhookDispatcher(
            loop: ground.outboundLoop, store: ground.store, transport: ground.http, renderer: renderer,
            secrets: secrets, time: ground.time, random: ground.random, log: ground.log)
        return KernelServices.Webhooks(
            dispatcher: dispatcher,
            service: WebhookService(
                store: ground.store, dispatcher: dispatcher, renderer: renderer, secrets: secrets,
                egress: ground.egress, time: ground.time))
    }

    private func relays(_ directory: Directory) -> KernelServices.Relays {
        let secrets = RelaySecrets(
            store: ground.store, sealing: settings.sealing, time: ground.time, random: ground.random)
        let dispatcher = RelayDispatcher(
            loop: ground.outboundLoop, store: ground.store, transport: ground.http, secrets: secrets,
            rules: dialects.relays, time: ground.time, random: ground.random, log: ground.log)
        let service = RelayService(
            store: ground.store, directory: directory, dispatcher: dispatcher,
            guardian: TargetGuard(resolver: ground.resolver, egress: ground.egress, time: ground.time),
            secrets: secrets, rules: dialects.relays, time: ground.time)
        return KernelServices.Relays(dispatcher: dispatcher, service: service)
    }
}
