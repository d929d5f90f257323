import SMTPWire
import Testing

struct EHLOExtensionsTests {
    @Test("The old form of AUTH is read, alone and beside the standard's")
    func oldForm() {
        #expect(extensions("AUTH=LOGIN PLAIN").mechanisms == [.login, .plain])
        #expect(extensions("AUTH=LOGIN", "AUTH PLAIN").mechanisms == [.login, .plain])
        #expect(extensions("AUTH=").mechanisms.isEmpty)
    }

    private func extensions(_ lines: String...) -> EHLOExtensions {
        EHLOExtensions(Reply(code: .completed, lines: ["mx.example greets you"] + lines))
    }

    @Test("Every extension that we use is read, in any case")
    func all() {
        let offered = extensions(
            "PIPELINING", "starttls", "8bitMIME", "SMTPUTF8", "EnhancedStatusCodes", "SIZE 35882577",
            "AUTH login PLAIN", "Dsn")
        #expect(offered.pipelining && offered.startTLS && offered.eightBitMIME && offered.smtpUTF8)
        #expect(offered.enhancedStatusCodes && offered.size && offered.statusNotifications)
        #expect(offered.messageOctetsMax == 35_882_577)
        #expect(offered.mechanisms == [.plain, .login])
    }

    @Test("The line that names the server offers nothing")
    func firstLine() {
        #expect(EHLOExtensions(Reply(code: .completed, lines: ["PIPELINING"])) == EHLOExtensions())
    }

    @Test("CHUNKING, unknown keywords, unknown mechanisms and empty lines are ignored")
    func ignored() {
        #expect(extensions("CHUNKING", "X-FOO a b", "", "AUTH GSSAPI NTLM", "AUTH", "PIPELININGX") == EHLOExtensions())
    }

    @Test(
        "SIZE without a number, with zero or with nonsense sets no limit",
        arguments: ["SIZE", "SIZE 0", "SIZE x", "SIZE -1"])
    func sizeWithoutLimit(line: String) {
        #expect(extensions(line).size)
        #expect(extensions(line).messageOctetsMax == nil)
    }

    @Test("A size beyond all numbers sets no limit")
    func hugeSize() {
        #expect(extensions("SIZE 99999999999999999999999").messageOctetsMax == nil)
    }
}
