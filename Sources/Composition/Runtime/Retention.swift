import Base
import Kernel
import Model
import Ports

/// Removes what is older than the configuration has it kept, beside traffic: a slice at a time, and after each a rest
/// that is many times as long as the slice took, so that whoever sends hardly notices.
struct Retention {
    private let store: any Engine
    private let directory: Directory
    private let rules: [PersonalityID: [Clearing.Rows: Duration]]
    private let time: any TimeSource
    /// Waits.
    private let rest: @Sendable (Duration) async -> Void
    private let isStopped: @Sendable () -> Bool

    init(
        _ store: any Engine, directory: Directory, rules: [PersonalityID: [Clearing.Rows: Duration]],
        time: any TimeSource, rest: @escaping @Sendable (Duration) async -> Void,
        isStopped: @escaping @Sendable () -> Bool
    ) {
        self.store = store
        self.directory = directory
        self.rules = rules
        self.time = time
        self.rest = rest
        self.isStopped = isStopped
    }

    /// One round over everything.
    func run() async {
        let accounts = directory.accounts.map(\.id)
        for (origin, ages) in rules {
            for (rows, age) in ages {
                let before = time.now - age
                // The log of webhooks is one for all accounts.
                for account in rows == .webhooks ? accounts.prefix(1) : accounts[...] {
                    await clear(Clearing(rows, account: account, origin: origin, before: before, limit: Self.rows))
                }
            }
        }
        guard let account = accounts.first, let origin = rules.first(where: { $0.value[.messages] != nil })?.key else {
            return
        }
        await clear(Clearing(.keys, account: account, origin: origin, before: time.now, limit: Self.rows))
    }

    private func clear(_ first: Clearing) async {
        var slice = first
        while !isStopped() {
            let began = time.uptime
            guard let outcome = await store.commit([.upkeep(.clear(slice))]).first,
                case .done(let last) = outcome, last > 0
            else { return }
            slice.after = last
            await rest(max((time.uptime - began) * Self.restFactor, Self.restMin))
        }
    }

    /// Rows that a slice looks at.
    private static let rows = 100
    /// A slice's time, so many times over, is left to others.
    private static let restFactor = 25
    private static let restMin: Duration = .milliseconds(5)
}
