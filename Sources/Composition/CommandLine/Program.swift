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
        Signals.ignoreBrokenPipes()
        Machine.restrictNewFiles()
        Machine.keepMemoryCompact()
        Machine.raiseDescriptorLimit()
        let arguments = Array(CommandLine.arguments.dropFirst())
        Machine.exit(run(arguments, environment: Machine.environment).rawValue)
    }

    static func run(_ arguments: [String], environment: [String: String]) -> ExitCode {
        do {
            let given = try Arguments(arguments)
            if given.flag("version") { return show(version) }
            if given.flag("help") { return show(try Help.text(about: given.words.drop { $0 == "help" })) }
            if given.words.isEmpty { return fail("say what to do\n\n\(try Help.text(about: []))", .usage) }
            if given.words[0] == "help" { return show(try Help.text(about: given.words.dropFirst())) }
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
        let source = ConfigurationSource(
            path: invocation.configurationPath ?? environment[ConfigurationEnvironment.fileVariable],
            environment: environment)
        switch invocation.verb.action {
        case .program(.help): return show(try Help.text(about: []))
        case .program(.version): return show(version)
        case .program(.serve): return try ServeCommand(source).run()
        case .program(.check):
            let check = CheckCommand(source)
            return show(try invocation.printsJSON ? check.json() : check.text())
        case .program(.backup): return try BackupCommand(source).write(invocation.arguments)
        case .program(.restore): return try BackupCommand(source).restore(invocation.arguments)
        case .program(.openAPI): return show(try OpenAPICommand.text(of: invocation.arguments.operand))
        case .operate(let operation):
            let command = OperateCommand(source, invocation.verb, operation)
            let arguments = try withFiles(invocation)
            if arguments.flag("follow") { return try follow(command, arguments) }
            let reply = try command.run(arguments)
            if let note = reply.note { tell(note) }
            return print(reply, arguments)
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
        if let json = reply.json {
            let width = StandardStream.output.columns
            _ = show(printsJSON ? json + "\n" : TextTable.text(json, width: width))
        }
        return reply.exit
    }

    /// Prints events as they come, one a line, until the process is interrupted or nobody reads them any more. Only a
    /// running server has news: where none runs, or while it is started again, this waits for one and holds nothing.
    private static func follow(_ command: OperateCommand, _ arguments: Arguments) throws -> ExitCode {
        var last: Int64?
        var isWaiting = false
        while true {
            guard let reply = try command.askServer(command.question(after: last)) else {
                if !isWaiting { tell("no server is running: waiting for one") }
                isWaiting = true
                Thread.pause(RuntimeLimits.serverWait)
                continue
            }
            isWaiting = false
            guard let json = reply.json else { return print(reply, arguments) }
            let lines = EventLines(json).lines(asJSON: arguments.flag("json"))
            // Nobody asked for what had happened before.
            let isNews = last != nil
            last = lines.map(\.id).max() ?? last ?? 0
            guard isNews else { continue }
            for line in lines where !StandardStream.output.write(Array((line.text + "\n").utf8)) { return .done }
        }
    }

    private static func show(_ text: String) -> ExitCode {
        StandardStream.output.write(Array(text.utf8))
        return .done
    }

    /// Beside what is printed, for a person.
    static func tell(_ text: String) { StandardStream.error.write(Array("polyrelay: \(text)\n".utf8)) }

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
