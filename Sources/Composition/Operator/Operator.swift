import AdapterKit
import Base
import Kernel
import Model
import Ports
import Posix
import Storage

/// Carries out operators' commands: in the server for the control socket, or in the command's own process where no
/// server runs. The same code either way.
struct Operator: Sendable {
    let runtime: KernelRuntime
    let describe: OperatorJSON

    init(_ runtime: KernelRuntime) {
        self.runtime = runtime
        describe = OperatorJSON(runtime)
    }

    func run(_ command: OperatorCommand) async -> OperatorReply {
        do throws(KernelFailure) {
            return try await reply(to: command)
        } catch {
            return .refused(Self.sentence(error))
        }
    }

    private func reply(to command: OperatorCommand) async throws(KernelFailure) -> OperatorReply {
        switch command {
        case .accountCreate(let name, let parent):
            .json(
                describe.account(
                    try await runtime.administration.createAccount(name, parent: parent.map(Account.ID.init))))
        case .accountList: .json(describe.accounts(runtime.directory.accounts))
        case .accountSetState(let id, let active):
            .json(
                describe.account(
                    try await runtime.administration.setState(Account.ID(id), active ? .active : .suspended)))
        case .keyCreate(let creation): try await createKey(creation)
        case .keyList: .json(describe.keys(runtime.directory.keys))
        case .keyRevoke(let id): .json(describe.key(try await runtime.administration.revokeKey(AccessKey.ID(id))))
        case .domainAdd(let name, let account, let verified):
            .json(
                describe.domain(
                    try await runtime.domains.add(
                        name, options: DomainOptions(), facets: [:], account: Account.ID(account), pinned: verified)))
        case .domainList: .json(describe.domains(runtime.directory.domains))
        case .domainShow(let name, let account): try showDomain(name, account)
        case .queueStats: .json(describe.lanes(await lanes()))
        case .queueList(let limit): .json(describe.deliveries(try await pending(limit: limit)))
        case .queueShow(let text): try await showQueued(text)
        case .queueRetry(let text): try await retry(text)
        case .queueCancel(let text): try await cancel(text)
        case .queueDead(let limit): .json(describe.deadLetters(try await deadLetters(limit: limit)))
        case .queueReplay(let text): try await replay(text)
        case .queueSetPaused(let lane, let paused): try await setPaused(lane, paused)
        case .messageList(let limit): try await listMessages(limit)
        case .messageShow(let text): .json(describe.message(try await message(text)))
        case .messageRaw(let text): try await rawMessage(text)
        case .eventList(let after, let limit, let wait): try await listEvents(after, limit, wait)
        case .quotas(let change): try await changeQuotas(change)
        case .domainVerify(let name, let account): try await verifyDomain(name, account)
        case .webhookList(let account): try await listWebhooks(account)
        case .webhookShow(let id): try await showWebhook(id)
        case .webhookDeliveries(let id, let limit): try await listDeliveries(id, limit)
        case .webhookSetPaused(let id, let paused): try await setWebhookPaused(id, paused)
        case .webhookReplay(let replay): try await replayWebhook(replay)
        case .domainSetReportAddress(let name, let account, let address):
            try await setReportAddress(of: name, account, address)
        case .domainRotate(let name, let account, let step): try await rotateKeys(of: name, account, step)
        case .suppressionAdd(let addition): try await addSuppression(addition)
        case .suppressionList(let account, let limit): try await listSuppressions(account, limit)
        case .suppressionRemove(let address, let account, let domain):
            try await removeSuppression(address, account, domain)
        case .faultAdd(let order, let personality, let key, let route): addFault(order, personality, key, route)
        case .faultList: listFaults()
        case .faultClear(let id): clearFaults(id)
        }
    }

    // MARK: Keys and domains

    private func createKey(_ creation: OperatorCommand.KeyCreation) async throws(KernelFailure) -> OperatorReply {
        guard let personality = runtime.personality(PersonalityID(creation.personality)) else {
            let known = runtime.personalities.map(\.id.name).joined(separator: ", ")
            return .refused("--personality \(creation.personality): allowed: \(known)", exit: .usage)
        }
        let vocabulary = personality.scopes
        let account = Account.ID(creation.account)
        let scopes: [String]
        do throws(KernelFailure) {
            scopes = try vocabulary.checked(
                creation.scopes.isEmpty ? vocabulary.defaults : creation.scopes, field: "scopes"
            ) { runtime.directory.domain($0, of: account) != nil }
        } catch {
            return .refused(Self.scopeRefusal(error, vocabulary), exit: .usage)
        }
        var networks: [IPNetwork] = []
        for text in creation.networks {
            guard let network = IPNetwork(text) else {
                return .refused("--allow-ip \(text): must be an address or a network such as 10.0.0.0/8", exit: .usage)
            }
            networks.append(network)
        }
        let (key, secret) = try await runtime.administration.createKey(
            Administration.KeyRequest(
                account: account, personality: personality.id, form: personality.credentials,
                kind: AccessKey.Kind(rawValue: creation.kind) ?? .secret,
                mode: AccessKey.Mode(rawValue: creation.mode) ?? .live, scopes: scopes, domains: creation.domains,
                networks: networks, expiresIn: creation.expiresInSeconds.map { .seconds($0) }, label: creation.label,
                secret: creation.secret))
        return .json(describe.newKey(key, secret: secret))
    }

    /// The word at fault is the operator's own, and is shown to nobody else.
    private static func scopeRefusal(_ failure: KernelFailure, _ vocabulary: ScopeVocabulary) -> String {
        guard case .invalid(let fault, _) = failure else { return sentence(failure) }
        let words = vocabulary.words + vocabulary.domainActions.flatMap { [ScopeVocabulary.all($0), "\($0):{DOMAIN}"] }
        return "--scopes \(fault.value?.text ?? ""): allowed, each once: \(words.joined(separator: ", "))"
    }

