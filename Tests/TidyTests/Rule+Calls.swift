extension Rule {
    /// A call that has a better one here.
    private struct Ban {
        let call: String
        let mend: String
        /// The places where it is right all the same, by the beginning of their path.
        var allowed: [String] = []
    }

    private static let bans = [
        Ban(call: "Date()", mend: "ask the TimeSource that was passed in", allowed: ["Tests/"]),
        Ban(call: "Date.now", mend: "ask the TimeSource that was passed in", allowed: ["Tests/"]),
        Ban(call: "ContinuousClock", mend: "ask the TimeSource that was passed in", allowed: ["Tests/"]),
        Ban(call: "SystemRandomNumberGenerator", mend: "ask the RandomSource that was passed in"),
        Ban(call: "UUID()", mend: "ask the RandomSource that was passed in", allowed: ["Tests/"]),
        Ban(call: ".randomElement()", mend: "ask the RandomSource that was passed in"),
        Ban(call: ".shuffled()", mend: "ask the RandomSource that was passed in"),
        Ban(
            call: "print(", mend: "log an event with Log; only the command line prints",
            allowed: ["Sources/Composition/", "Sources/polyrelay/", "Tests/"]),
        Ban(call: "debugPrint(", mend: "log an event with Log"),
        Ban(call: "try!", mend: "handle the error, or make it impossible"),
        Ban(call: "fatalError(", mend: "throw a typed error; for a broken invariant, precondition with its reason"),
        // Other threads read the environment at that moment, to start a program or to look a name up (environ(7)).
        Ban(call: "setenv(", mend: "give the child its environment; the process's own is never changed"),
        Ban(call: "unsetenv(", mend: "give the child its environment; the process's own is never changed"),
        Ban(call: "Process()", mend: "start it as a ChildProgram: Foundation's has crashed among many threads"),
        Ban(call: "usleep(", mend: "wait for the event itself"),
        Ban(call: "sleep(", mend: "wait for the event itself"),
        Ban(call: "Thread.sleep", mend: "wait for the event itself"),
        // Swift 6.3 wraps it once more by each look at it, and each call then goes through all of its wraps.
        Ban(call: "Mutex<(@", mend: "let a value hold the function: one alone in a Mutex grows with every look"),
        Ban(call: "Task.sleep", mend: "use the shard's timer; in tests wait for the event itself"),
    ]

    static let bannedCalls = Rule(name: "banned call") { file in
        bans.filter { !file.isIn($0.allowed) && file.text.contains($0.call) }.flatMap { ban in
            file.violations(of: "banned call \(ban.call)", mend: ban.mend) { $0.calls(ban.call) }
        }
    }

    /// Another engine must be able to fill the same ports.
    static let sql = Rule(name: "SQL") { file in
        guard !file.isIn(["Sources/Storage/", "Sources/Database/", "Tests/"]) else { return [] }
        let words = ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "CREATE INDEX", "ALTER TABLE", "PRAGMA "]
        return file.violations(of: "SQL", mend: "ask a port of the kernel; SQL stays in Storage and Database") { line in
            words.contains { line.strings.contains($0) }
        }
    }

    /// The kernel's words are used everywhere inside.
    static let vendorWords = Rule(name: "vendor word") { file in
        let places = [
            "Plugins/", "Tests/", "Sources/Composition/Runtime/Adapters.swift", "Sources/Composition/Configuration/",
            "Package.swift",
        ]
        guard file.isSwift, !file.isIn(places) else { return [] }
        let vendors = ["poststack", "posthawk", "harepost", "ahasend", "harpoon"]
        return file.violations(of: "vendor word", mend: "use the kernel's word; vendors' words stay in Plugins") {
            line in
            let text = line.text.lowercased()
            return vendors.contains { text.contains($0) }
        }
    }
}
