public import Base
package import Kernel
public import Model
import Ports

/// What a dialect does with records of its own. Everything is seen through one account, personality and mode: what is
/// somebody else's, or the other mode's, is not there.
///
/// Comes back on the shard. What it reports as made or changed is on disk.
public struct RecordDesk: Sendable {
    public let account: Account.ID
    public let mode: AccessKey.Mode
    private let origin: PersonalityID
    private let service: RecordService

    package init(_ service: RecordService, account: Account.ID, origin: PersonalityID, mode: AccessKey.Mode) {
        self.service = service
        self.account = account
        self.origin = origin
        self.mode = mode
    }

    public func space(_ collection: String) -> RecordSpace {
        RecordSpace(account: account, origin: origin, mode: mode, collection: collection)
    }

    /// nil where it is not this desk's.
    public func record(_ id: Record.ID, in collection: String) async throws(KernelFailure) -> Record? {
        guard let record = try await service.record(id), record.space == space(collection) else { return nil }
        return record
    }

    /// The latest one that has, or had, the key; nil where it is not this desk's.
    public func record(_ key: RecordKey, in collection: String) async throws(KernelFailure) -> Record? {
        let space = space(collection)
        guard let record = try await service.record(key, in: space), record.space == space else { return nil }
        return record
    }

    public func records(_ query: RecordQuery) async throws(KernelFailure) -> RecordPage {
        guard query.space == space(query.space.collection) else {
            throw .internalError(incident: "a list of another's records was asked for")
        }
        return try await service.records(query)
    }

    /// Makes a unit of changes as a whole, or throws why not: `alreadyExists`, `notFound`, `wrongState`.
    public func commit(_ unit: RecordUnit) async throws(KernelFailure) -> [RecordReceipt] {
        try await service.commit(unit)
    }

    /// An announcement of this account's.
    public func announcement(
        _ name: String, _ data: [UInt8], to target: RecordAnnouncement.Target
    ) -> RecordAnnouncement {
        RecordAnnouncement(account: account, origin: origin, name: name, data: data, target: target)
    }

    /// A unit as a plan, for routes that make it with the answer about it.
    public func plan(_ unit: RecordUnit) -> Plan<[RecordReceipt]> { Plan(service.plan(unit)) }
}

extension Call {
    /// The records of the caller's account, in the mode of its key.
    public func records() throws(KernelFailure) -> RecordDesk {
        guard let principal else { throw .credentialMissing }
        return records(of: principal.account, principal.mode)
    }

    /// Those of an account, for routes that find out by themselves who calls.
    public func records(of account: Account.ID, _ mode: AccessKey.Mode) -> RecordDesk {
        RecordDesk(services.records, account: account, origin: services.personality, mode: mode)
    }

    /// The record of any account that a key of the whole collection names (`RecordIndex.Scope.collection`).
    public func anyRecord(_ key: RecordKey, in collection: String) async throws(KernelFailure) -> Record? {
        let space = RecordSpace(
            account: Account.ID(0), origin: services.personality, mode: .live, collection: collection)
        guard let record = try await services.records.record(key, in: space),
            record.space.origin == services.personality, record.space.collection == collection
        else { return nil }
        return record
    }

    /// The record of any account, for ids that name their account by themselves.
    public func anyRecord(_ id: Record.ID, in collection: String) async throws(KernelFailure) -> Record? {
        guard let record = try await services.records.record(id), record.space.origin == services.personality,
            record.space.collection == collection
        else { return nil }
        return record
    }

    /// Keeps secrets in records.
    public var secretBox: SecretBox { services.secretBox }

    /// For codes and tokens.
    public var random: AnyRandom { services.random }
}
