import Base
import Model
import Posix
import Storage
import TestKit
import Testing

@Suite("Mail to the operator")
struct MaildirTests {
    private let folder: TemporaryFolder
    private let maildir: Maildir

    init() throws {
        folder = try TemporaryFolder()
        maildir = Maildir(
            folder: folder.file("mail"), workers: ImmediateWorkers(), time: HandTime(), random: SeededRandom(seed: 1))
    }

    private func names(_ part: String) throws -> [String] { try Files.names(in: folder.file("mail/\(part)")) }

    @Test("Each message is a whole file of its own, ready to be read")
    func kept() async throws {
        for text in ["one", "two"] { try await maildir.keep(Array(text.utf8)) }
        let found = try names("new").map { name in
            String(decoding: try Files.read(folder.file("mail/new/\(name)"), limitBytes: 100), as: UTF8.self)
        }
        #expect(Set(found) == ["one", "two"])
        #expect(try names("tmp").isEmpty && names("cur").isEmpty)
    }

    @Test("When too much is unread senders are told to come back, until there is room")
    func bounded() async throws {
        for _ in 0..<500 { try await maildir.keep([65]) }
        await #expect(throws: KernelFailure.overloaded(retryAfter: .seconds(1))) { try await maildir.keep([65]) }
        let read = try #require(try names("new").first)
        try Files.move(folder.file("mail/new/\(read)"), to: folder.file("mail/cur/\(read)"))
        try await maildir.keep([65])
    }

    @Test("What is old goes, read or not, and what is not of our making stays")
    func old() async throws {
        try await maildir.remove(before: Fixture.start + .seconds(100))
        for text in ["one", "two"] { try await maildir.keep(Array(text.utf8)) }
        let read = try #require(try names("new").first)
        try Files.move(folder.file("mail/new/\(read)"), to: folder.file("mail/cur/\(read):2,S"))
        try Files.createDurably(folder.file("mail/cur/1.R2.other"), mode: 0o600, content: [65])
        try await maildir.remove(before: Fixture.start)
        #expect(try names("new").count == 1 && names("cur").count == 2)
        try await maildir.remove(before: Fixture.start + .seconds(1))
        #expect(try names("new").isEmpty && names("cur") == ["1.R2.other"])
    }

    @Test("Where the folder cannot be made nothing is kept, for now")
    func unwritable() async throws {
        try Files.createDurably(folder.file("file"), mode: 0o600, content: [])
        let blocked = Maildir(
            folder: folder.file("file/mail"), workers: ImmediateWorkers(), time: HandTime(),
            random: SeededRandom(seed: 1))
        await #expect(throws: KernelFailure.storageUnavailable) { try await blocked.keep([65]) }
    }
}
