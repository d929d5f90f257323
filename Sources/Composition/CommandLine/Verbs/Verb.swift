import Model

/// One thing that the command line can do, described in one place: how it is called, what help says of it, and what
/// is done. Parsing, help, the refusals of wrong usage, and what travels to a running server all come of this.
struct Verb: Sendable {
    /// The one thing that a verb works on.
    enum Operand: Sendable, Equatable {
        /// A text; the name stands for it in help.
        case text(String)
        /// The number of a row.
        case id
        /// As `id`, or nothing.
        case idOrNothing

        var name: String {
            switch self {
            case .text(let name): name
            case .id, .idOrNothing: "ID"
            }
        }
    }

    /// What this program itself does, without a server or a database.
    enum Program: Sendable {
        case serve, check, openAPI, backup, restore, version, help
    }

    /// Carries a verb out: in the server, or in the command's own process.
    typealias Operation = @Sendable (Operator, Arguments) async throws(KernelFailure) -> OperatorReply

    enum Action: Sendable {
        case program(Program)
        case operate(Operation)
    }

    /// One word or two: `account`, `create`.
    let words: [String]
    /// nil: none.
    let operand: Operand?
    let options: [VerbOption]
    /// What it does, on one line.
    let summary: String
    /// A command line that works, without the program's name.
    let example: String
    /// What is wrong with options that do not go together; nil where nothing is.
    let objection: @Sendable (Arguments) -> String?
    let action: Action
    /// Of a list: it goes on where a page has ended.
    var isPaged = true

    /// A verb for operators. `words`: `domain add`.
    init(
        _ words: String, on operand: Operand? = nil, options: [VerbOption] = [], does summary: String, example: String,
        objection: @escaping @Sendable (Arguments) -> String? = { _ in nil }, operation: @escaping Operation
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.operand = operand
        self.options = options
        self.summary = summary
        self.example = example
        self.objection = objection
        action = .operate(operation)
    }

    /// A verb of the program itself.
    init(
        _ word: String, on operand: Operand? = nil, options: [VerbOption] = [], does summary: String, example: String,
        program: Program
    ) {
        words = [word]
        self.operand = operand
        self.options = options
        self.summary = summary
        self.example = example
        objection = { _ in nil }
        action = .program(program)
    }

    /// It can begin with a database that is not there yet; every other verb needs what this one makes.
    var beginsDatabase: Bool { words == ["account", "create"] }

    /// It prints rows, of which one may want others than the first.
    var isList: Bool {
        guard case .operate = action else { return false }
        return ["list", "dead", "dead-letters", "deliveries", "versions"].contains(words.last)
    }

    /// Those of lists that it takes.
    var listing: [VerbOption] { isList ? Verbs.listing.filter { isPaged || $0.name == "limit" } : [] }

    /// Its own options, and those that it shares with others.
    var allOptions: [VerbOption] { options + listing + Verbs.common }

    /// `domain add`
    var name: String { words.joined(separator: " ") }

    /// `domain add NAME`
    var usage: String {
        switch operand {
        case nil: name
        case .idOrNothing?: "\(name) [ID]"
        case let operand?: "\(name) \(operand.name)"
        }
    }
}
