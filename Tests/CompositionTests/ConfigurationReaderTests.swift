import AdapterKit
import Base
import Kernel
import Model
import Posix
import SMTPServer
import Testing

@testable import Composition

@Suite("Configuration: what is read")
struct ConfigurationReaderTests {
    @Test("What a file leaves out has its default")
    func defaults() throws {
        let configuration = try readFile("{ \(smallest) }")
        #expect(configuration.database == "var/polyrelay.db")
        #expect(configuration.keyFile == "var/polyrelay.key")
        #expect(configuration.admin?.description == "127.0.0.1:8025")
        #expect(configuration.delivery.mode == .capture)
        #expect(configuration.delivery.localPartOutcomes)
        #expect(configuration.delivery.retries == RetryPolicy.mailDelays)
        #expect(configuration.limits.isEmpty)
        #expect(configuration.drain == .seconds(10))
        #expect(configuration.shards == 0)
        #expect(!configuration.allowsFaults)
        #expect(configuration.logLevel == .info)
        #expect(configuration.logFormat == .automatic)
        #expect(!configuration.isLocalProfile)
    }

    @Test("Null is as good as absent")
    func null() throws {
        let nulls = #""database": null, "delivery": null, "hosts": { "tracking": null }, "log": { "level": null }"#
        #expect(try read(nulls) == readFile("{ \(smallest) }"))
    }

    @Test("Comments, trailing commas and bare names are allowed")
    func json5() throws {
        let text = """
            // what is served
            {
                personality: 'poststack', /* one */
                http: { listen: "127.0.0.1:0", },
            }
            """
        #expect(try readFile(text) == readFile("{ \(smallest) }"))
    }

