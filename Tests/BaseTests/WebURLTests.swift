import Base
import Testing

@Suite("Web URLs")
struct WebURLTests {
    @Test("Scheme, host and port are read, and the text is kept")
    func parts() throws {
        let url = try #require(WebURL("HTTPS://Hooks.Example.com:8443/in?x=%20y"))
        #expect(url.isSecure && url.host == "hooks.example.com" && url.port == 8443)
        #expect(url.text == "HTTPS://Hooks.Example.com:8443/in?x=%20y")
        #expect(WebURL("http://a")?.port == 80)
        #expect(WebURL("https://a?b")?.port == 443)
        #expect(WebURL("http://[::1]:81/")?.host == "[::1]")
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "", "example.com", "//example.com", "ftp://example.com", "http:example.com", "http://", "https:///x",
            "http://a b/", "http://a/ b", "http://user@example.com/", "http://user:pw@example.com/",
            "http://example.com#x", "http://example.com:0/", "http://example.com:65536/", "http://example.com:/",
            "http://example.com:8a/", "http://-/\n", "http://ex\u{e4}mple.com/", "http://a..b/", "http://[::1/",
            "http://[zz]/", "http://a\\b/", "http://a%2eb/", "http://a/\u{7f}",
        ])
    func refused(text: String) { #expect(WebURL(text) == nil) }
}
