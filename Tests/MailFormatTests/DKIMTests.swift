import Base
import Crypto
import Testing

@testable import MailFormat

@Suite("DKIM")
struct DKIMTests {
    /// RFC 8463 appendix A.3: the message, and the value of its Ed25519 signature field.
    private static let message = """
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """.replacing("\n", with: "\r\n")
    private static let bodyHash = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    private static let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
    private static let signedNames = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"]

    private func tags(_ algorithm: String, _ selector: String) -> String {
        " v=1; a=\(algorithm); c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n"
            + " q=dns/txt; s=\(selector); t=1528637909; h=from : to :\r\n subject : date :"
            + " message-id : from : subject : date;\r\n"
            + " bh=\(Self.bodyHash);\r\n b="
    }

    private func signature(_ key: any DKIMKey, selector: String) throws -> String {
        let message = SignableMessage(Array(Self.message.utf8))
        let field = DKIMCanonicalization.field(
            name: "DKIM-Signature".utf8, value: Array(tags(key.algorithm.rawValue, selector).utf8))
        let signature = try key.signature(over: message.signedFields(Self.signedNames) + field)
        return String(decoding: Base64.encode(signature), as: UTF8.self)
    }

    @Test("The body hash of RFC 8463 appendix A comes out")
    func bodyHash() {
        let message = SignableMessage(Array(Self.message.utf8))
        #expect(Base64.encode(message.bodyHash.bytes) == Array(Self.bodyHash.utf8))
    }

    @Test("The Ed25519 signature of RFC 8463 appendix A comes out, and its key record")
    func ed25519Vector() throws {
        let key = try Ed25519PrivateKey(seed: Base64.decode(Array(Self.seed.utf8)) ?? [])
        #expect(
            try signature(key, selector: "brisbane")
                == "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==")
        #expect(try DKIMRecord.text(for: key) == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    }

