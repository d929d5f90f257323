import AdapterKit
import Base
import Crypto
import Database
import Foundation
import HTTPDelivery
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
        exit(run(arguments, environment: ProcessInfo.processInfo.environment).rawValue)
    }

    static func run(_ arguments: [String], environment: [String: String]) -> ExitCode {
        do {
            let invocation = try Invocation(arguments)
            return try run(invocation, environment)
        } catch let error as UsageError {
            return fail("\(error.text)\nTry: polyrelay --help", .usage)
        } catch let error as StartError {
            return fail(error.description, error.exitCode)
        } catch {
            return fail("\(error)", .refused)
        }
    }

    private static func run(_ invocation: Invocation, _ environment: [String: String]) throws -> ExitCode {
        switch invocation.verb {
        case .help: return show(Help.text)
        case .nothing: return fail("say what to do\n\n\(Help.text)", .usage)
        case .version: return show(version)
        case .serve:
            let source = ConfigurationSource(path: invocation.configurationPath, environment: environment)
            return try ServeCommand(source).run()
        case .check:
            let source = ConfigurationSource(path: invocation.configurationPath, environment: environment)
            let check = CheckCommand(source)
            return show(try invocation.printsJSON ? check.json() : check.text())
        case .operate(let command):
            let source = ConfigurationSource(path: invocation.configurationPath, environment: environment)
            return print(try OperateCommand(source).run(try withSecret(command, invocation)), invocation)
        case .follow:
            let source = ConfigurationSource(path: invocation.configurationPath, environment: environment)
            return try follow(OperateCommand(source), invocation)
        }
    }

    private static var version: String {
        "polyrelay \(Version.number) (SQLite \(sqliteVersion), \(opensslVersion), libcurl \(curlVersion))\n"
    }

    private static func withSecret(_ command: OperatorCommand, _ invocation: Invocation) throws -> OperatorCommand {
        guard let path = invocation.secretFile, case .keyCreate(var creation) = command else { return command }
        do {
            let text = String(decoding: try Files.read(path, limitBytes: RuntimeLimits.secretFileBytes), as: UTF8.self)
            creation.secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw UsageError("--secret-file \(path): \(error)")
        }
        return .keyCreate(creation)
    }

    // MARK: Printing

    private static func print(_ reply: OperatorReply, _ invocation: Invocation) -> ExitCode {
        if let reason = reply.reason { return fail(reason, reply.exit) }
        if let raw = reply.raw { StandardStream.output.write(raw) }
        if let heading = reply.heading, !invocation.printsJSON { _ = show(heading + "\n\n") }
        if let json = reply.json { _ = show(invocation.printsJSON ? json + "\n" : TextTable.text(json)) }
        return reply.exit
    }

    /// Prints events as they come, one a line, until the process is interrupted.
    private static func follow(_ command: OperateCommand, _ invocation: Invocation) throws -> ExitCode {
        var last = try command.latestEvent()
        while true {
            let reply = try command.run(.eventList(after: last, limit: RuntimeLimits.eventsPerAnswer, wait: true))
            guard let json = reply.json else { return print(reply, invocation) }
            for line in EventLines(json).lines(asJSON: invocation.printsJSON) {
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

/// The program's version, as `CHANGELOG.md` names it.
enum Version {
    static let number = "0.1.0"
}
