import Base
import Crypto
import Database
import HTTPDelivery
import Model
import Posix

/// The program: reads the command line, does what it says, ends with its exit code.
public enum Program {
    /// Runs to the end of the process. Called once, by `main.swift`, on the main thread.
    public static func main() -> Never {
        // Before any thread exists, so that every thread inherits the mask.
        Signals.prepare()
        Machine.restrictNewFiles()
        Machine.keepMemoryCompact()
        let arguments = Array(CommandLine.arguments.dropFirst())
        Machine.exit(run(arguments, environment: Machine.environment).rawValue)
    }

    static func run(_ arguments: [String], environment: [String: String]) -> ExitCode {
        do {
            let given = try Arguments(arguments)
            if given.flag("help") { return show(Help.text(about: given.words)) }
            if given.words.isEmpty { return fail("say what to do\n\n\(Help.text(about: []))", .usage) }
            if given.words[0] == "help" { return show(Help.text(about: Array(given.words.dropFirst()))) }
            return try run(try Invocation(given), environment)
        } catch let error as UsageError {
            return fail("\(error.text)\nTry: \((["polyrelay"] + error.verb).joined(separator: " ")) --help", .usage)
        } catch let error as StartError {
            return fail(error.description, error.exitCode)
        } catch {
            return fail("\(error)", .refused)
        }
    }

    private static func run(_ invocation: Invocation, _ environment: [String: String]) throws -> ExitCode {
        let source = ConfigurationSource(path: invocation.configurationPath, environment: environment)
        switch invocation.verb.action {
        case .program(.help): return show(Help.text(about: []))
        case .program(.version): return show(version)
        case .program(.serve): return try ServeCommand(source).run()
        case .program(.check):
            let check = CheckCommand(source)
            return show(try invocation.printsJSON ? check.json() : check.text())
        case .program(.openAPI): return show(try OpenAPICommand.text(of: invocation.arguments.operand))
        case .operate(let operation):
            let command = OperateCommand(source, operation)
            let arguments = try withFiles(invocation)
            if arguments.flag("follow") { return try follow(command, arguments) }
            return print(try command.run(arguments), arguments)
        }
    }

    private static var version: String {
        let libraries = "SQLite \(sqliteVersion), \(opensslVersion), libcurl \(curlVersion)"
        return "polyrelay \(Version.number)\(Version.kind) (\(libraries))\n"
    }

    /// With the content of files in the place of their names, without the white space around it.
    private static func withFiles(_ invocation: Invocation) throws(UsageError) -> Arguments {
        var arguments = invocation.arguments
        for option in invocation.verb.options where option.kind == .file {
            guard let path = arguments.text(option.name) else { continue }
            do throws(PosixError) {
                let content = try Files.read(path, limitBytes: RuntimeLimits.optionFileBytes)
                arguments.replace(option.name, by: String(decoding: content, as: UTF8.self).withoutOuterSpaces)
            } catch {
                throw UsageError("--\(option.name) \(path): \(error)", about: invocation.verb.words)
            }
        }
        return arguments
    }

    // MARK: Printing

    private static func print(_ reply: OperatorReply, _ arguments: Arguments) -> ExitCode {
        let printsJSON = arguments.flag("json")
        if let reason = reply.reason { return fail(reason, reply.exit) }
        if let raw = reply.raw { StandardStream.output.write(raw) }
        if let heading = reply.heading, !printsJSON { _ = show(heading + "\n\n") }
        if let json = reply.json { _ = show(printsJSON ? json + "\n" : TextTable.text(json)) }
        return reply.exit
    }

    /// Prints events as they come, one a line, until the process is interrupted.
    private static func follow(_ command: OperateCommand, _ arguments: Arguments) throws -> ExitCode {
        var last = try command.latestEvent()
        while true {
            let reply = try command.events(after: last, waits: true)
            guard let json = reply.json else { return print(reply, arguments) }
            for line in EventLines(json).lines(asJSON: arguments.flag("json")) {
                last = max(last, line.id)
                _ = show(line.text + "\n")
            }
        }
    }

    private static func show(_ text: String) -> ExitCode {
        StandardStream.output.write(Array(text.utf8))
        return .done
    }

    private static func fail(_ text: String, _ code: ExitCode) -> ExitCode {
        StandardStream.error.write(Array("polyrelay: \(text)\n".utf8))
        return code
    }
}

extension String {
    /// Without the white space at either end.
    fileprivate var withoutOuterSpaces: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

/// The program's version, as `CHANGELOG.md` names it.
enum Version {
    static let number = "0.1.0"

    /// A debug build is several times slower and larger: whoever measures one should know.
    #if DEBUG
        static let kind = ", debug build"
    #else
        static let kind = ""
    #endif
}