    @Test("The RSA signature of RFC 8463 appendix A comes out")
    func rsaVector() throws {
        let key = try RSAPrivateKey(pem: Self.rsaKey)
        #expect(
            try signature(key, selector: "test")
                == "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tF"
                + "OeS9mPYQTnGd" + "aSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=")
        #expect(try DKIMRecord.text(for: key).hasPrefix("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB"))
    }

    @Test("The corpus's message and key give the same body hash and signature")
    func corpus() throws {
        guard let message = try Corpora.file("dkim/rfc6376.msg"), let seed = try Corpora.file("dkim/rfc8032_7_1.key")
        else {
            return
        }
        let text = String(decoding: message, as: UTF8.self).replacing("\n", with: "\r\n")
        #expect(Base64.encode(SignableMessage(Array(text.utf8)).bodyHash.bytes) == Array(Self.bodyHash.utf8))
        #expect(seed == Array((Self.seed + "\n").utf8))
        for name in ["ed25519test"] {
            guard let key = try Corpora.file("dkim/\(name).key"), let record = try Corpora.file("dkim/\(name).dns")
            else {
                continue
            }
            let written = try DKIMRecord.text(for: Ed25519PrivateKey(seed: Base64.decode(key) ?? []))
            #expect("v=DKIM1; " + String(decoding: record.dropLast(), as: UTF8.self) == written)
        }
    }

    @Test(
        "Header fields are canonicalised as RFC 6376 §3.4.5 shows",
        arguments: [
            ("A", " X", "a:X"), ("B ", " Y\t\r\n\tZ  ", "b :Y Z"), ("Subject", "", "subject:"),
            ("X", "\r\n a\r\n\t b ", "x:a b"),
        ])
    func headerCanonicalization(name: String, value: String, canonical: String) {
        let written = DKIMCanonicalization.field(name: name.utf8, value: Array(value.utf8))
        #expect(String(decoding: written, as: UTF8.self) == canonical)
    }

    @Test(
        "Bodies are canonicalised as RFC 6376 §3.4.4 says",
        arguments: [
            ("", ""), ("\r\n", ""), ("\r\n\r\n", ""), (" \t\r\n \r\n", ""),
            (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
            ("a", "a\r\n"), ("a ", "a\r\n"), ("\r\na\r\n", "\r\na\r\n"), ("a\r\n\r\nb", "a\r\n\r\nb\r\n"),
            ("a\r\n b\rc\nd", "a\r\n b\rc\nd\r\n"), ("\r", "\r\r\n"),
        ])
    func bodyCanonicalization(body: String, canonical: String) {
        #expect(DKIMCanonicalization.bodyHash(Array(body.utf8).span) == SHA256.digest(canonical))
    }

    @Test("A body longer than the buffer hashes like one in memory")
    func longBody() {
        let line = String(repeating: "line of text ", count: 5) + "\r\n"
        let body = String(repeating: line, count: 2000)
        let canonical = body.replacing(" \r\n", with: "\r\n")
        #expect(DKIMCanonicalization.bodyHash(Array(body.utf8).span) == SHA256.digest(canonical))
    }

    private func signer() throws -> DKIMSigner {
        let key = try Ed25519PrivateKey(seed: Base64.decode(Array(Self.seed.utf8)) ?? [])
        return try DKIMSigner(
            domain: DomainName(parsing: "Example.com"), selector: DomainName(parsing: "s1"), key: key)
    }

    private func tag(_ name: String, of message: [UInt8]) -> String? {
        let field = String(decoding: message, as: UTF8.self).replacing("\r\n ", with: " ").split(separator: "\r\n")[0]
        let tags = field.dropFirst("DKIM-Signature:".count).split(separator: ";")
        return tags.map { $0.filter { $0 != " " } }.first { $0.hasPrefix(name + "=") }.map {
            String($0.dropFirst(name.count + 1))
        }
    }

    @Test("The field names what it must, and every guarded header once more than it stands")
    func tags() throws {
        let signed = try DKIMSigner.sign(Array(Self.message.utf8), by: [signer()], at: Instant(seconds: 1_700_000_000))
        #expect(tag("v", of: signed) == "1")
        #expect(tag("a", of: signed) == "ed25519-sha256")
        #expect(tag("c", of: signed) == "relaxed/relaxed")
        #expect(tag("d", of: signed) == "example.com")
        #expect(tag("s", of: signed) == "s1")
        #expect(tag("t", of: signed) == "1700000000")
        #expect(tag("bh", of: signed) == Self.bodyHash)
        #expect(
            tag("h", of: signed)
                == "from:from:to:to:cc:subject:subject:date:date:message-id:message-id:reply-to:in-reply-to:references:"
                + "mime-version:content-type:content-transfer-encoding")
    }

    @Test("Signing puts fields of short lines before the message and changes nothing in it, one for each signer")
    func prepends() throws {
        let message = Array(Self.message.utf8)
        let signer = try signer()
        let signed = try DKIMSigner.sign(message, by: [signer, signer], at: Instant(seconds: 1))
        #expect(signed.suffix(message.count) == message[...])
        let fields = String(decoding: signed.dropLast(message.count), as: UTF8.self)
        #expect(fields.split(separator: "DKIM-Signature: ").count == 2)
        #expect(fields.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test("The signature changes with any signed field, and not with white space or an unsigned one")
    func coverage() throws {
        func b(_ message: String) throws -> String? {
            tag("b", of: try DKIMSigner.sign(Array(message.utf8), by: [signer()], at: Instant(seconds: 1)))
        }
        let original = try b(Self.message)
        #expect(try b(Self.message.replacing("dinner", with: "supper")) != original)
        #expect(try b("Cc: x@example.com\r\n" + Self.message) != original)
        #expect(try b("X-Trace: 1\r\n" + Self.message) == original)
        #expect(try b(Self.message.replacing("Is dinner", with: "Is\r\n  dinner")) == original)
        #expect(try b(Self.message.replacing("game.  Are", with: "game. Are")) == original)
    }

    @Test("A name that stands twice is taken from the bottom up")
    func bottomUp() {
        let message = SignableMessage(Array("A: 1\r\nA: 2\r\nB: 3\r\n\r\n".utf8))
        #expect(message.signedFields(["a", "a", "a", "b"]) == Array("a:2\r\na:1\r\nb:3\r\n".utf8))
    }

    @Test(
        "Messages without a body, or broken off, are signed as they are",
        arguments: ["A: 1\r\n\r\n", "A: 1\r\n", "A: 1"])
    func noBody(text: String) {
        let message = SignableMessage(Array(text.utf8))
        #expect(message.signedFields(["a"]) == Array("a:1\r\n".utf8))
        #expect(message.bodyHash == SHA256.digest([]))
    }

    /// The RSA key of RFC 8463 appendix A.2, made public there for tests.
    private static let rsaKey = """
        -----BEGIN RSA PRIVATE KEY-----
        MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
        Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
        KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
        AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
        6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
        zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
        6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
        uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
        WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
        WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
        licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
        o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
        uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
        -----END RSA PRIVATE KEY-----
        """
}
