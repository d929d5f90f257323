public import Base
import MailFormat
public import Model
public import Ports

/// Changes domains' signing keys. A step is on disk and in the directory when its call returns; of two at one time one
/// is refused. Any thread; making keys runs on the workers.
public struct KeyRotator: Sendable {
    private let store: any Store
    private let directory: Directory
    private let keys: KeyMaker
    private let time: any TimeSource

    public init(
        store: any Store, directory: Directory, keyring: Keyring, workers: any Workers, time: any TimeSource
    ) {
        self.store = store
        self.directory = directory
        keys = KeyMaker(keyring: keyring, workers: workers)
        self.time = time
    }

    /// Makes new keys, whose records are to be published; `wrongState` while a rotation is under way.
    public func begin(_ domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        guard domain.rotation == nil else {
            throw .wrongState(.domain, state: domain.rotationState, operation: .rotate)
        }
        let slot = RotationRule.freeSlot(of: domain)
        let made = try await keys.make(account: domain.account, domain: domain.name, slot: slot, use: .staged)
        return try await commit(RotationRule.begin(domain, with: made, at: time.now), from: domain)
    }

    /// Gives the new keys up; `wrongState` where there are none, or mail is signed with them.
    public func cancel(_ domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        guard let rotation = domain.rotation, rotation.state != .retiring else {
            throw .wrongState(.domain, state: domain.rotationState, operation: .cancel)
        }
        return try await commit(RotationRule.cancelled(domain), from: domain)
    }

    /// Goes over to the new keys, whose record was seen just now. `busy` before the wait is over, which `force` skips.
    public func activate(_ domain: MailDomain, force: Bool) async throws(KernelFailure) -> MailDomain {
        guard let rotation = domain.rotation, rotation.state == .ready else {
            throw .wrongState(.domain, state: domain.rotationState, operation: .activate)
        }
        let now = time.now
        if !force, let end = RotationRule.activatesAfter(rotation), now < end {
            throw .busy(.domain, retryAfter: end - now)
        }
        return try await commit(RotationRule.activated(domain, at: now), from: domain)
    }

    /// Takes the step that follows from a look at DNS, if any.
    public func observe(_ domain: MailDomain, _ sight: RotationRule.Sight) async throws(KernelFailure) -> MailDomain {
        let next = RotationRule.next(domain, sight, at: time.now)
        return next == domain ? domain : try await commit(next, from: domain)
    }

    private func commit(_ domain: MailDomain, from old: MailDomain) async throws(KernelFailure) -> MailDomain {
        let change = Change.domain(
            .changeKeys(
                domain.id, to: domain.signingKeys, rotation: domain.rotation, from: old.rotation))
        try await store.make(change)
        guard let changed = directory.domain(domain.id) else { throw .notFound(.domain) }
        return changed
    }
}
