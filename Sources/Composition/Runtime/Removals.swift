import Base
import Kernel
import Model
import Ports

/// Carries out what operators removed as a whole: accounts, and domains with the messages that were sent from them.
/// What is to go is on disk, so a restart goes on where a stop came between.
struct Removals {
    private let removal: SlicedRemoval
    private let store: any Engine
    private let directory: Directory
    private let origins: [PersonalityID]
    private let time: any TimeSource
    private let log: Log

    /// `origins`: all that rows can be of.
    init(
        _ removal: SlicedRemoval, directory: Directory, origins: [PersonalityID], time: any TimeSource, log: Log
    ) {
        self.removal = removal
        store = removal.store
        self.directory = directory
        self.origins = origins
        self.time = time
        self.log = log
    }

    /// True once nothing is left to be removed.
    func run() async -> Bool {
        var isDone = true
        for account in directory.accounts where account.state == .removing {
            let isGone = await remove(account.id)
            isDone = isDone && isGone
        }
        guard let domains = try? await store.mailRemovals() else { return false }
        for domain in domains {
            let isGone = await remove(domain)
            isDone = isDone && isGone
        }
        return isDone
    }

    private func remove(_ account: Account.ID) async -> Bool {
        for origin in origins {
            for rows in [Clearing.Rows.messages, .relays, .records] {
                guard await clear(rows, account, origin, .account) else { return false }
            }
        }
        guard await clear(.webhooks, account, origins[0], .account), await clearKeys(account) else { return false }
        guard case .done? = await store.commit([.directory(.removeAccount(account, at: time.now))]).first else {
            return false
        }
        log.info("account-removed") { $0.add("account", account.value) }
        return true
    }

    private func remove(_ domain: MailRemoval) async -> Bool {
        for origin in origins {
            guard await clear(.messages, domain.account, origin, .domain(domain.domain)) else { return false }
        }
        guard await clearKeys(domain.account),
            case .done? = await store.commit([.upkeep(.removedMessages(domain))]).first
        else { return false }
        log.info("domain-removed") { $0.add("account", domain.account.value) }
        return true
    }

    /// Idempotency keys of messages that are gone.
    private func clearKeys(_ account: Account.ID) async -> Bool { await clear(.keys, account, origins[0], .account) }

    private func clear(
        _ rows: Clearing.Rows, _ account: Account.ID, _ origin: PersonalityID, _ extent: Clearing.Extent
    ) async -> Bool {
        await removal.run(
            Clearing(
                rows, account: account, origin: origin, before: Instant(nanoseconds: .max), limit: SlicedRemoval.rows,
                extent: extent))
    }
}
