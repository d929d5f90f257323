import Base
import Foundation
import Testing

@testable import Composition

@Suite("Configuration: printing, and the files that come with the server")
struct ConfigurationPrinterTests {
    private static let everything = """
        "database": "sqlite:/srv/a \\"b\\".db", "admin": null, "shards": 3, "drain": "1500ms",
        "delivery": {
            "mode": "smarthost", "smarthost": "[2001:db8::1]:2525", "hostname": "[192.0.2.1]", "tls": "required",
            "caFile": "ca.pem", "localPartOutcomes": false, "retries": { "schedule": ["200ms", "90s", "6h"],
            "lifetime": "3d" }, "perDestination": { "messagesPerMinute": 600, "connections": 7 },
            "connections": 300, "port": 2525, "mtaSTS": false, "domains": { "example.org": { "tls": "required" } },
            "sources": ["192.0.2.7", "2001:db8::7"],
            "signatures": ["ed25519"],
            "auth": { "user": "relay", "passwordFile": "/run/password" }
        },
        "hosts": { "tracking": "https://t.example/u", "spf": "s.example", "mx": "m.example",
            "returnPath": "r.example" },
        "dns": { "servers": ["192.0.2.53", "[2001:db8::1]:5353"] },
        "proxies": ["10.0.0.0/8", "2001:db8::/32"], "secrets": { "keyFile": "/srv/key" },
        "limits": { "poststack": { "default": [
            { "per": "account", "limit": 7, "window": "30s" }, { "per": "key", "limit": 7, "window": "month" },
            { "per": "user", "limit": 5, "window": "1m", "starts": "firstUse", "counts": "accepted" },
            { "per": "global", "limit": 100, "window": "1s", "burst": 200 }
        ], "quotas": [
            { "per": "domain", "period": "day", "limit": 5, "unit": "recipient" },
            { "per": "account", "period": "month", "limit": 0 }
        ] } },
        "log": { "level": "warning", "format": "text", "requests": true, "deliveries": true },
        "faults": { "allow": true },
        "egress": { "allow": ["127.0.0.1/32", "fd00::/8"], "ports": [443, 8443], "caFile": "/srv/ca.pem" },
        "webhooks": { "retries": { "schedule": ["1s", "2m"] }, "timeout": "5s", "perAccount": 20 },
        "keys": { "perAccount": 7 }, "bodies": { "seal": true },
        "domains": { "perAccount": 9 },
        "smtp": { "hostname": "in.example", "tls": { "certificate": "c.pem", "key": "k.pem" }, "listeners": [
            { "listen": "0.0.0.0:587", "role": "submission", "personality": "poststack", "tls": "either" },
            { "listen": "127.0.0.1:2525", "tls": "none" }, { "listen": "0.0.0.0:25", "role": "mx", "tls": "none" }
        ], "trusted": [{ "network": "10.0.0.0/8", "account": 3 }], "strict": true, "keepBcc": true },
        "retention": { "poststack": { "messages": "365d", "contents": "30d", "events": "90d", "webhooks": "7d" },
            "capture": { "messages": "1d" }, "postmaster": "90d" }
        """

    private static let admin = """
        "admin": { "listen": "127.0.0.1:8025", "publicURL": "https://mail.example", "tokenFile": "/srv/token",
            "open": ["healthz"] }
        """

    @Test("What is printed reads to the same configuration", arguments: ["", Self.everything, Self.admin])
    func roundTrip(_ members: String) throws {
        let configuration = try read(members)
        #expect(try readFile(ConfigurationPrinter.text(configuration)) == configuration)
        #expect(try reader.read(fileText: ConfigurationPrinter.json(configuration), environment: [:]) == configuration)
    }

    @Test("The files of a TLS listener are printed")
    func tls() throws {
        let configuration = try readFile(
            """
            { "personality": "poststack",
              "http": { "listen": "127.0.0.1:0", "tls": { "certificate": "chain.pem", "key": "key.pem" } } }
            """)
        #expect(configuration.listeners[0].tls == Configuration.TLSFiles(certificate: "chain.pem", key: "key.pem"))
        #expect(try readFile(ConfigurationPrinter.text(configuration)) == configuration)
    }

    @Test("Both prints are the same JSON")
    func sameJSON() throws {
        let configuration = try read(Self.everything)
        let object = try JSONSerialization.jsonObject(with: Data(ConfigurationPrinter.json(configuration)))
        let text = try JSONSerialization.jsonObject(with: Data(ConfigurationPrinter.text(configuration).utf8))
        #expect(try #require(object as? NSDictionary) == #require(text as? NSDictionary))
    }

    @Test("One line holds what has no further levels")
    func lines() {
        let json = #"{"a":1,"b":{},"c":{"d":[]},"d":[1,"x, y"],"e":{"f":{"g":null}},"h":[{"i":true}]}"#
        #expect(
            JSONIndent.text(of: Array(json.utf8)) == """
                {
                    "a": 1,
                    "b": {},
                    "c": { "d": [] },
                    "d": [1, "x, y"],
                    "e": {
                        "f": { "g": null }
                    },
                    "h": [
                        { "i": true }
                    ]
                }
                """)
    }

    @Test("config/local.json is the built-in local profile")
    func localFile() throws {
        let reader = ConfigurationReader(personalities: Adapters.all)
        var builtIn = try reader.read(fileText: nil, environment: [:])
        // A file that says the same is a file all the same.
        builtIn.isLocalProfile = false
        #expect(try reader.read(fileText: Self.file("local.json"), environment: [:]) == builtIn)
    }

    @Test("config/smarthost.json is read")
    func smarthostFile() throws {
        let configuration = try reader.read(fileText: Self.file("smarthost.json"), environment: [:])
        #expect(configuration.delivery.mode == .smarthost)
    }

    @Test("config/direct.json is read")
    func directFile() throws {
        let configuration = try reader.read(fileText: Self.file("direct.json"), environment: [:])
        #expect(configuration.delivery.mode == .direct)
    }

    private static func file(_ name: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: "config/\(name)")))
    }
}
