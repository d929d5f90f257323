/// A command line that names a verb and fits it.
struct Invocation {
    let verb: Verb
    var arguments: Arguments

    init(_ arguments: Arguments) throws(UsageError) {
        self.arguments = arguments
        verb = try Verbs.verb(arguments.words)
        try arguments.check(verb)
    }

    var configurationPath: String? { arguments.text("config") }
    var printsJSON: Bool { arguments.flag("json") }
}
