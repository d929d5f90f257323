public import Base
package import Kernel
public import Model

/// Something that the operator does on the command line with what a dialect keeps: its name, its options, what is done.
/// It is carried out in the running server, or, where none runs, on the database itself.
public struct DialectVerb: Sendable {
    public struct Option: Sendable {
        public enum Kind: Sendable, Equatable {
            /// It is there or not.
            case flag
            case text
            /// A whole number from 1.
            case number
            /// One of a few words, the first where nothing is said.
            case word([String])
            /// Texts with commas between them.
            case list
            /// The name of a file; its content, without white space at its ends, is the value.
            case file
        }

        public let name: String
        public let kind: Kind
        /// What stands for the value in help.
        public let placeholder: String
        public let help: String
        /// The verb cannot do without it.
        public let isNeeded: Bool

        public init(_ name: String, _ kind: Kind, _ placeholder: String, _ help: String, isNeeded: Bool = false) {
            self.name = name
            self.kind = kind
            self.placeholder = placeholder
            self.help = help
            self.isNeeded = isNeeded
        }
    }

    /// Two words: `line add`.
    public let name: String
    /// What the one thing that it works on is called in help; nil: there is none.
    public let operand: String?
    public let options: [Option]
    /// On one line.
    public let summary: String
    /// A command line that works, without the program's name.
    public let example: String
    public let run: @Sendable (VerbCall) async throws(KernelFailure) -> VerbReply

    public init(
        _ name: String, on operand: String? = nil, options: [Option] = [], does summary: String, example: String,
        run: @escaping @Sendable (VerbCall) async throws(KernelFailure) -> VerbReply
    ) {
        self.name = name
        self.operand = operand
        self.options = options
        self.summary = summary
        self.example = example
        self.run = run
    }
}

/// What a verb prints.
public enum VerbReply: Sendable, Equatable {
    /// JSON, which people are shown as a table.
    case json([UInt8])
    /// Why it was not done.
    case refused(String)
}

/// One call of a verb, and what it may do.
public struct VerbCall: Sendable {
    /// Empty where the verb has none.
    public let operand: String
    public let now: Instant
    public let ids: PublicIDs
    private let values: [String: String]
    private let flags: Set<String>
    let personality: PersonalityID
    private let directory: Directory
    private let service: RecordService
    private let webhooks: WebhookService
    public let secretBox: SecretBox
    public let random: AnyRandom
    let people: PeopleService
    private let options: [String: OptionValue]

    package init(
        operand: String, values: [String: String], flags: Set<String>, personality: PersonalityID, ids: PublicIDs,
        now: Instant, directory: Directory, records: RecordService, webhooks: WebhookService, secretBox: SecretBox,
        people: PeopleService, options: [String: OptionValue], random: any RandomSource
    ) {
        self.operand = operand
        self.values = values
        self.flags = flags
        self.personality = personality
        self.ids = ids
        self.now = now
        self.directory = directory
        service = records
        self.webhooks = webhooks
        self.secretBox = secretBox
        self.people = people
        self.options = options
        self.random = AnyRandom(random)
    }

    /// How an option of the personality stands.
    public func option<Value>(_ option: PersonalityOption<Value>) -> Value {
        options[option.declaration.name].flatMap(option.read) ?? option.standard
    }

    public func text(_ name: String) -> String? { values[name] }
    public func has(_ flag: String) -> Bool { flags.contains(flag) }
    public func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }
    public func list(_ name: String) -> [String] {
        values[name].map { $0.split(separator: ",").map(String.init) } ?? []
    }

    /// The account that an option names by its number; `notFound` where it is none.
    public func account(_ name: String = "account") throws(KernelFailure) -> Account.ID {
        guard let id = number(name).map(Account.ID.init), directory.account(id) != nil else {
            throw .notFound(.account)
        }
        return id
    }

    public func records(of account: Account.ID, _ mode: AccessKey.Mode) -> RecordDesk {
        RecordDesk(service, account: account, origin: personality, mode: mode)
    }

    /// A record of whatever account, with the desk that it belongs to.
    public func record(
        _ id: Record.ID, in collection: String
    ) async throws(KernelFailure) -> (record: Record, desk: RecordDesk)? {
        guard let record = try await service.record(id), record.space.origin == personality,
            record.space.collection == collection
        else { return nil }
        return (record, records(of: record.space.account, record.space.mode))
    }

    /// What signs webhooks to records' own URLs while the account has no endpoint.
    public func fallbackSecret(of account: Account.ID) throws(KernelFailure) -> String {
        try webhooks.fallbackSecret(of: Tenant(account: account, origin: personality))
    }
}