    // MARK: Queue

    private func pending(limit: Int) async throws(KernelFailure) -> [PendingDelivery] {
        try await runtime.store.pendingDeliveries(after: DeliveryID(packed: 0), limit: limit)
    }

    private func showQueued(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let id = try self.id(text)
        let range = DeliveryID.range(of: id)
        let deliveries = try await runtime.store.pendingDeliveries(
            after: DeliveryID(packed: range.lowerBound - 1), limit: PortLimits.recipientsPerMessage
        ).filter { $0.id.message == id }
        guard !deliveries.isEmpty else { throw .notFound(.delivery) }
        return .json(describe.deliveries(deliveries))
    }

    private func retry(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let message = try await message(text)
        try await runtime.store.make(.expedite(message.id, due: runtime.time.now))
        await runtime.dispatcher.expedite(message.id, recipients: message.recipients.count)
        return .json(describe.message(try await self.message(text)))
    }

    private func cancel(_ text: String) async throws(KernelFailure) -> OperatorReply {
        try await runtime.mail.cancel(try await message(text))
        return .json(describe.message(try await message(text)))
    }

    private func deadLetters(limit: Int) async throws(KernelFailure) -> [DeadLetter] {
        try await runtime.store.deadLetters(after: DeliveryID(packed: 0), limit: limit)
    }

    /// The dispatcher hears of them from the store.
    private func replay(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let message = try await message(text)
        try await runtime.store.make(.replay(message.id, at: runtime.time.now))
        return .json(describe.message(try await self.message(text)))
    }

    private func setPaused(_ lane: String, _ paused: Bool) async throws(KernelFailure) -> OperatorReply {
        if lane.hasPrefix(LaneID.webhookPrefix) {
            guard let number = Int64(lane.dropFirst(LaneID.webhookPrefix.count)) else { throw .notFound(.webhook) }
            _ = try await setWebhookPaused(number, paused)
        } else if lane.hasPrefix(LaneID.relayPrefix) {
            await runtime.relays.dispatcher.setPaused(String(lane.dropFirst(LaneID.relayPrefix.count)), paused)
        } else {
            await runtime.dispatcher.setPaused(LaneID(lane), paused)
        }
        return .json(describe.lanes(await lanes()))
    }

    /// Those of mail, of webhooks and of relayed requests.
    private func lanes() async -> [LaneStatistics] {
        let webhooks = await runtime.webhooks.dispatcher.statistics()
        let relays = await runtime.relays.dispatcher.statistics()
        return await runtime.dispatcher.statistics() + webhooks.map(LaneStatistics.init)
            + relays.map(LaneStatistics.init)
    }

    // MARK: Messages and events

    /// A message's id as any personality writes it, or the kernel's own number.
    private func id(_ text: String) throws(KernelFailure) -> Message.ID {
        if let number = Int64(text) { return Message.ID(number) }
        for personality in runtime.personalities {
            let ids = runtime.ids(personality)
            if let id = ids.messages.id(in: text) ?? ids.deliveries.claim(in: text)?.message { return id }
        }
        throw .notFound(.message)
    }

    func message(_ text: String) async throws(KernelFailure) -> Message {
        guard let message = try await runtime.store.message(id(text), content: true) else { throw .notFound(.message) }
        return message
    }

    private func listMessages(_ limit: Int) async throws(KernelFailure) -> OperatorReply {
        .json(describe.messages(try await messages(offset: 0, limit: limit).messages))
    }

    func messages(offset: Int, limit: Int) async throws(KernelFailure) -> MessagePage {
        try await runtime.store.messages(MessageQuery(tenant: nil, offset: offset, limit: limit))
    }

    private func rawMessage(_ text: String) async throws(KernelFailure) -> OperatorReply {
        guard let raw = try await raw(text) else { return .refused("not kept") }
        return OperatorReply(exit: .done, raw: raw)
    }

    /// The exact bytes as sent; nil where they are not kept.
    func raw(_ text: String) async throws(KernelFailure) -> [UInt8]? { try await runtime.postOffice.raw(try id(text)) }

    private func listEvents(_ after: Int64, _ limit: Int, _ wait: Bool) async throws(KernelFailure) -> OperatorReply {
        let deadline = runtime.time.uptime + RuntimeLimits.followWait
        while true {
            let events = try await runtime.store.events(
                after: MailEvent.ID(after), limit: min(limit, RuntimeLimits.eventsPerAnswer))
            guard events.isEmpty, wait, runtime.time.uptime < deadline else { return .json(describe.events(events)) }
            await runtime.dispatcher.pause(RuntimeLimits.followInterval)
        }
    }

    // MARK: Refusals

    /// What an operator reads. Names what was asked for, never what a caller had sent.
    private static func sentence(_ failure: KernelFailure) -> String {
        switch failure {
        case .notFound(let resource): "no such \(resource)"
        case .alreadyExists(let resource, let field): "a \(resource) with this \(field) exists already"
        case .wrongState(let resource, state: _, let operation): "the \(resource) is not in a state to \(operation)"
        case .invalid(let fault, _): "\(fault.field): \(fault.rule)"
        case .proofNotFound(_, let record): "the record at \(record.name) is missing, or does not have the new key"
        case .dnsUnreadable: "DNS could not be read: try again"
        case .busy(let resource, let wait): "too early for the \(resource): \(wait.components.seconds + 1) s to wait"
        case .storageUnavailable: "the database cannot be written: check the disk (polyrelay's log says more)"
        case .overloaded: "the server is busy: try again"
        case .internalError(let incident): "internal error: \(incident)"
        default: "refused: \(failure)"
        }
    }
}
