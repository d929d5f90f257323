import AdapterKit
import Base
import Model
import Testing

@testable import AhaSend

@Suite("AhaSend over SMTP")
struct SMTPTests {
    private func read(
        _ fields: [(name: String, value: String)], mode: AccessKey.Mode = .live
    ) throws(KernelFailure) -> Submission {
        var submission = Sample.submission
        let key = AccessKey(
            id: AccessKey.ID(1), account: Account.ID(1), personality: PersonalityID("ahasend"), kind: .smtp, mode: mode,
            scopes: [], domains: [], allowedNetworks: [], label: "", prefix: "", createdAt: Sample.now, expiresAt: nil,
            revokedAt: nil)
        try SMTPDialect.ahaSend.interpret(SpecialFields(fields), Principal(key), &submission)
        return submission
    }

    @Test("A message over SMTP is one for each recipient")
    func division() throws { #expect(try read([]).division == .perRecipient) }

    @Test(
        "The sandbox field makes a test of it, and so does the credential",
        arguments: [
            ([("ahasend-sandbox", "true")], AccessKey.Mode.live, Submission.Wish.delivered),
            ([("ahasend-sandbox", "1"), ("ahasend-sandbox-result", "Bounce")], .live, .bounced),
            ([("ahasend-sandbox-result", "fail")], .test, .failed), ([], .test, .delivered),
            ([("ahasend-sandbox-result", "fail")], .live, nil), ([("ahasend-sandbox", "false")], .live, nil),
        ] as [([(String, String)], AccessKey.Mode, Submission.Wish?)])
    func sandbox(_ fields: [(String, String)], _ mode: AccessKey.Mode, _ wish: Submission.Wish?) throws {
        #expect(try read(fields.map { (name: $0.0, value: $0.1) }, mode: mode).sandbox == wish)
    }

    @Test("Tags are read between commas, ten of them at most")
    func tags() throws {
        #expect(try read([("ahasend-tags", " a, B ,c,")]).tags == ["a", "B", "c"])
        #expect(throws: KernelFailure.self) {
            try read([("ahasend-tags", (0...10).map(String.init).joined(separator: ","))])
        }
    }

    @Test(
        "What is built later is refused where it asks for anything",
        arguments: [
            ("ahasend-track-opens", "true"), ("ahasend-track-clicks", "1"), ("ahasend-metadata-retention", "0"),
            ("ahasend-data-retention", "31"), ("ahasend-data-retention", "some"), ("ahasend-track-opens", "perhaps"),
            ("ahasend-sandbox-result", "x"),
        ])
    func refused(_ name: String, _ value: String) {
        #expect(throws: KernelFailure.self) { try read([(name, value)]) }
        #expect((try? read([("ahasend-track-opens", "false")])) != nil)
    }

    @Test("Retention is read in days")
    func retention() throws {
        let keeping = try read([("ahasend-data-retention", " 0 "), ("ahasend-metadata-retention", "7")]).keeping
        #expect(keeping == Submission.Keeping(contents: .zero, message: .seconds(7 * 86_400)))
        #expect(try read([]).keeping == nil)
    }

    @Test(
        "Failures are told in the vendor's codes",
        arguments: [
            (KernelFailure.credentialUnknown, SMTPStage.authentication, 500), (.accountSuspended, .authentication, 521),
            (.domainUnverified(UserData("x"), role: .sender), .message, 556), (.messageMalformed, .message, 552),
            (.messageTooLarge(limitBytes: 1), .message, 552), (.internalError(incident: ""), .message, 451),
            (.storageUnavailable, .message, 421), (.encryptionRequired, .sender, 530),
            (.recipientRejected(UserData("x"), .disposable), .recipient, 553),
            (.invalid(FieldFault("to", .count(minimum: 1, maximum: 50))), .recipient, 452),
        ] as [(KernelFailure, SMTPStage, UInt16)])
    func codes(_ failure: KernelFailure, _ stage: SMTPStage, _ code: UInt16) {
        #expect(SMTPDialect.ahaSend.reply(failure, stage, SMTPPeer()).code == code)
    }

    @Test("Who may not send from a domain is told in the vendor's sentence")
    func foreignDomain() {
        let reply = SMTPDialect.ahaSend.reply(
            .domainNotPermitted(domain: "x.test", action: nil), .message, SMTPPeer(user: "ann", account: "42"))
        #expect(reply.code == 550)
        #expect(reply.text == "authz_id 'ann' is not authorized to send as tenant '42' or from this domain")
    }
}
