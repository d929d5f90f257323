import Testing

@testable import Composition

@Suite("Configuration: what is refused")
struct ConfigurationRefusalTests {
    @Test(
        "An unknown key is refused with the nearest known one",
        arguments: [
            (#""databse": "sqlite:x""#, "databse", "database"),
            (#""delivery": { "mod": "capture" }"#, "delivery.mod", "mode"),
            (#""admin": { "listens": "127.0.0.1:0" }"#, "admin.listens", "listen"),
            (#""secrets": { "keyfile": "x" }"#, "secrets.keyfile", "keyFile"),
            (
                #""delivery": { "auth": { "user": "u", "passwordFile": "f", "pasword": "x" } }"#,
                "delivery.auth.pasword", "passwordFile"
            ),
            (#""delivery": { "retries": { "shedule": [] } }"#, "delivery.retries.shedule", "schedule"),
            (#""limits": { "poststak": {} }"#, "limits.poststak", "poststack"),
            (#""limits": { "poststack": { "defalt": [] } }"#, "limits.poststack.defalt", "default"),
        ])
    func unknownKey(_ members: String, _ path: String, _ nearest: String) throws {
        let errors = refusals(members)
        let error = try #require(errors.first)
        #expect(errors.count == 1)
        #expect(error.path == path)
        #expect(error.problem.contains("\"\(nearest)\"?") || error.allowed?.contains("\"\(nearest)\"") == true)
    }

    @Test(
        "A wrong value is refused with its key and what is allowed",
        arguments: [
            (#""database": "mysql:x""#, "database", "sqlite:PATH"),
            (#""database": "sqlite:""#, "database", "sqlite:PATH"),
            (#""database": "sqlite://var/x""#, "database", "sqlite:PATH"),
            (#""admin": { "listen": "8025" }"#, "admin.listen", "127.0.0.1:8080"),
            (#""admin": { "listen": "localhost:80" }"#, "admin.listen", "127.0.0.1:8080"),
            (#""admin": { "listen": "127.0.0.1:70000" }"#, "admin.listen", "127.0.0.1:8080"),
            (#""admin": true"#, "admin", "an object"),
            (#""delivery": []"#, "delivery", "an object"),
            (#""delivery": { "mode": "fly" }"#, "delivery.mode", "\"capture\", \"smarthost\", \"direct\""),
            (#""delivery": { "mode": 5 }"#, "delivery.mode", "\"capture\", \"smarthost\""),
            (#""delivery": { "mode": "smarthost" }"#, "delivery.smarthost", "HOST:PORT"),
            (#""delivery": { "smarthost": "localhost:0x19" }"#, "delivery.smarthost", "HOST:PORT"),
            (#""delivery": { "smarthost": "localhost:0" }"#, "delivery.smarthost", "HOST:PORT"),
            (#""delivery": { "smarthost": "127.0.0.300" }"#, "delivery.smarthost", "HOST:PORT"),
            (#""delivery": { "smarthost": "::1" }"#, "delivery.smarthost", "HOST:PORT"),
            (#""delivery": { "tls": "maybe" }"#, "delivery.tls", "\"never\", \"opportunistic\", \"required\""),
            (#""delivery": { "mode": "direct" }"#, "delivery.hostname", "mail.example.com"),
            (#""delivery": { "port": 0 }"#, "delivery.port", "1 to 65535"),
            (#""delivery": { "mtaSTS": "yes" }"#, "delivery.mtaSTS", "true, false"),
            (#""delivery": { "connections": 0 }"#, "delivery.connections", "1 to"),
            (#""delivery": { "signatures": [] }"#, "delivery.signatures", "one or both of"),
            (#""delivery": { "signatures": ["dsa"] }"#, "delivery.signatures[0]", "rsa"),
            (#""delivery": { "perDestination": { "connections": 0 } }"#, "delivery.perDestination.connections", "1 to"),
            (#""delivery": { "domains": { "x.net": {} } }"#, "delivery.domains.x.net.tls", "\"required\""),
            (#""delivery": { "domains": { "a b": { "tls": "never" } } }"#, "delivery.domains.a b", "example.com"),
            (#""delivery": { "sources": ["here"] }"#, "delivery.sources[0]", "IP address"),
            (#""delivery": { "sources": ["::1", "::2"] }"#, "delivery.sources", "one of IPv4 and one of IPv6"),
            (#""delivery": { "hostname": "a b" }"#, "delivery.hostname", "mail.example.com"),
            (#""delivery": { "localPartOutcomes": "yes" }"#, "delivery.localPartOutcomes", "true, false"),
            (#""faults": { "allow": "yes" }"#, "faults.allow", "true, false"),
            (#""delivery": { "auth": { "user": "u" } }"#, "delivery.auth.passwordFile", "file"),
            (#""delivery": { "retries": { "schedule": ["1m", "soon"] } }"#, "delivery.retries.schedule[1]", "30s"),
            (#""delivery": { "retries": { "schedule": ["0s"] } }"#, "delivery.retries.schedule[0]", "1ms to 30d"),
            (#""delivery": { "retries": { "schedule": "1m" } }"#, "delivery.retries.schedule", "a list"),
            (#""delivery": { "retries": { "schedule": [null] } }"#, "delivery.retries.schedule[0]", "30s"),
            (#""proxies": [null]"#, "proxies[0]", "10.0.0.0/8"),
            (#""hosts": { "tracking": "t.example" }"#, "hosts.tracking", "https://"),
            (#""hosts": { "tracking": "https://t.example/?a=b" }"#, "hosts.tracking", "https://"),
            (#""hosts": { "spf": "a b" }"#, "hosts.spf", "mail.example.com"),
            (#""dns": { "servers": "127.0.0.1" }"#, "dns.servers", "a list"),
            (#""dns": { "servers": ["ns.example"] }"#, "dns.servers[0]", "192.0.2.53"),
            (#""proxies": ["10.0.0.0/33"]"#, "proxies[0]", "10.0.0.0/8"),
            (#""secrets": { "keyFile": "" }"#, "secrets.keyFile", "file"),
            (#""drain": 10"#, "drain", "30s"),
            (#""drain": "2h""#, "drain", "0s to 1h"),
            (#""drain": "99999999999999999999d""#, "drain", "30s"),
            (#""shards": 65"#, "shards", "0 to 64"),
            (#""shards": 1.5"#, "shards", "0 to 64"),
            (#""log": { "level": "loud" }"#, "log.level", "\"debug\", \"info\", \"warning\", \"error\""),
            (#""log": { "format": "xml" }"#, "log.format", "\"auto\", \"json\", \"text\""),
        ])
    func wrongValue(_ members: String, _ path: String, _ allowed: String) throws {
        let errors = refusals(members)
        let error = try #require(errors.first)
        #expect(errors.map(\.path) == [path])
        #expect(error.allowed?.contains(allowed) == true, "\(error)")
    }

    @Test("A password is not sent outside TLS")
    func passwordWithoutTLS() {
        let auth = #""auth": { "user": "u", "passwordFile": "f" }"#
        #expect(refusals("\"delivery\": { \"tls\": \"never\", \(auth) }").map(\.path) == ["delivery.tls"])
    }

    @Test(
        "A TLS listener needs a certificate and a key",
        arguments: [
            ("{}", ["certificate", "key"]), (#"{ "certificate": "c.pem" }"#, ["key"]),
            (#"{ "certificate": 1, "key": "" }"#, ["certificate", "key"]),
            (#"{ "certificate": "c.pem", "key": "k.pem", "keys": 1 }"#, ["keys"]),
        ])
    func tlsListener(_ tls: String, keys: [String]) throws {
        let errors = refusals(
            ofFile: """
                { "listeners": [{ "personality": "poststack", "listen": "127.0.0.1:0", "tls": \(tls) }] }
                """)
        #expect(Set(errors.map(\.path)) == Set(keys.map { "listeners[0].tls.\($0)" }))
    }

    @Test("Both forms of listeners together are refused")
    func bothForms() {
        #expect(refusals(#""listeners": []"#).map(\.path).contains("http"))
    }

    @Test(
        "What is served must be said",
        arguments: [
            ("{}", "listeners"), (#"{ "listeners": [] }"#, "listeners"),
            (#"{ "personality": "poststack" }"#, "http.listen"),
            (#"{ "http": { "listen": "127.0.0.1:0" } }"#, "personality"),
            (#"{ "listeners": [{ "listen": "127.0.0.1:0" }] }"#, "listeners[0].personality"),
        ])
    func nothingServed(_ text: String, _ path: String) {
        #expect(refusals(ofFile: text).map(\.path) == [path])
    }

    @Test("An unknown personality is refused with those there are")
    func unknownPersonality() throws {
        let errors = refusals(ofFile: #"{ "listeners": [{ "personality": "nobody", "listen": "127.0.0.1:0" }] }"#)
        #expect(errors.map(\.path) == ["listeners[0].personality"])
        #expect(try #require(errors.first).allowed == "\"poststack\"")
    }

    @Test("Two listeners at one address are refused, but not at port 0")
    func sharedAddress() {
        func errors(_ first: String, _ second: String) -> [String] {
            let listeners = [first, second].map { "{ personality: 'poststack', listen: '\($0)' }" }
            return refusals(ofFile: "{ listeners: [\(listeners.joined(separator: ","))] }").map(\.path)
        }
        #expect(errors("127.0.0.1:80", "127.0.0.1:80") == ["listeners[1].listen"])
        #expect(errors("127.0.0.1:80", "127.0.0.1:8025") == ["admin.listen"])
        #expect(errors("127.0.0.1:0", "127.0.0.1:0").isEmpty)
    }

    @Test(
        "A tier of a limit is checked",
        arguments: [
            (
                #""per": "moon", "limit": 1, "window": "1m""#, "per",
                "\"key\", \"user\", \"account\", \"address\", \"global\""
            ),
            (#""limit": 1, "window": "1m""#, "per", "\"key\", \"user\", \"account\", \"address\", \"global\""),
            (#""per": "key", "limit": 0, "window": "1m""#, "limit", "an integer from 1"),
            (#""per": "key", "limit": -1, "window": "1m""#, "limit", "an integer from 1"),
            (#""per": "key", "window": "1m""#, "limit", "an integer from 1"),
            (#""per": "key", "limit": 1"#, "window", "1s or more"),
            (#""per": "key", "limit": 1, "window": "soon""#, "window", "1s or more"),
            (#""per": "key", "limit": 1, "window": "999ms""#, "window", "1s or more"),
            (#""per": "key", "limit": 1, "window": "367d""#, "window", "\"month\""),
            (#""per": "key", "limit": 1, "window": "1m", "burst": 0"#, "burst", "an integer from 1"),
            (#""per": "key", "limit": 1, "window": "1d", "burst": 1000"#, "burst", "366d"),
            (#""per": "key", "limit": 1, "window": "month", "burst": 2"#, "burst", "a duration"),
            (#""per": "key", "limit": 1, "window": "month", "starts": "firstUse""#, "starts", "a duration"),
            (#""per": "key", "limit": 1, "window": "1m", "starts": "now""#, "starts", "\"aligned\", \"firstUse\""),
            (#""per": "key", "limit": 1, "window": "1m", "counts": "none""#, "counts", "\"attempts\", \"accepted\""),
        ])
    func tier(_ members: String, _ key: String, _ allowed: String) throws {
        let errors = refusals("\"limits\": { \"poststack\": { \"default\": [{ \(members) }] } }")
        #expect(errors.map(\.path) == ["limits.poststack.default[0].\(key)"])
        #expect(try #require(errors.first).allowed?.contains(allowed) == true)
    }

    @Test("A bucket has no windows that could start")
    func bucketWithStart() {
        let tier = #"{ "per": "key", "limit": 1, "window": "1m", "burst": 5, "starts": "aligned" }"#
        #expect(
            refusals("\"limits\": { \"poststack\": { \"default\": [\(tier)] } }").map(\.path) == [
                "limits.poststack.default[0].starts"
            ])
    }

    @Test(
        "A quota is checked",
        arguments: [
            (#"{ "per": "key", "period": "day", "limit": 1 }"#, "[0].per", "\"account\", \"domain\""),
            (#"{ "per": "domain", "period": "week", "limit": 1 }"#, "[0].period", "\"day\", \"month\""),
            (#"{ "per": "domain", "period": "day", "limit": -1 }"#, "[0].limit", "an integer from 0"),
            (#"{ "per": "domain", "period": "day" }"#, "[0].limit", "an integer from 0"),
            (#"{ "per": "domain", "period": "day", "limit": 1, "unit": "byte" }"#, "[0].unit", "\"recipient\""),
            (
                #"{ "per": "domain", "period": "day", "limit": 1 }, { "per": "domain", "period": "day", "limit": 2 }"#,
                "[1]", "another per"
            ),
        ])
    func quota(_ elements: String, _ key: String, _ allowed: String) throws {
        let errors = refusals("\"limits\": { \"poststack\": { \"quotas\": [\(elements)] } }")
        #expect(errors.map(\.path) == ["limits.poststack.quotas\(key)"])
        #expect(try #require(errors.first).allowed?.contains(allowed) == true)
    }

    @Test("Two tiers of a class that would count the same are refused")
    func sameTierTwice() {
        let tiers = #"{ "per": "key", "limit": 1, "window": "1m" }, { "per": "key", "limit": 9, "window": "60s" }"#
        #expect(
            refusals("\"limits\": { \"poststack\": { \"default\": [\(tiers)] } }").map(\.path) == [
                "limits.poststack.default[1]"
            ])
    }

    @Test("All that is wrong is said at once")
    func everything() {
        let errors = refusals(#""drain": 1, "shards": -1, "delivery": { "mode": "fly", "tls": 1 }, "x": 1"#)
        #expect(Set(errors.map(\.path)) == ["drain", "shards", "delivery.mode", "delivery.tls", "x"])
        #expect(ConfigurationErrors(errors: errors).description.split(separator: "\n").count == 5)
    }

    @Test("A text under an unknown key is not repeated: it may be a password")
    func secretsStayHidden() throws {
        let errors = refusals(#""delivery": { "auth": { "user": "u", "password": "hunter2" } }"#)
        #expect(!ConfigurationErrors(errors: errors).description.contains("hunter2"))
    }
}
