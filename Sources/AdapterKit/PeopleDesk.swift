public import Base
import Kernel
public import Model

/// What a dialect does with users who log in: they are of one personality and of one account each. What it reports as
/// made or changed is on disk. Comes back on the caller's executor; passwords are derived elsewhere.
public struct PeopleDesk: Sendable {
    private let service: PeopleService
    private let origin: PersonalityID
    private let caller: Principal?

    init(_ service: PeopleService, origin: PersonalityID, caller: Principal?) {
        self.service = service
        self.origin = origin
        self.caller = caller
    }

    /// A session that was opened: its token for Authorization, and until when it is good. `passwordRefused`,
    /// `rateLimited`.
    public func signIn(
        email: String, password: String
    ) async throws(KernelFailure) -> (token: String, expiresAt: Instant) {
        let (token, session) = try await service.signIn(email: email, password: password, of: origin)
        return (token, session.expiresAt)
    }

    /// Asks the caller, whose credential has to be a session, for the password once more: `passwordRefused`,
    /// `rateLimited`.
    public func checkPassword(_ password: String) async throws(KernelFailure) {
        guard let caller, caller.kind == .webToken else { throw .credentialMissing }
        try await service.checkPassword(password, ofUser: Record.ID(-caller.key.value), of: origin)
    }
}

extension Call {
    public var people: PeopleDesk { PeopleDesk(services.people, origin: services.personality, caller: caller) }
}

/// `user`: who logs in. For dialects that have sessions.
public enum PeopleVerbs {
    private typealias Option = DialectVerb.Option
    private static let password = Option("password-file", .file, "FILE", "the password", isNeeded: true)

    public static let all: [DialectVerb] = [
        DialectVerb(
            "user create", on: "EMAIL",
            options: [Option("account", .number, "ID", "whose user", isNeeded: true), password],
            does: "let somebody log in",
            example: "user create ann@example.com --account 1 --password-file password.txt", run: create),
        DialectVerb(
            "user password", on: "EMAIL", options: [password], does: "set another password, which ends all sessions",
            example: "user password ann@example.com --password-file password.txt", run: setPassword),
        DialectVerb(
            "user list", options: [Option("account", .number, "ID", "whose users", isNeeded: true)],
            does: "an account's users", example: "user list --account 1"
        ) { call throws(KernelFailure) in
            let people = try await call.people.people(of: try call.account(), of: call.personality)
            return .json(JSONWriter.value(people.map(PersonObject.init)))
        },
    ]

    private static func create(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        let account = try call.account()
        do throws(KernelFailure) {
            let person = try await call.people.create(
                email: call.operand, password: call.text("password-file") ?? "", account: account,
                of: call.personality)
            return .json(JSONWriter.value(PersonObject(person)))
        } catch .alreadyExists(.record, field: _) {
            return .refused("\(call.operand): there is a user of this address")
        } catch .invalid(let fault, rest: _) {
            return refused(fault, call)
        }
    }

    private static func setPassword(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        do throws(KernelFailure) {
            let changed = try await call.people.setPassword(
                call.text("password-file") ?? "", ofUser: call.operand, of: call.personality)
            guard let changed else { return .refused("\(call.operand): no such user") }
            return .json(JSONWriter.value(PersonObject(changed)))
        } catch .invalid(let fault, rest: _) {
            return refused(fault, call)
        }
    }

    private static func refused(_ fault: FieldFault, _ call: VerbCall) -> VerbReply {
        let bytes = KernelLimits.passwordBytes
        return fault.field == "email"
            ? .refused("\(call.operand): no email address")
            : .refused("--password-file: a password has \(bytes.lowerBound) to \(bytes.upperBound) bytes")
    }
}

/// A user as the operator sees one.
private struct PersonObject: JSONWritable {
    private let person: Person

    init(_ person: Person) { self.person = person }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", person.id.value)
            object.member("email", person.email)
            object.member("account", person.account.value)
            object.member("createdAt", person.createdAt.rfc3339(.milliseconds))
        }
    }
}
