import Base
import Testing

@testable import Composition

@Suite("Configuration: syntax")
struct ConfigurationSyntaxTests {
    @Test(
        "A syntax error is refused with its line and column",
        arguments: [
            ("", "line 1, column 1: a value is expected"), ("// nothing\n", "line 2, column 1: a value is expected"),
            ("{\n \"a\": }", "line 2, column 7: a value is expected"),
            ("{ a: 1,\n\n b 2 }", "line 3, column 4: a colon is expected after the name"),
            ("{ a: 1 }\n/* open", "line 2, column 1: a comment without its end"),
        ])
    func place(_ text: String, _ problem: String) {
        #expect(refusals(ofFile: text).map(\.description) == [problem])
    }

    @Test("What is no object is refused", arguments: ["[]", "1", "\"x\"", "null"])
    func noObject(_ text: String) {
        #expect(!refusals(ofFile: text).isEmpty)
    }

    @Test("What is not UTF-8 is refused")
    func encoding() {
        #expect(throws: ConfigurationErrors.self) {
            try reader.read(fileText: Array("{ \(smallest) } // ".utf8) + [0xFF], environment: [:])
        }
    }

    @Test("A text nested too deeply is refused without recursing on")
    func nesting() throws {
        let text = String(repeating: "[", count: 100_000)
        #expect(try #require(refusals(ofFile: text).first).problem.contains("levels"))
    }

    @Test("A text longer than the limit is refused")
    func tooLong() {
        let text = "{ \(smallest) }" + String(repeating: " ", count: ConfigurationLimits.fileBytes)
        #expect(refusals(ofFile: text).map(\.problem) == ["longer than 1048576 bytes"])
    }

    @Test(
        "A duration is a whole number and a unit",
        arguments: [
            ("200ms", Duration.milliseconds(200)), ("30s", .seconds(30)), ("1m", .seconds(60)), ("2h", .seconds(7200)),
            ("1d", .seconds(86400)), ("0s", .zero), ("1500ms", .milliseconds(1500)),
        ])
    func duration(_ text: String, _ duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.of(duration) == text)
    }

    @Test(
        "Anything else is no duration",
        arguments: ["", "1", "s", "1.5s", "-1s", "+1s", " 1s", "1 s", "1S", "1w", "٣s", "9223372036854775807d"])
    func noDuration(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
