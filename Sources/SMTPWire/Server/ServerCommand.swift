import Base

/// One command line of a client, understood (RFC 5321 §4.1.1).
enum ServerCommand: Equatable {
    case helo(String)
    case ehlo(String)
    case startTLS
    case authenticate(mechanism: ArraySlice<UInt8>, initialResponse: ArraySlice<UInt8>?)
    case mail(ReversePath)
    case recipient(RecipientPath)
    case data
    case chunk(octets: Int, isLast: Bool)  // RFC 3030 §2
    case reset
    case noOperation
    case verify
    case expand
    case help
    case quit
}

/// What stands in RCPT: a mailbox, or the one name that every server knows without a domain (RFC 5321 §4.5.1).
enum RecipientPath: Equatable {
    case mailbox(EnvelopeRecipient)
    case postmaster(RecipientParameters)
}

/// Why a line is no command that we carry out.
enum CommandFault: Error, Equatable {
    case unknown
    case notImplemented
    /// The command takes no argument, lacks one, or has one that is not of its form.
    case argument
    case heloName
    case sender
    case recipient
    /// An address outside ASCII, and the client did not ask for SMTPUTF8.
    case international
    case parameterSyntax
    case parameterUnknown
    case parameterValue
    case parameterTwice

    var reply: Reply {
        switch self {
        case .unknown: Reply(.commandUnrecognized, .invalidCommand, "Command unrecognized")
        case .notImplemented: Reply(.commandNotImplemented, .invalidCommand, "Command not implemented")
        case .argument: Reply(.parameterSyntaxError, .invalidArguments, "Syntax error in the command's argument")
        case .heloName: Reply(.parameterSyntaxError, .invalidArguments, "A host name or an address literal is needed")
        case .sender: Reply(.parameterSyntaxError, .badSenderSyntax, "Syntax error in the sender's address")
        case .recipient: Reply(.parameterSyntaxError, .badDestinationSyntax, "Syntax error in the recipient's address")
        case .international:
            Reply(.mailboxNameNotAllowed, .internationalAddressNotSupported, "This address needs SMTPUTF8")
        case .parameterSyntax, .parameterTwice:
            Reply(.parameterSyntaxError, .invalidArguments, "Syntax error in a parameter")
        case .parameterUnknown: Reply(.parametersNotRecognized, .invalidArguments, "Parameter not recognized")
        case .parameterValue: Reply(.parameterSyntaxError, .invalidArguments, "Parameter with an unusable value")
        }
    }
}

extension ServerCommand {
    /// Reads a line without its end. Verbs are read in any case, and white space at the end is not looked at (RFC 5321
    /// §4.1.1). `isExtended`: the client said EHLO; without it there are no parameters. `takesUTF8`: what the running
    /// transaction said of addresses in RCPT. `isStrict`: as `ServerConfiguration` has it.
    init(
        _ line: ArraySlice<UInt8>, isExtended: Bool, takesUTF8: Bool, isStrict: Bool = false
    ) throws(CommandFault) {
        var line = line
        while let last = line.last, last == ASCII.space || last == ASCII.tab { line.removeLast() }
        let verb = line.prefix { $0 != ASCII.space }
        let argument = line.dropFirst(verb.count)
        guard verb.count <= Self.verbOctetsMax, let known = Self.verbs[Self.packed(verb)] else {
            throw .unknown
        }
        self = try known(
            CommandLine(argument: argument, isExtended: isExtended, takesUTF8: takesUTF8, isStrict: isStrict))
    }

    private static let verbOctetsMax = 8

    /// What stands behind a verb.
    private struct CommandLine {
        /// With the space before it.
        var argument: ArraySlice<UInt8>
        var isExtended: Bool
        var takesUTF8: Bool
        var isStrict: Bool

        /// The argument of a command that takes none.
        func ends(_ command: ServerCommand) throws(CommandFault) -> ServerCommand {
            guard argument.isEmpty else { throw .argument }
            return command
        }

        /// Words separated by one space each.
        var words: [ArraySlice<UInt8>] {
            argument.dropFirst().split(separator: ASCII.space, omittingEmptySubsequences: false)
        }
    }

    private typealias Reading = @Sendable (CommandLine) throws(CommandFault) -> ServerCommand

    /// A verb in lower case as one number, for which no array is made. NUL counts for one octet wherever it stands.
    private static func packed(_ verb: some Sequence<UInt8>) -> UInt64 {
        verb.reduce(0) { $0 << 8 | UInt64($1 == ASCII.nul ? 0xFF : ASCII.lowercased($1)) }
    }

