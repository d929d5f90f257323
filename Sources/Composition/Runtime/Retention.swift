import Base
import Kernel
import Model
import Ports

/// Removes what is older than the configuration has it kept.
struct Retention {
    private let removal: SlicedRemoval
    private let directory: Directory
    private let mailbox: any OperatorMailbox
    private let rules: Configuration.Retention
    private let time: any TimeSource

    init(
        _ removal: SlicedRemoval, directory: Directory, mailbox: any OperatorMailbox, rules: Configuration.Retention,
        time: any TimeSource
    ) {
        self.removal = removal
        self.directory = directory
        self.mailbox = mailbox
        self.rules = rules
        self.time = time
    }

    /// One round over everything.
    func run() async {
        // What the disk does not give up now, it gives up in an hour.
        if let age = rules.operatorMail { try? await mailbox.remove(before: time.now - age) }
        let accounts = directory.accounts.map(\.id)
        for (origin, ages) in rules.rules {
            for (rows, age) in ages {
                let before = time.now - age
                // The log of webhooks is one for all accounts.
                for account in rows == .webhooks ? accounts.prefix(1) : accounts[...] {
                    await removal.run(
                        Clearing(rows, account: account, origin: origin, before: before, limit: SlicedRemoval.rows))
                }
            }
        }
        guard let account = accounts.first, let origin = rules.rules.first(where: { $0.value[.messages] != nil })?.key
        else { return }
        await removal.run(
            Clearing(.keys, account: account, origin: origin, before: time.now, limit: SlicedRemoval.rows))
    }
}
