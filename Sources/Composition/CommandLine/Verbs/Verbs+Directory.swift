import AdapterKit
import Model

extension Verbs {
    static let accounts: [Verb] = [
        Verb(
            "account create", on: .text("NAME"),
            options: [.number("parent", "ID", "makes it a sub-account of this account")],
            does: "make an account", example: "account create acme"
        ) { office, given throws(KernelFailure) in
            try await office.createAccount(given.operand, parent: given.number("parent"))
        },
        Verb(
            "account list", options: [.number("parent", "ID", "the sub-accounts of this account")],
            does: "accounts, latest first", example: "account list --oldest --json"
        ) { office, given in
            office.listAccounts(of: given.number("parent"), ListPlace(given))
        },
        Verb(
            "account show", on: .id, does: "one account, and its id in each dialect",
            example: "account show 1"
        ) { office, given throws(KernelFailure) in
            try office.showAccount(given.id)
        },
        Verb(
            "account suspend", on: .id, does: "refuse what an account and its sub-accounts ask for",
            example: "account suspend 3"
        ) { office, given throws(KernelFailure) in
            try await office.setState(ofAccount: given.id, .suspended)
        },
        Verb("account resume", on: .id, does: "serve a suspended account again", example: "account resume 3") {
            office, given throws(KernelFailure) in
            try await office.setState(ofAccount: given.id, .active)
        },
        Verb(
            "account remove", on: .id,
            options: [.flag("force", "also one that is not suspended")],
            does: "remove an account with all that it has, for good; its keys end at once",
            example: "account remove 3"
        ) { office, given throws(KernelFailure) in
            try await office.removeAccount(given.id, isForced: given.flag("force"))
        },
        Verb(
            "account limits", on: .id, options: [.daily, .monthly],
            does: "what an account may send, after setting it where told to",
            example: "account limits 1 --daily 500 --monthly none"
        ) { office, given throws(KernelFailure) in
            try await office.changeQuotas(Operator.QuotaChange(given, account: given.id, domain: nil))
        },
    ]

    static let keys: [Verb] = [
        Verb(
            "key create",
            options: [
                .account.needed,
                .text("personality", "P", "whose dialect the key is for").needed,
                .word(
                    "kind", of: [AccessKey.Kind.secret, .public].map(\.rawValue),
                    "public keys stand in browsers and apps"),
                .word("mode", of: AccessKey.Mode.allCases.map(\.rawValue), "with a test key nothing is delivered"),
                .list("scopes", "a,b", "what the key may do; without it, as the personality has it"),
                .list("domains", "d,e", "the only domains that it may send from"),
                .list("allow-ip", "CIDR,..", "the only networks that it may be used from"),
                .expiry,
                .text("label", "TEXT", "a name for people"),
                .file("secret-file", "take over the secret in this file instead of making one"),
            ], does: "make a key; its secret is shown here and never again",
            example: "key create --account 1 --personality \(Adapters.all[0].id)"
        ) { office, given throws(KernelFailure) in
            try await office.createKey(Operator.KeyOrder(given))
        },
        Verb(
            "key list", options: [.account, .personality], does: "keys, latest first, without their secrets",
            example: "key list --account 1"
        ) { office, given in
            office.listKeys(of: given.number("account"), given.text("personality"), ListPlace(given))
        },
        Verb("key revoke", on: .id, does: "end a key, at once and for good", example: "key revoke 7") {
            office, given throws(KernelFailure) in
            try await office.revokeKey(given.id)
        },
    ]

    static let smtpCredentials: [Verb] = [
        Verb(
            "smtp-credential create",
            options: [
                .account.needed,
                .text("personality", "P", "whose relay it is for: one that has users of its own").needed,
                .word("mode", of: AccessKey.Mode.allCases.map(\.rawValue), "with a test user nothing is delivered"),
                .list("domains", "d,e", "the only domains that it may send from"),
                .text("label", "TEXT", "a name for people"),
            ], does: "make a user of a relay; its password is shown here and never again",
            example: "smtp-credential create --account 1 --personality \(Adapters.relaying[0].id)"
        ) { office, given throws(KernelFailure) in
            try await office.createUser(Operator.UserOrder(given))
        },
        Verb(
            "smtp-credential list", does: "all users of relays, without their passwords",
            example: "smtp-credential list"
        ) { office, given in office.listUsers(ListPlace(given)) },
        Verb("smtp-credential remove", on: .id, does: "let a user in no more", example: "smtp-credential remove 7") {
            office, given throws(KernelFailure) in
            try await office.removeUser(given.id)
        },
    ]

