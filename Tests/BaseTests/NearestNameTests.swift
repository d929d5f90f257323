import Base
import Testing

@Suite("Nearest name")
struct NearestNameTests {
    static let known = ["retries", "hostname", "smarthost", "mode", "listen", "publicURL"]

    @Test(
        "A slip of the keyboard finds the name",
        arguments: [
            ("retires", "retries"), ("Hostname", "hostname"), ("hostnam", "hostname"), ("smart_host", "smarthost"),
            ("mdoe", "mode"), ("listenn", "listen"), ("publicUrl", "publicURL"),
        ])
    func near(_ written: String, _ meant: String) {
        #expect(NearestName.to(written, among: Self.known) == meant)
    }

    @Test("A name unlike all others finds none", arguments: ["", "x", "certificate", "zzzz"])
    func far(_ written: String) {
        #expect(NearestName.to(written, among: Self.known) == nil)
    }

    @Test("Nothing is near where nothing is known")
    func nothingKnown() {
        #expect(NearestName.to("mode", among: []) == nil)
    }
}