    private static let verbs: [UInt64: Reading] = {
        let readings: [(String, Reading)] = [
            ("helo", { line throws(CommandFault) in .helo(try heloName(line)) }),
            ("ehlo", { line throws(CommandFault) in .ehlo(try heloName(line)) }),
            ("starttls", { line throws(CommandFault) in try line.ends(.startTLS) }),
            ("auth", { line throws(CommandFault) in try authenticate(line) }),
            ("mail", { line throws(CommandFault) in try mail(line) }),
            ("rcpt", { line throws(CommandFault) in try recipient(line) }),
            ("data", { line throws(CommandFault) in try line.ends(.data) }),
            ("bdat", { line throws(CommandFault) in try chunk(line) }),
            ("rset", { line throws(CommandFault) in try line.ends(.reset) }),
            // RFC 5321 §4.1.1.9: a parameter is ignored.
            ("noop", { _ throws(CommandFault) in .noOperation }),
            ("vrfy", { line throws(CommandFault) in try named(.verify, line) }),
            ("expn", { line throws(CommandFault) in try named(.expand, line) }),
            ("help", { _ throws(CommandFault) in .help }),
            ("quit", { line throws(CommandFault) in try line.ends(.quit) }),
            ("turn", { _ throws(CommandFault) in throw .notImplemented }),
            ("etrn", { _ throws(CommandFault) in throw .notImplemented }),
            ("send", { _ throws(CommandFault) in throw .notImplemented }),
            ("soml", { _ throws(CommandFault) in throw .notImplemented }),
            ("saml", { _ throws(CommandFault) in throw .notImplemented }),
        ]
        return Dictionary(uniqueKeysWithValues: readings.map { (packed($0.0.utf8), $0.1) })
    }()

    private static func named(_ command: ServerCommand, _ line: CommandLine) throws(CommandFault) -> ServerCommand {
        guard line.argument.count > 1, line.argument.allSatisfy({ !ASCII.isControl($0) }) else { throw .argument }
        return command
    }

    /// A domain or an address literal, as it should be. Desktop computers say their own names (`WIN-ABC$`, `host.`,
    /// letters outside ASCII), and RFC 5321 §4.1.4 forbids to refuse mail for a name that is wrong: it is noted as
    /// well as a trace field can hold it. Nothing at all, and what is no text, is no name.
    private static func heloName(_ line: CommandLine) throws(CommandFault) -> String {
        let name = line.argument.dropFirst()
        guard !name.isEmpty, name.count <= SMTPLimits.domainOctetsMax,
            name.allSatisfy({ $0 > ASCII.delete || ASCII.isVisible($0) })
        else { throw .heloName }
        return HeloName.traceable(name)
    }

    /// RFC 4954 §4: `AUTH mechanism [initial-response]`.
    private static func authenticate(_ line: CommandLine) throws(CommandFault) -> ServerCommand {
        let words = line.words
        guard (1...2).contains(words.count), words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ASCII.isVisible) })
        else { throw .argument }
        return .authenticate(mechanism: words[0], initialResponse: words.count == 2 ? words[1] : nil)
    }

    private static func chunk(_ line: CommandLine) throws(CommandFault) -> ServerCommand {
        let words = line.words
        guard let size = words.first, (1...19).contains(size.count), size.allSatisfy(ASCII.isDigit),
            let octets = Int(String(decoding: size, as: UTF8.self))
        else { throw .argument }
        let isLast = words.count == 2 && words[1].map(ASCII.lowercased) == Array("last".utf8)
        guard words.count == 1 || isLast else { throw .argument }
        return .chunk(octets: octets, isLast: isLast)
    }

    // MARK: Paths

    private static func mail(_ line: CommandLine) throws(CommandFault) -> ServerCommand {
        guard let path = path(line, behind: "from:") else { throw .sender }
        let parameters = try SenderParameters(parameters(path.rest, line), isUTF8: true)
        if path.mailbox.isEmpty { return .mail(ReversePath(mailbox: nil, parameters: parameters)) }
        guard let mailbox = Mailbox(strict: path.mailbox) else { throw .sender }
        if mailbox.isInternational, !parameters.smtpUTF8 { throw .international }
        return .mail(ReversePath(mailbox: mailbox, parameters: parameters))
    }

    private static func recipient(_ line: CommandLine) throws(CommandFault) -> ServerCommand {
        guard let path = path(line, behind: "to:") else { throw .recipient }
        let parameters = try RecipientParameters(parameters(path.rest, line), isUTF8: line.takesUTF8)
        if isPostmaster(path.mailbox) { return .recipient(.postmaster(parameters)) }
        guard let mailbox = Mailbox(strict: path.mailbox) else { throw .recipient }
        if mailbox.isInternational, !line.takesUTF8 { throw .international }
        return .recipient(.mailbox(EnvelopeRecipient(mailbox: mailbox, parameters: parameters)))
    }

    /// With or without quotation marks, in any case (RFC 5321 §4.5.1).
    private static func isPostmaster(_ mailbox: some Collection<UInt8>) -> Bool {
        // Most recipients are longer, and not looked at.
        guard mailbox.count <= #""postmaster""#.utf8.count else { return false }
        return mailbox.lazy.filter { $0 != ASCII.quote }.map(ASCII.lowercased).elementsEqual("postmaster".utf8)
    }

    private static func path(_ line: CommandLine, behind keyword: String) -> EnvelopePath.Parsed? {
        let text = line.argument.dropFirst()
        guard text.prefix(keyword.utf8.count).lazy.map(ASCII.lowercased).elementsEqual(keyword.utf8) else {
            return nil
        }
        let behind = text.dropFirst(keyword.utf8.count)
        return EnvelopePath.split(line.isStrict ? behind : behind.drop { $0 == ASCII.space })
    }

    private static func parameters(
        _ rest: ArraySlice<UInt8>, _ line: CommandLine
    ) throws(CommandFault) -> [EnvelopeParameter] {
        let parameters = try EnvelopeParameter.read(rest)
        // RFC 5321 §4.1.1.11: parameters belong to extensions, and those to EHLO.
        guard line.isExtended || parameters.isEmpty else { throw .parameterUnknown }
        return parameters
    }
}
