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

    @Test("Where the folder cannot be made nothing is kept, for now")
    func unwritable() async throws {
        try Files.createDurably(folder.file("file"), mode: 0o600, content: [])
        let blocked = Maildir(
            folder: folder.file("file/mail"), workers: ImmediateWorkers(), time: HandTime(),
            random: SeededRandom(seed: 1))
        await #expect(throws: KernelFailure.storageUnavailable) { try await blocked.keep([65]) }
    }
}
