import AdapterKit
import Model

extension Verbs {
    /// What the personalities bring along.
    static let personalities: [Verb] = Adapters.all.flatMap { personality in
        personality.verbs.map { Verb($0, of: personality.id) }
    }
}

extension Verb {
    fileprivate init(_ verb: DialectVerb, of personality: PersonalityID) {
        self.init(
            verb.name, on: verb.operand.map { .text($0) }, options: verb.options.map { VerbOption($0) },
            does: verb.summary, example: verb.example
        ) { office, given throws(KernelFailure) in
            try await office.run(verb, of: personality, given)
        }
        isPaged = false
    }
}

extension VerbOption {
    fileprivate init(_ option: DialectVerb.Option) {
        let made: VerbOption =
            switch option.kind {
            case .flag: .flag(option.name, option.help)
            case .text: .text(option.name, option.placeholder, option.help)
            case .number: .number(option.name, option.placeholder, option.help)
            case .word(let words): .word(option.name, of: words, option.help)
            case .list: .list(option.name, option.placeholder, option.help)
            case .file: .file(option.name, option.help)
            }
        self = option.isNeeded ? made.needed : made
    }
}
