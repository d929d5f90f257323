import Base
import Crypto
import Kernel
import Model
import TestKit
import Testing

@Suite("Users and their sessions")
struct PeopleTests {
    private let time = HandTime()
    private let people: PeopleService
    private let origin = Fixture.personality
    private static let password = "correct horse"

    init() throws {
        people = PeopleService(
            records: RecordService(store: MemoryStore()), workers: ImmediateWorkers(),
            tokens: WebTokens(try Fixture.sealingKey()), time: time, random: SeededRandom(seed: 1))
    }

    private func create() async throws -> Person {
        try await people.create(
            email: "Ann@Example.com", password: Self.password, account: Account.ID(1), of: origin)
    }

    private func token(_ email: String = "ann@example.com", _ password: String = password) async throws -> String {
        try await people.signIn(email: email, password: password, of: origin).token
    }

    private func session(_ token: String, of origin: PersonalityID = Fixture.personality) throws -> WebSession {
        try people.tokens.session(in: Array(token.utf8)[...], of: origin, at: time.now)
    }

    @Test("Who gives address and password has a session, for an hour")
    func signIn() async throws {
        let person = try await create()
        #expect(person.email == "ann@example.com")
        let text = try await token("ANN@example.com")
        let session = try session(text)
        #expect(session.account == Account.ID(1) && session.user == person.id.value)
        try await people.confirm(session, of: origin)
        time.advance(by: .seconds(3600))
        #expect(throws: KernelFailure.credentialExpired(at: session.expiresAt)) { try self.session(text) }
    }

    @Test("A wrong password and a wrong address are refused alike, and so is the sixth try in a quarter of an hour")
    func refused() async throws {
        _ = try await create()
        for email in ["ann@example.com", "bob@example.com"] {
            await #expect(throws: KernelFailure.passwordRefused) { try await token(email, "wrong horse") }
        }
        for _ in 0..<4 { _ = try? await token("ann@example.com", "wrong horse") }
        let error = await #expect(throws: KernelFailure.self) { try await token() }
        guard case .rateLimited(let window)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(window.limit == 5 && window.retryAfter == .seconds(900))
        time.advance(by: .seconds(900))
        _ = try await token()
    }

    @Test("Another password ends all sessions")
    func epoch() async throws {
        _ = try await create()
        let session = try session(await token())
        _ = try await people.setPassword("another horse", ofUser: "Ann@example.com", of: origin)
        await #expect(throws: KernelFailure.credentialRevoked(at: time.now)) {
            try await people.confirm(session, of: origin)
        }
        await #expect(throws: KernelFailure.passwordRefused) { try await token() }
        _ = try await token("ann@example.com", "another horse")
    }

    @Test("A token is good as it was made and for its personality alone")
    func forged() async throws {
        _ = try await create()
        let text = try await token()
        #expect(throws: KernelFailure.credentialUnknown) { try session(text, of: Fixture.otherPersonality) }
        let parts = text.split(separator: ".").map(String.init)
        let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
        for forged in ["\(none).\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1])x.\(parts[2])", "\(text)AA"] {
            #expect(throws: KernelFailure.self) { try session(forged) }
        }
        #expect(throws: KernelFailure.credentialMalformed(.form)) { try session("\(none).\(parts[1])") }
    }

    @Test("A password is asked for once more, five times in a quarter of an hour")
    func again() async throws {
        let person = try await create()
        try await people.checkPassword(Self.password, ofUser: person.id, of: origin)
        await #expect(throws: KernelFailure.passwordRefused) {
            try await people.checkPassword("wrong horse", ofUser: person.id, of: origin)
        }
        for _ in 0..<3 { try await people.checkPassword(Self.password, ofUser: person.id, of: origin) }
        await #expect(throws: KernelFailure.self) {
            try await people.checkPassword(Self.password, ofUser: person.id, of: origin)
        }
    }

    @Test("Two users have no address in common, and an account's are listed")
    func list() async throws {
        _ = try await create()
        let error = await #expect(throws: KernelFailure.self) { try await create() }
        guard case .alreadyExists? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await people.people(of: Account.ID(1), of: origin).map(\.email) == ["ann@example.com"])
        #expect(try await people.people(of: Account.ID(2), of: origin).isEmpty)
    }

    @Test("No address and a short password are refused", arguments: ["ann", "ann@", "@example.com", "a b@example.com"])
    func invalid(_ email: String) async throws {
        await #expect(throws: KernelFailure.self) {
            try await people.create(email: email, password: Self.password, account: Account.ID(1), of: origin)
        }
        await #expect(throws: KernelFailure.self) {
            try await people.create(email: "b@example.com", password: "short", account: Account.ID(1), of: origin)
        }
    }
}