    @Test("The short form is a list of one listener")
    func shortForm() throws {
        let short = try readFile(
            #"{ "personality": "poststack", "http": { "listen": "[::1]:80", "publicURL": "https://a.example/" } }"#)
        let long = try readFile(
            """
            { "listeners": [
                { "personality": "poststack", "listen": "[::1]:80", "publicURL": "https://a.example" }
            ] }
            """)
        #expect(short == long)
        #expect(short.listeners.map(\.publicURL) == ["https://a.example"])
    }

    @Test("Administration is switched off with null or false", arguments: ["null", "false"])
    func adminOff(_ value: String) throws {
        #expect(try read("\"admin\": \(value)").admin == nil)
    }

    @Test("A smarthost needs no port")
    func smarthost() throws {
        let delivery = try read(#""delivery": { "mode": "smarthost", "smarthost": "mail.example" }"#).delivery
        #expect(delivery.mode == .smarthost)
        #expect(delivery.smarthostHost == "mail.example")
        #expect(delivery.smarthostPort == 25)
    }

    @Test(
        "A smarthost is a name or an address, with or without a port",
        arguments: [
            ("mail.example:587", "mail.example", 587), ("my_smtp:2525", "my_smtp", 2525),
            ("192.0.2.1", "192.0.2.1", 25), ("[2001:db8::1]", "2001:db8::1", 25),
            ("[2001:db8::1]:465", "2001:db8::1", 465),
        ])
    func smarthostForms(_ text: String, _ host: String, _ port: UInt16) throws {
        let delivery = try read("\"delivery\": { \"smarthost\": \"\(text)\" }").delivery
        #expect(delivery.smarthostHost == host)
        #expect(delivery.smarthostPort == port)
    }

    @Test("All of a delivery is read")
    func delivery() throws {
        let delivery = try read(
            """
            "delivery": {
                "mode": "smarthost", "smarthost": "mail.example:587", "hostname": "Relay.Example", "tls": "required",
                "caFile": "ca.pem", "localPartOutcomes": false, "perDestination": { "messagesPerMinute": 60 },
                "retries": { "schedule": ["200ms", "1m", "1d"], "lifetime": "2d" },
                "auth": { "user": "relay", "passwordFile": "password" }
            }
            """
        ).delivery
        #expect(delivery.hostname == "relay.example")
        #expect(delivery.tls == .required)
        #expect(delivery.caFile == "ca.pem")
        #expect(!delivery.localPartOutcomes)
        #expect(delivery.retries == [.milliseconds(200), .seconds(60), .seconds(86400)])
        #expect(delivery.lifetime == .seconds(2 * 86400) && delivery.perDestination == 60)
        #expect(delivery.auth == Configuration.Delivery.Credentials(user: "relay", passwordFile: "password"))
    }

    @Test("All of direct delivery is read")
    func direct() throws {
        let delivery = try read(
            """
            "delivery": {
                "mode": "direct", "hostname": "relay.example", "port": 2525, "connections": 30, "mtaSTS": false,
                "sources": ["192.0.2.1"], "domains": { "Example.NET": { "tls": "required" } },
                "perDestination": { "connections": 2 }
            }
            """
        ).delivery
        #expect(delivery.mode == .direct && delivery.port == 2525 && !delivery.mtaSTS)
        #expect(delivery.connections == 30 && delivery.connectionsPerDestination == 2)
        #expect(delivery.tlsByDomain == ["example.net": .required])
        #expect(delivery.sources.map(\.description) == ["192.0.2.1"])
    }

    @Test("Limits are read by personality and rate class")
    func limits() throws {
        let limits = try read(
            """
            "limits": { "poststack": { "default": [
                { "per": "key", "limit": 60, "window": "1m" }, { "per": "address", "limit": 5, "window": "1s" }
            ] } }
            """
        ).limits
        let tiers = [
            RateTier(owner: .key, limit: 60, window: .seconds(60)),
            RateTier(owner: .address, limit: 5, window: .seconds(1)),
        ]
        #expect(limits == [PersonalityID("poststack"): [RateClass("default"): tiers]])
    }

    @Test(
        "A tier's window is aligned, a month, from the first use, or a bucket",
        arguments: [
            (#""window": "1m""#, RateTier.Window.aligned(.seconds(60))),
            (#""window": "1d", "starts": "aligned""#, .aligned(.seconds(86_400))), (#""window": "month""#, .month),
            (#""window": "90s", "starts": "firstUse""#, .fromFirst(.seconds(90))),
            (#""window": "1s", "burst": 200"#, .bucket(refill: .seconds(1), burst: 200)),
        ])
    func windows(_ members: String, _ window: RateTier.Window) throws {
        let tier = "{ \"per\": \"global\", \"limit\": 100, \(members), \"counts\": \"accepted\" }"
        let limits = try read("\"limits\": { \"poststack\": { \"default\": [\(tier)] } }").limits
        #expect(
            limits[PersonalityID("poststack")]?[RateClass("default")] == [
                RateTier(owner: .global, limit: 100, window: window, counts: .accepted)
            ])
    }

    @Test("Default quotas stand beside the rate classes")
    func quotas() throws {
        let configuration = try read(
            """
            "limits": { "poststack": { "quotas": [
                { "per": "domain", "period": "day", "limit": 1000 },
                { "per": "account", "period": "month", "limit": 0, "unit": "recipient" }
            ] } }
            """)
        #expect(configuration.limits == [PersonalityID("poststack"): [:]])
        #expect(
            configuration.quotas == [
                PersonalityID("poststack"): [
                    DefaultQuota(.domain, Quota(Quota.Kind(.day), limit: 1000)),
                    DefaultQuota(.account, Quota(Quota.Kind(.month, .recipient), limit: 0)),
                ]
            ])
    }

    @Test("A rate class with an empty list has no limit")
    func noLimit() throws {
        let limits = try read(#""limits": { "poststack": { "default": [] } }"#).limits
        #expect(limits[PersonalityID("poststack")]?[RateClass("default")] == [])
    }

    @Test("Networks are read in both families")
    func networks() throws {
        let configuration = try read(
            #""proxies": ["10.0.0.0/8", "2001:db8::/32"]"#)
        #expect(configuration.proxies.map(\.description) == ["10.0.0.0/8", "2001:db8::/32"])
    }

    @Test("The rest of the scalars is read")
    func scalars() throws {
        let configuration = try read(
            """
            "database": "sqlite:/srv/relay.db", "secrets": { "keyFile": "/srv/key" }, "drain": "0s", "shards": 4,
            "log": { "level": "debug", "format": "json" }, "hosts": { "tracking": "http://t.example:8080/u/" }
            """)
        #expect(configuration.database == "/srv/relay.db")
        #expect(configuration.keyFile == "/srv/key")
        #expect(configuration.drain == .zero)
        #expect(configuration.shards == 4)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.logFormat == .json)
        #expect(configuration.trackingURL == "http://t.example:8080/u")
    }

    @Test("Without a file the local profile is served, with raised limits")
    func localProfile() throws {
        let configuration = try reader.read(fileText: nil, environment: [:])
        #expect(configuration.isLocalProfile)
        #expect(configuration.listeners.map(\.listen.description) == ["127.0.0.1:8080"])
        #expect(configuration.listeners.map(\.personality.name) == ["poststack"])
        #expect(configuration.admin?.description == "127.0.0.1:8025")
        #expect(configuration.delivery.mode == .capture)
        let tiers = [RateTier(owner: .key, limit: 6000, window: .seconds(60))]
        #expect(configuration.limits == [PersonalityID("poststack"): [RateClass("default"): tiers]])
    }

    @Test("A personality's pace is read where it has one, and the local profile raises it")
    func paces() throws {
        var personality = NamedPersonality("poststack", classes: ["default"])
        let slow = ConfigurationReader(personalities: [personality])
        let pace = #""personalities": { "poststack": { "pace": 500 } }"#
        #expect(throws: ConfigurationErrors.self) {
            try slow.read(fileText: Array("{ \(smallest), \(pace) }".utf8), environment: [:])
        }
        personality.pace = OutboundPace(perSecond: 12)
        let reader = ConfigurationReader(personalities: [personality])
        let configuration = try reader.read(fileText: Array("{ \(smallest), \(pace) }".utf8), environment: [:])
        let id = PersonalityID("poststack")
        #expect(configuration.paces == [id: 500])
        #expect(try reader.read(fileText: ConfigurationPrinter.json(configuration), environment: [:]) == configuration)
        #expect(throws: ConfigurationErrors.self) {
            try reader.read(
                fileText: Array(#"{ \#(smallest), "personalities": { "poststack": { "pace": 0 } } }"#.utf8),
                environment: [:])
        }
        let local = try reader.read(fileText: nil, environment: [:])
        #expect(local.paces[id].map { $0 > 12 } == true)
    }

    @Test("The local profile serves each personality at an address of its own")
    func localListeners() throws {
        let local = try ConfigurationReader(personalities: Adapters.all).read(fileText: nil, environment: [:])
        #expect(local.listeners.map(\.personality.name) == ["poststack", "harepost", "posthawk", "ahasend", "harpoon"])
        #expect(
            local.listeners.map(\.listen.description) == [8080, 8081, 8082, 8083, 8084].map { "127.0.0.1:\($0)" })
        let smtp = try #require(local.smtp)
        #expect(smtp.listeners.map(\.listen.description) == [2587, 2588, 2589, 2525].map { "127.0.0.1:\($0)" })
        #expect(smtp.listeners.allSatisfy { $0.encryption == .optional } && smtp.listeners.last?.role == .catchAll)
        #expect(smtp.tls?.isOwn == true)
    }

    @Test("The local profile has an address for every personality that is to come, and none twice")
    func localPlaces() throws {
        let names = ["poststack", "harepost", "posthawk", "ahasend", "harpoon"]
        let all = ConfigurationReader(personalities: names.map { NamedPersonality($0, classes: []) })
        let local = try all.read(fileText: nil, environment: [:])
        #expect(local.listeners.map(\.personality.name) == names)
        #expect(
            local.listeners.map(\.listen.description) == [8080, 8081, 8082, 8083, 8084].map { "127.0.0.1:\($0)" })
        #expect(
            local.smtp?.listeners.map(\.listen.description) == [2587, 2588, 2589, 2525].map { "127.0.0.1:\($0)" })
    }

    @Test("Where the environment says what is served, the local profile serves that alone")
    func localOne() throws {
        let local = try reader.read(fileText: nil, environment: ["POLYRELAY_HTTP_LISTEN": "127.0.0.1:1"])
        #expect(local.listeners.map(\.listen.description) == ["127.0.0.1:1"])
        #expect(local.smtp == nil)
    }

    @Test("The local profile raises every class of every personality")
    func localProfileLimits() throws {
        let reader = ConfigurationReader(personalities: [
            NamedPersonality("poststack", classes: ["default"]), NamedPersonality("other", classes: ["a", "b"]),
        ])
        let limits = try reader.read(fileText: nil, environment: [:]).limits
        #expect(limits[PersonalityID("other")]?.keys.map(\.name).sorted() == ["a", "b"])
    }
}
