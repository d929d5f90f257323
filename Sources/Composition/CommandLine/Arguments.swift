import Base
import Model

/// A command line cut into words and options, with every word accounted for.
///
/// What travels to a running server is this, as JSON: the server reads it by its own table of verbs, so a verb of
/// another version is refused and never half understood.
struct Arguments: Sendable, Equatable {
    private(set) var words: [String] = []
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// Rows in a list where nothing is said.
    static let rowsDefault = 100

    init(words: [String], values: [String: String] = [:], flags: Set<String> = []) {
        self.words = words
        self.values = values
        self.flags = flags
    }

    /// Cuts a command line: `--name VALUE`, `--name=VALUE` or `--name`, by what the table says of the name; an option
    /// has the same kind with every verb.
    init(_ arguments: [String]) throws(UsageError) {
        let options = Verbs.common + Verbs.listing + Verbs.all.flatMap(\.options)
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                words.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = options.first(where: { $0.name == name }) else { throw Self.unknown(name, options) }
            if option.kind == .flag {
                guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
                flags.insert(name)
            } else {
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw UsageError("--\(name) needs a value")
                }
                values[name] = value
            }
        }
    }

    private static func unknown(_ name: String, _ known: [VerbOption]) -> UsageError {
        let nearest = NearestName.to(name, among: known.map(\.name)).map { ": did you mean --\($0)?" } ?? ""
        return UsageError("unknown option --\(name)\(nearest)")
    }

    // MARK: Fitting a verb

    /// Refuses what the verb does not take, and the want of what it needs.
    func check(_ verb: Verb) throws(UsageError) {
        do throws(UsageError) {
            try checkOperand(verb)
            try checkOptions(verb)
        } catch {
            throw UsageError("\(verb.name): \(error.text)", about: verb.words)
        }
        if let objection = verb.objection(self) { throw UsageError("\(verb.name): \(objection)", about: verb.words) }
    }

    private func checkOperand(_ verb: Verb) throws(UsageError) {
        let operands = words.dropFirst(verb.words.count)
        guard let operand = verb.operand else {
            guard let first = operands.first else { return }
            throw UsageError("takes nothing more, and \(first) is")
        }
        if operand == .idOrNothing, operands.isEmpty { return }
        guard operands.count == 1, let text = operands.first else { throw UsageError("takes one \(operand.name)") }
        if case .text = operand { return }
        guard let id = Int64(text), id > 0 else { throw UsageError("\(text): an ID is a positive number") }
    }

    private func checkOptions(_ verb: Verb) throws(UsageError) {
        let options = verb.allOptions
        for name in (Array(values.keys) + flags).sorted() where !options.contains(where: { $0.name == name }) {
            let own = (verb.options + verb.listing).map { "--\($0.name)" }
                .joined(separator: ", ")
            throw UsageError("takes no --\(name)\(own.isEmpty ? "" : "; its options: \(own)")")
        }
        for option in options {
            guard let value = values[option.name] else {
                if option.isNeeded { throw UsageError("\(option.usage) is required") }
                continue
            }
            try option.check(value)
        }
    }

    // MARK: What was given

    func flag(_ name: String) -> Bool { flags.contains(name) }

    /// All options with values, and all without: for verbs whose options are known elsewhere.
    var given: [String: String] { values }
    var flagsGiven: Set<String> { flags }

    func text(_ name: String) -> String? { values[name] }

    func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }

    func duration(_ name: String) -> Duration? { values[name].flatMap(VerbOption.duration) }

    func list(_ name: String) -> [String] { values[name].map { $0.split(separator: ",").map(String.init) } ?? [] }

    /// An option that the verb declares as needed, so that a command line without it was refused.
    func needed(_ name: String) throws(KernelFailure) -> String {
        guard let value = values[name] else { throw .internalError(incident: "--\(name) is read and not declared") }
        return value
    }

    /// As `needed`, of a number.
    func neededNumber(_ name: String) throws(KernelFailure) -> Int64 {
        guard let number = Int64(try needed(name)) else {
            throw .internalError(incident: "--\(name) is read as a number and not declared as one")
        }
        return number
    }

    /// What stands behind the verb; empty where nothing does.
    var operand: String { words.last ?? "" }

    /// The number that stands behind the verb; 0, which no row has, where none does.
    var id: Int64 { Int64(operand) ?? 0 }

    /// Rows that a list may have.
    var limit: Int { Int(min(number("limit") ?? Int64(Self.rowsDefault), Int64(RuntimeLimits.messagesPerList))) }

    /// Puts something else in the place of an option's value.
    mutating func replace(_ name: String, by value: String) { values[name] = value }
}

/// As JSON, for the way to a running server.
extension Arguments {
    var json: [UInt8] {
        JSONWriter.object { object in
            object.member("words", words)
            object.object("options") { options in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) { options.member(named: name, value) }
            }
            object.member("flags", flags.sorted())
        }
    }

    /// nil for what is not of this form.
    init?(json: JSONValue) {
        guard let words = json["words"]?.elements, let options = json["options"]?.members,
            let flags = json["flags"]?.elements
        else { return nil }
        self.words = words.compactMap(\.string)
        self.flags = Set(flags.compactMap(\.string))
        for option in options { values[option.name] = option.value.string }
    }
}

/// A command line that cannot be understood; the program says why and ends with 2.
struct UsageError: Error {
    let text: String
    /// The words whose help says more.
    let verb: [String]

    init(_ text: String, about verb: [String] = []) {
        self.text = text
        self.verb = verb
    }
}
