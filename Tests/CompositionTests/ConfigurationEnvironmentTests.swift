import Base
import Posix
import Testing

@testable import Composition

@Suite("Configuration: environment")
struct ConfigurationEnvironmentTests {
    @Test("A variable stands above the file")
    func above() throws {
        let configuration = try read(
            #""delivery": { "mode": "capture", "hostname": "a.example" }, "shards": 1"#,
            environment: [
                "POLYRELAY_DELIVERY_HOSTNAME": "b.example", "POLYRELAY_SHARDS": "2",
                "POLYRELAY_DELIVERY_LOCALPARTOUTCOMES": "false",
            ])
        #expect(configuration.delivery.hostname == "b.example")
        #expect(configuration.shards == 2)
        #expect(!configuration.delivery.localPartOutcomes)
    }

    @Test("A variable stands above the local profile")
    func localProfile() throws {
        let configuration = try reader.read(
            fileText: nil,
            environment: [
                "POLYRELAY_HTTP_LISTEN": "127.0.0.1:9000", "POLYRELAY_DATABASE": "sqlite:/x",
                "POLYRELAY_ADMIN_LISTEN": "127.0.0.1:0", "POLYRELAY_SECRETS_KEYFILE": "/k",
                "POLYRELAY_LOG_LEVEL": "error", "POLYRELAY_DRAIN": "1s", "POLYRELAY_PERSONALITY": "poststack",
            ])
        #expect(configuration.isLocalProfile)
        #expect(configuration.listeners.map(\.listen.description) == ["127.0.0.1:9000"])
        #expect(configuration.database == "/x")
        #expect(configuration.admin?.description == "127.0.0.1:0")
        #expect(configuration.keyFile == "/k")
        #expect(configuration.logLevel == .error)
        #expect(configuration.drain == .seconds(1))
    }

    @Test("Administration is switched off, and on again where the file switches it off")
    func admin() throws {
        #expect(try read("", environment: ["POLYRELAY_ADMIN": "false"]).admin == nil)
        let on = try read(#""admin": false"#, environment: ["POLYRELAY_ADMIN_LISTEN": "127.0.0.1:0"])
        #expect(on.admin?.description == "127.0.0.1:0")
    }

    @Test("A variable's wrong value is refused with the variable's name")
    func wrongValue() {
        #expect(
            refusals("", environment: ["POLYRELAY_SHARDS": "many"]).map(\.description) == [
                "shards (from POLYRELAY_SHARDS): is text; allowed: an integer from 0 to 64"
            ])
    }

    @Test("A variable does not cover up a wrong section of the file")
    func wrongSection() {
        let errors = refusals(#""log": 5"#, environment: ["POLYRELAY_LOG_LEVEL": "info"])
        #expect(errors.map(\.path) == ["log"])
    }

    @Test("An unknown variable is refused with the nearest known one")
    func unknown() throws {
        let errors = refusals("", environment: ["POLYRELAY_DELIVERY_MOD": "capture"])
        #expect(errors.map(\.path) == ["POLYRELAY_DELIVERY_MOD"])
        #expect(try #require(errors.first).problem.contains("did you mean POLYRELAY_DELIVERY_MODE?"))
    }

    @Test("An unknown variable like no other is refused with all there are")
    func unlike() throws {
        let errors = refusals("", environment: ["POLYRELAY_XYLOPHONES": "1"])
        #expect(try #require(errors.first).allowed?.contains("POLYRELAY_DATABASE") == true)
    }

    @Test("Variables of the tests, and of other programs, are left alone")
    func foreign() throws {
        let names = [
            "POLYRELAY_TESTS", "POLYRELAY_CORPORA", "POLYRELAY_BINARY", "POLYRELAY_BENCH_SECONDS", "PATH",
            "polyrelay_x",
        ]
        let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
        #expect(try read("", environment: environment) == readFile("{ \(smallest) }"))
    }
}