    static let domains: [Verb] = [
        Verb(
            "domain add", on: .text("NAME"),
            options: [.account.needed, .flag("verified", "take your word for it, instead of looking at the DNS")],
            does: "let an account send from a domain", example: "domain add example.com --account 1 --verified"
        ) { office, given throws(KernelFailure) in
            try await office.addDomain(
                given.operand, account: given.neededNumber("account"), isVerified: given.flag("verified"))
        },
        Verb("domain list", options: [.account], does: "domains, latest first", example: "domain list --account 1") {
            office, given in
            office.listDomains(of: given.number("account"), ListPlace(given))
        },
        Verb(
            "domain show", on: .text("NAME"), options: [.account.needed],
            does: "the records to publish, and what was seen of them",
            example: "domain show example.com --account 1"
        ) { office, given throws(KernelFailure) in
            try office.showDomain(given.operand, account: given.neededNumber("account"))
        },
        Verb(
            "domain verify", on: .text("NAME"), options: [.account.needed], does: "look at the DNS now",
            example: "domain verify example.com --account 1"
        ) { office, given throws(KernelFailure) in
            try await office.verifyDomain(given.operand, account: given.neededNumber("account"))
        },
        Verb(
            "domain remove", on: .text("NAME"),
            options: [
                .account.needed, .flag("messages", "and what was sent from it; what waits is given up"),
            ],
            does: "remove a domain with its keys; what was sent from it stays, unless told otherwise",
            example: "domain remove example.com --account 1"
        ) { office, given throws(KernelFailure) in
            try await office.removeDomain(
                given.operand, account: given.neededNumber("account"), withMail: given.flag("messages"))
        },
        Verb(
            "domain set", on: .text("NAME"),
            options: [
                .account.needed,
                .text("dsn-address", "ADDRESS", "who hears of mail that failed"),
                .flag("no-dsn-address", "nobody does"),
            ], does: "change how a domain is dealt with",
            example: "domain set example.com --account 1 --dsn-address ops@example.com",
            objection: { given in
                (given.text("dsn-address") == nil) == given.flag("no-dsn-address")
                    ? nil : "--dsn-address ADDRESS, or --no-dsn-address"
            }
        ) { office, given throws(KernelFailure) in
            try await office.setReportAddress(
                of: given.operand, account: given.neededNumber("account"), given.text("dsn-address"))
        },
        Verb(
            "domain rotate", on: .text("NAME"),
            options: [
                .account.needed,
                .flag("activate", "sign with the new keys, once their record has been seen for a while"),
                .flag("force", "with --activate: without the while"),
                .flag("cancel", "give the new keys up"),
            ], does: "give a domain new signing keys", example: "domain rotate example.com --account 1",
            objection: { given in
                Operator.RotationStep(given) == nil ? "--activate, --activate --force, --cancel, or none of them" : nil
            }
        ) { office, given throws(KernelFailure) in
            try await office.rotateKeys(
                of: given.operand, account: given.neededNumber("account"), Operator.RotationStep(given) ?? .begin)
        },
        Verb(
            "domain limits", on: .text("NAME"), options: [.account.needed, .daily, .monthly],
            does: "what may be sent from a domain, after setting it where told to",
            example: "domain limits example.com --account 1 --daily 100"
        ) { office, given throws(KernelFailure) in
            try await office.changeQuotas(
                Operator.QuotaChange(given, account: given.neededNumber("account"), domain: given.operand))
        },
    ]

    static let suppressions: [Verb] = [
        Verb(
            "suppression add", on: .text("ADDRESS"),
            options: [
                .account.needed, .domain,
                .word("reason", of: Operator.suppressionReasons, "why"),
                .text("note", "TEXT", "for people"),
                .expiry,
            ], does: "send nothing more to an address", example: "suppression add you@example.net --account 1"
        ) { office, given throws(KernelFailure) in
            try await office.addSuppression(Operator.SuppressionOrder(given))
        },
        Verb(
            "suppression list", options: [.account], does: "the addresses that nothing is sent to",
            example: "suppression list --limit 20"
        ) { office, given throws(KernelFailure) in
            try await office.listSuppressions(given.number("account"), ListPlace(given))
        },
        Verb(
            "suppression remove", on: .text("ADDRESS"), options: [.account.needed, .domain],
            does: "send to an address again",
            example: "suppression remove you@example.net --account 1"
        ) { office, given throws(KernelFailure) in
            try await office.removeSuppression(
                given.operand, account: given.neededNumber("account"), given.text("domain"))
        },
    ]
}
