import SMTPWire
import Testing

struct ReplyCodeTests {
    @Test(
        "The first digit decides",
        arguments: [
            (250 as UInt16, ReplyCode.Severity.positiveCompletion), (354, .positiveIntermediate),
            (421, .transientNegative),
            (554, .permanentNegative), (200, .positiveCompletion), (599, .permanentNegative),
        ])
    func severity(code: UInt16, severity: ReplyCode.Severity) {
        #expect(ReplyCode(rawValue: code)?.severity == severity)
    }

    @Test("Numbers outside 200 to 599 are no reply codes", arguments: [0, 99, 199, 600, 999])
    func outside(code: UInt16) {
        #expect(ReplyCode(rawValue: code) == nil)
    }

    @Test("A reply shows its numbers and hides its text")
    func description() {
        #expect("\(reply(550, "no such user", status: .badDestinationMailbox))" == "550 5.1.1")
        #expect(String(reflecting: reply(250, "hello")) == "250")
    }

    @Test("An enhanced status prints as in RFC 3463 and knows its class")
    func enhancedStatus() {
        #expect(EnhancedStatus.internationalAddressNotSupported.description == "5.6.7")
        #expect(EnhancedStatus.internationalAddressNotSupported.isPermanent)
        #expect(EnhancedStatus.recipientHasNullMX.description == "5.1.10")
        #expect(EnhancedStatus.badConnection.isTransient)
        #expect(!EnhancedStatus.success.isTransient && !EnhancedStatus.success.isPermanent)
    }
}
