public import Base
import Crypto
public import Model
public import Ports

/// Users with passwords, and their sessions. Users are records of a personality's, so that what changes about them is
/// on disk when a call returns; passwords are derived on the workers. Any thread.
public final class PeopleService: Sendable {
    private let records: RecordService
    private let workers: any Workers
    public let tokens: WebTokens
    private let tries = PasswordTries()
    private let time: any TimeSource
    private let random: any RandomSource

    public init(
        records: RecordService, workers: any Workers, tokens: WebTokens, time: any TimeSource,
        random: any RandomSource
    ) {
        self.records = records
        self.workers = workers
        self.tokens = tokens
        self.time = time
        self.random = random
    }

    // MARK: Users

    /// `invalid` for an address or a password that cannot be one, `alreadyExists` where somebody has the address.
    public func create(
        email: String, password: String, account: Account.ID, of origin: PersonalityID
    ) async throws(KernelFailure) -> Person {
        let email = try Self.checked(email: email)
        let hash = try await hash(password)
        let new = NewRecord(
            in: Self.space(account, origin), state: Person.state,
            body: Person.body(email: email, epoch: 1, password: hash), keys: [RecordKey(Person.emailIndex, email)])
        let made = try await records.commit(RecordUnit([.insert(new)], at: time.now))
        guard let id = made.first?.id, let record = try await records.record(id) else {
            throw .internalError(incident: "a new user is not there")
        }
        return try Person(record)
    }

    /// Sets another password, which ends all sessions. nil: there is no such user.
    public func setPassword(
        _ password: String, ofUser email: String, of origin: PersonalityID
    ) async throws(KernelFailure) -> Person? {
        guard let person = try await person(email, of: origin) else { return nil }
        let hash = try await hash(password)
        let edit = RecordEdit(
            person.id, collection: Person.collection, expecting: .version(person.version), state: Person.state,
            body: Person.body(email: person.email, epoch: person.epoch + 1, password: hash))
        _ = try await records.commit(RecordUnit([.edit(edit)], at: time.now))
        guard let record = try await records.record(person.id) else { return nil }
        return try Person(record)
    }

    /// An account's users, latest first.
    public func people(
        of account: Account.ID, of origin: PersonalityID
    ) async throws(KernelFailure) -> [Person] {
        let page = try await records.records(
            RecordQuery(
                in: Self.space(account, origin), states: [Person.state], limit: KernelLimits.usersListed))
        var people: [Person] = []
        for record in page.records { people.append(try Person(record)) }
        return people
    }

    private func person(_ email: String, of origin: PersonalityID) async throws(KernelFailure) -> Person? {
        let key = RecordKey(Person.emailIndex, email.lowercased())
        guard let record = try await records.record(key, in: Self.space(Account.ID(0), origin)),
            record.state == Person.state
        else { return nil }
        return try Person(record)
    }

    private static func space(_ account: Account.ID, _ origin: PersonalityID) -> RecordSpace {
        RecordSpace(account: account, origin: origin, mode: .live, collection: Person.collection)
    }

    // MARK: Sessions

    /// Opens a session; its token, and until when it lasts. `passwordRefused` for a wrong address and a wrong password
    /// alike, in the same time; `rateLimited` after too many tries.
    public func signIn(
        email: String, password: String, of origin: PersonalityID
    ) async throws(KernelFailure) -> (token: String, session: WebSession) {
        try tries.note("sign-in \(origin.name) \(email.lowercased())", at: time.now)
        let person = try await person(email, of: origin)
        guard try await matches(password, person), let person else { throw .passwordRefused }
        let session = WebSession(
            user: person.id.value, account: person.account, epoch: person.epoch,
            expiresAt: time.now + KernelLimits.sessionLifetime)
        return (tokens.token(for: session, of: origin, at: time.now), session)
    }

    /// Throws where the user is gone or has another password by now.
    public func confirm(_ session: WebSession, of origin: PersonalityID) async throws(KernelFailure) {
        guard let person = try await person(session, of: origin) else { throw .credentialUnknown }
        guard person.epoch == session.epoch else { throw .credentialRevoked(at: time.now) }
    }

    /// Asks the user of a session for the password once more, for what a stolen token must not do.
    public func checkPassword(
        _ password: String, ofUser user: Record.ID, of origin: PersonalityID
    ) async throws(KernelFailure) {
        try tries.note("password \(user.value)", at: time.now)
        guard let record = try await records.record(user), record.space.origin == origin,
            record.space.collection == Person.collection, try await matches(password, Person(record))
        else { throw .passwordRefused }
    }

    private func person(_ session: WebSession, of origin: PersonalityID) async throws(KernelFailure) -> Person? {
        guard let record = try await records.record(Record.ID(session.user)), record.state == Person.state,
            record.space == Self.space(session.account, origin)
        else { return nil }
        return try Person(record)
    }

    // MARK: Passwords

    private func hash(_ password: String) async throws(KernelFailure) -> PasswordHash {
        let bounds = KernelLimits.passwordBytes
        guard bounds.contains(password.utf8.count) else {
            throw .invalid(
                FieldFault("password", .count(minimum: bounds.lowerBound, maximum: bounds.upperBound)))
        }
        let salt = random.bytes(KernelLimits.saltBytes)
        let made = await workers.run { Result { () throws(CryptoError) in try PasswordHash(password, salt: salt) } }
        guard case .success(let hash) = made else {
            throw .internalError(incident: "a password could not be derived from")
        }
        return hash
    }

    /// Takes as long where there is nobody.
    private func matches(_ password: String, _ person: Person?) async throws(KernelFailure) -> Bool {
        guard password.utf8.count <= KernelLimits.passwordBytes.upperBound else { return false }
        guard let hash = person?.password else {
            _ = await workers.run { try? PasswordHash(password, salt: [UInt8](repeating: 0, count: 16)) }
            return false
        }
        return await workers.run { hash.matches(password) }
    }

    /// In lower case.
    private static func checked(email: String) throws(KernelFailure) -> String {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), email.utf8.count <= KernelLimits.emailBytes,
            email.utf8.allSatisfy(ASCII.isVisible)
        else { throw .invalid(FieldFault("email", .email)) }
        return email.lowercased()
    }
}
