import Base
import Model
import Ports
import Synchronization
import TestKit
import Testing

/// A store that is opened afresh for one check, with the calls that the checks make all the time.
///
/// Unchecked Sendable: one check uses it, one call after another.
final class StoreBench: @unchecked Sendable {
    private let factory: any StoreFactory
    private let folder: TemporaryFolder
    private var engine: any Engine
    /// What `accept` has made, in order.
    private var accepted: [Message.ID] = []

    init(_ factory: any StoreFactory) async throws {
        self.factory = factory
        folder = try TemporaryFolder(onDisk: false)
        engine = try await factory.open(folder.path, origins: Self.origins)
    }

    private static let origins = [Fixture.personality, Fixture.otherPersonality]

    var store: any Store { engine }

    /// Where it cannot be opened again, the closed one stays, and is closed once more at the end.
    func close() { engine.close() }

    func observe(_ observer: any DeliveryObserver) { store.observe(observer) }

    func observe(webhooks observer: any WebhookObserver) { store.observe(webhooks: observer) }

    func observe(relays observer: any RelayObserver) { store.observe(relays: observer) }

    func observe(records observer: any RecordObserver) { store.observe(records: observer) }

    func ride(_ source: any RateWindowSource) { store.ride(source) }

    /// Ends the store in good order and opens what it left.
    func reopen() async throws {
        close()
        engine = try await factory.open(folder.path, origins: Self.origins)
    }

    // MARK: Calls

    func commit(_ change: Change) async throws -> ChangeOutcome {
        let outcomes = await store.commit([change])
        return try #require(outcomes.count == 1 ? outcomes.first : nil)
    }

    @discardableResult
    func accept(_ message: NewMessage = Fixture.message()) async throws -> Message.ID {
        let acceptance = try #require(try await commit(.accept(message)).acceptance)
        #expect(!acceptance.replayed)
        accepted.append(acceptance.message)
        return acceptance.message
    }

    @discardableResult
    func settle(_ settlements: Settlement...) async throws -> [Bool] {
        try #require(try await commit(.settle(settlements)).applied)
    }

    func message(_ id: Message.ID, content: Bool = true) async throws -> Message {
        try #require(try await store.message(id, content: content))
    }

    func states(_ id: Message.ID) async throws -> [Recipient.State] {
        try await message(id).recipients.map(\.state)
    }

    func kinds(_ id: Message.ID) async throws -> [MailEvent.Kind] { try await message(id).events.map(\.kind) }

    /// Which of the messages that `accept` has made these are, from one on: numbers grow, and nobody says by how much.
    func places(_ messages: [Message]) -> [Int] {
        messages.map { message in (accepted.firstIndex(of: message.id) ?? -1) + 1 }
    }

    func pending() async throws -> [PendingDelivery] { try await store.pendingDeliveries() }

    func list(
        _ owner: Tenant? = Fixture.owner, offset: Int = 0, limit: Int = 100,
        _ narrow: (inout MessageFilter) -> Void = { _ in }
    ) async throws -> Page<Message> {
        var filter = MessageFilter()
        narrow(&filter)
        return try await store.messages(
            MessageQuery(tenant: owner, filter: filter, slice: Slice(offset: offset, limit: limit)))
    }
}

extension ChangeOutcome {
    var applied: [Bool]? {
        if case .settled(let applied) = self { applied } else { nil }
    }

    var acceptance: Acceptance? {
        if case .accepted(let acceptance) = self { acceptance } else { nil }
    }

    var failure: KernelFailure? {
        if case .refused(let failure) = self { failure } else { nil }
    }

    var serial: Int64? {
        if case .done(let serial) = self { serial } else { nil }
    }
}

/// Remembers what it heard.
final class Listener: DeliveryObserver {
    private let collected = Mutex<[PendingDelivery]>([])

    func queued(_ deliveries: [PendingDelivery]) { collected.withLock { $0 += deliveries } }

    var heard: [PendingDelivery] { collected.withLock { $0 } }
}
