import Base
import Model
import TestKit
import Testing

@testable import Rows

@Suite("Stored records")
struct RecordTests {
    private static let submission = Fixture.submission(
        to: ["ann@example.net", "bob@example.org"], cc: ["eve@example.net"], html: "<p>Grüße</p>", tags: ["a", "b"],
        attachments: [
            Attachment(fileName: "a.pdf", contentType: "application/pdf", contentID: "a", content: [1, 2, 3])
        ],
        scheduledAt: Fixture.start)
    private static let head = MessageRecord.head(of: Fixture.message(submission))
    private static let body = MessageRecord.body(of: submission)
    private static let result = AttemptResult(
        classification: .invalidRecipient, code: 550, enhancedStatus: "5.1.1", text: UserData("no such user"),
        host: "mx.example.net:25", contentDigest: Array(repeating: 1, count: 32))

    @Test("Integers keep their value", arguments: [0, 1, 127, 128, 16_384, -1, .max, .min])
    func integers(value: Int) throws {
        var writer = RecordWriter(reserving: 0)
        writer.integer(value)
        var reader = RecordReader(writer.bytes)
        #expect(try reader.integer() == value)
    }

    @Test("No text and the empty text are two things", arguments: [nil, "", "a", "Grüße"])
    func optionalTexts(text: String?) throws {
        var writer = RecordWriter(reserving: 0)
        writer.optionalText(text)
        var reader = RecordReader(writer.bytes)
        #expect(try reader.optionalText() == text)
    }

    @Test("A result of an attempt keeps all of its parts")
    func results() throws {
        #expect(try EventRecord.result(EventRecord.detail(Self.result)) == Self.result)
        let bare = AttemptResult(classification: .noAnswer, code: 0, text: UserData(""))
        #expect(try EventRecord.result(EventRecord.detail(bare)) == bare)
    }

    private static let raw = RawContent(
        bytes: Array("From: a@example.com\r\n\r\n\u{0}x".utf8), reversePath: "b@example.com", isInternational: true,
        trace: MailTrace(
            heloName: "client.example", client: IPAddress("2001:db8::1"), protocolName: "ESMTPSA",
            serverName: "in.example"),
        reports: ReportWishes(
            returned: .headers, envelopeID: "e",
            recipients: [
                .init(address: "a@example.net", notify: 0, original: nil),
                .init(address: "b@example.net", notify: nil, original: "rfc822;b@example.net"),
            ]))

    @Test("Finished bytes keep all that came with them, and cut short anywhere they do not read back")
    func finishedBytes() throws {
        var submission = Fixture.submission()
        submission.raw = Self.raw
        let body = MessageRecord.body(of: submission)
        var read = Fixture.submission(text: nil)
        try MessageRecord.read(body: body, into: &read)
        #expect(read.raw == Self.raw && read.text == nil)
        for count in body.indices {
            #expect(throws: RecordError.self) {
                try MessageRecord.read(body: Array(body[..<count]), into: &read)
            }
        }
    }

    @Test("A head with what most have not keeps it, and cut short anywhere it does not read back")
    func extendedHead() throws {
        var submission = Fixture.submission(scheduledAt: Fixture.start)
        submission.template = TemplateUse(template: Template.ID(7), version: 3)
        submission.facet = Array(#"{"a":1}"#.utf8)
        let head = MessageRecord.head(of: Fixture.message(submission))
        let found = try MessageRecord.submission(head: head)
        #expect(found.template == submission.template && found.facet == submission.facet)
        for count in head.indices {
            #expect(throws: RecordError.self) { try MessageRecord.submission(head: Array(head[..<count])) }
        }
    }

    @Test("A head of an earlier version of the program reads back")
    func plainHead() throws {
        #expect(Self.head.first == 1)
        #expect(try MessageRecord.submission(head: Self.head).scheduledAt == Fixture.start)
    }

    @Test("A template's content keeps all of its parts, and cut short anywhere it does not read back")
    func templates() throws {
        let content = TemplateContent(
            subject: "", html: "<p>{{a}}</p>", text: nil,
            variables: [TemplateVariable(name: "a", isRequired: true), TemplateVariable(name: "b", isRequired: false)])
        let bytes = TemplateRecord.bytes(of: content)
        #expect(try TemplateRecord.content(bytes) == content)
        for count in bytes.indices {
            #expect(throws: RecordError.self) { try TemplateRecord.content(Array(bytes[..<count])) }
        }
    }

    @Test("A record cut short at any byte does not read back")
    func truncation() {
        for count in Self.head.indices {
            #expect(throws: RecordError.self) { try MessageRecord.submission(head: Array(Self.head[..<count])) }
        }
        for count in Self.body.indices {
            var submission = Self.submission
            #expect(throws: RecordError.self) {
                try MessageRecord.read(body: Array(Self.body[..<count]), into: &submission)
            }
        }
    }

    @Test("Damage of any kind is an error or another value, and never a crash", arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for _ in 0..<5000 {
            _ = try? MessageRecord.submission(head: damaged(Self.head, random))
            var submission = Self.submission
            _ = try? MessageRecord.read(body: damaged(Self.body, random), into: &submission)
            _ = try? EventRecord.result(damaged(EventRecord.detail(Self.result), random))
            _ = try? EventRecord.due(damaged(EventRecord.detail(due: Fixture.start), random))
        }
    }

    private func damaged(_ record: [UInt8], _ random: SeededRandom) -> [UInt8] {
        var record = record
        for _ in 0..<random.int(in: 1..<4) {
            let place = random.int(in: 0..<record.count)
            switch random.int(in: 0..<3) {
            case 0: record[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: record.replaceSubrange(place..<place, with: Self.extremes[random.int(in: 0..<Self.extremes.count)])
            default: record.removeSubrange(place..<min(record.count, place + random.int(in: 1..<5)))
            }
            if record.isEmpty { return record }
        }
        return record
    }

    /// The largest, the smallest and an endless integer.
    private static let extremes: [[UInt8]] = [
        Array(repeating: 0xFF, count: 8) + [0x7F], Array(repeating: 0x80, count: 9) + [0x01],
        Array(repeating: 0xFF, count: 12),
    ]

    @Test("A length below zero is damage")
    func negativeLengths() {
        for value in [Int.min, -1] {
            var writer = RecordWriter(reserving: 0)
            writer.integer(value)
            let bytes = writer.bytes + [65, 66]
            var reader = RecordReader(bytes)
            #expect(throws: RecordError.self) { try reader.optionalText() }
            reader = RecordReader(bytes)
            #expect(throws: RecordError.self) { try reader.text() }
            reader = RecordReader(bytes)
            #expect(throws: RecordError.self) { try reader.list { reader throws(RecordError) in try reader.integer() } }
        }
    }
}
