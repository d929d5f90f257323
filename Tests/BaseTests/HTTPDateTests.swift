import Base
import Testing

@Suite("HTTP dates")
struct HTTPDateTests {
    @Test(
        "All three forms are read (RFC 9110 §5.6.7)",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ])
    func forms(_ text: String) { #expect(Instant(httpDate: text) == Instant(seconds: 784_111_777)) }

    @Test(
        "What is no date is none",
        arguments: [
            "", "-1", "soon", "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 19941 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        ])
    func none(_ text: String) { #expect(Instant(httpDate: text) == nil) }
}
