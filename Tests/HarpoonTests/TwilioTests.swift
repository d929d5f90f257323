import Base
import Testing

@testable import Harpoon

@Suite("Harpoon: Twilio's signature")
struct TwilioTests {
    private static let address = "https://relay.example/ingest/twilio?line=1"
    private static let form =
        "To=%2B233240000001&NumSegments=1&AccountSid=AC00000000000000000000000000000001&Body=test+1&From=MobileMoney"
        + "&MessageSid=SM00000000000000000000000000000001&NumMedia=0"

    private func code(_ address: String = address, _ form: String = form) -> String? {
        TwilioSignature.code(of: address, Array(form.utf8), key: Array("authtoken0001".utf8)).map {
            String(decoding: Base64.encode($0), as: UTF8.self)
        }
    }

    @Test("It is that of the published vector, in whatever order the fields come")
    func vector() {
        #expect(code() == "8+miFDk+RLdDSI5c1FWV/dzvKho=")
        let turned = Self.form.split(separator: "&").reversed().joined(separator: "&")
        #expect(code(Self.address, turned) == code())
    }

    @Test("Another address, another value, and a field more or less make another one")
    func others() {
        #expect(code("https://relay.example/ingest/twilio") != code())
        #expect(code("http://relay.example/ingest/twilio?line=1") != code())
        #expect(code(Self.address, Self.form.replacing("test+1", with: "test+2")) != code())
        #expect(code(Self.address, Self.form + "&X=1") != code())
        #expect(code(Self.address, Self.form.replacing("&NumMedia=0", with: "")) != code())
    }
}
