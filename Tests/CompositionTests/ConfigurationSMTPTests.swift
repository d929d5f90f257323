import AdapterKit
import Base
import Model
import Posix
import SMTPServer
import Testing

@testable import Composition

@Suite("Configuration: where mail is taken")
struct ConfigurationSMTPTests {
    private static let tls = #""tls": { "certificate": "c.pem", "key": "k.pem" }"#

    @Test("The short form is submission with STARTTLS, for the one personality")
    func shortForm() throws {
        let smtp = try #require(
            try read(#""smtp": { "listen": ["127.0.0.1:2587", "[::1]:2587"], \#(Self.tls) }"#).smtp)
        #expect(smtp.listeners.map(\.listen.description) == ["127.0.0.1:2587", "[::1]:2587"])
        let role = Configuration.SMTP.Role.submission(PersonalityID("poststack"))
        #expect(smtp.listeners.allSatisfy { $0.encryption == .startTLS && $0.role == role })
        #expect(smtp.tls == Configuration.TLSFiles(certificate: "c.pem", key: "k.pem"))
    }

    @Test("Trusted networks have an account, and the personality's usual scopes unless others are named")
    func trusted() throws {
        let smtp = try #require(
            try read(
                """
                "smtp": { "listeners": [{ "listen": "127.0.0.1:25", "tls": "none" }],
                          "trusted": [{ "network": "10.0.0.0/8", "account": 7 }] }
                """
            ).smtp)
        #expect(smtp.trusted.map(\.account) == [Account.ID(7)])
        #expect(smtp.trusted.map(\.network.description) == ["10.0.0.0/8"])
    }

    @Test("An mx listener is for no personality, and offers TLS where there is a certificate")
    func mx() throws {
        for (tls, expected) in [("", SMTPListener.Encryption.none), (", \(Self.tls)", .startTLS)] {
            let smtp = try #require(
                try read(#""smtp": { "listeners": [{ "listen": "0.0.0.0:25", "role": "mx" }]\#(tls) }"#).smtp)
            #expect(smtp.listeners.map(\.role) == [.mx] && smtp.listeners.map(\.encryption) == [expected])
            #expect(smtp.takesReports)
        }
        #expect(try read(#""smtp": { "listen": ["127.0.0.1:25"], \#(Self.tls) }"#).smtp?.takesReports == false)
    }

    @Test("STARTTLS may be left to the client on addresses of this machine, and nowhere else")
    func optional() throws {
        let smtp = try #require(
            try read(#""smtp": { "listeners": [{ "listen": "[::1]:2587", "tls": "optional" }], \#(Self.tls) }"#).smtp)
        #expect(smtp.listeners.map(\.encryption) == [.optional])
        let refused = refusals(
            #""smtp": { "listeners": [{ "listen": "0.0.0.0:25", "tls": "optional" }], \#(Self.tls) }"#)
        #expect(
            refused.map(\.description) == [
                #"smtp.listeners[0].tls: "optional" is for addresses of this machine alone, and 0.0.0.0:25 is none; "#
                    + #"allowed: "starttls", "implicit", "either""#
            ])
        #expect(
            refusals(#""smtp": { "listeners": [{ "listen": "127.0.0.1:25", "tls": "optional" }] }"#).map(\.path) == [
                "smtp.tls"
            ])
    }

    @Test("A certificate of our own lies beside the key file, and is printed as the word that asked for it")
    func own() throws {
        let configuration = try read(
            #""secrets": { "keyFile": "/srv/key" }, "smtp": { "listen": ["127.0.0.1:25"], "tls": "own" }"#)
        #expect(
            configuration.smtp?.tls
                == Configuration.TLSFiles(
                    certificate: "/srv/key.tls-certificate.pem", key: "/srv/key.tls-key.pem", isOwn: true))
        #expect(try readFile(ConfigurationPrinter.text(configuration)) == configuration)
        let refused = refusals(#""smtp": { "listen": ["127.0.0.1:25"], "tls": "mine" }"#)
        #expect(
            refused.map(\.description) == [
                #"smtp.tls: is not understood; allowed: "own" or { "certificate", "key" }"#
            ])
    }

    @Test("Without it no mail is taken")
    func absent() throws {
        #expect(try readFile("{ \(smallest) }").smtp == nil)
    }

    @Test(
        "What cannot be is refused with its key",
        arguments: [
            (#""smtp": {}"#, "smtp.listeners"),
            (#""smtp": { "listen": ["127.0.0.1:25"] }"#, "smtp.tls"),
            (#""smtp": { "listen": ["localhost:25"], \#(Self.tls) }"#, "smtp.listen[0]"),
            (#""smtp": { "listen": [], "listeners": [], \#(Self.tls) }"#, "smtp.listen"),
            (
                #""smtp": { "listeners": [{ "listen": "0.0.0.0:25", "tls": "none" }] }"#, "smtp.listeners[0].tls"
            ),
            (
                #""smtp": { "listeners": [{ "listen": "127.0.0.1:25", "tls": "maybe" }], \#(Self.tls) }"#,
                "smtp.listeners[0].tls"
            ),
            (
                #""smtp": { "listeners": [{ "listen": "127.0.0.1:25", "role": "relay" }], \#(Self.tls) }"#,
                "smtp.listeners[0].role"
            ),
            (
                #""smtp": { "listeners": [{ "listen": "[::]:25", "role": "mx", "tls": "implicit" }], \#(Self.tls) }"#,
                "smtp.listeners[0].tls"
            ),
            (
                #""smtp": { "listeners": [{ "listen": "0.0.0.0:25", "role": "mx", "tls": "starttls" }] }"#, "smtp.tls"
            ),
            (
                #""smtp": { "listeners": [{ "listen": "0.0.0.0:25", "role": "mx", "personality": "poststack" }] }"#,
                "smtp.listeners[0].personality"
            ),
            (
                #""smtp": { "listeners": [{ "listen": "127.0.0.1:25", "personality": "nobody" }], \#(Self.tls) }"#,
                "smtp.listeners[0].personality"
            ),
            (
                #""smtp": { "listen": ["127.0.0.1:25"], \#(Self.tls), "trusted": [{ "network": "10.0.0.0/8" }] }"#,
                "smtp.trusted[0].account"
            ),
            (#""smtp": { "listen": ["127.0.0.1:8025"], \#(Self.tls) }"#, "smtp.listeners[0].listen"),
        ])
    func refused(_ members: String, _ path: String) {
        #expect(refusals(members).map(\.path) == [path])
    }
}
