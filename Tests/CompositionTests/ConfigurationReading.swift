@testable import Composition

let reader = ConfigurationReader(personalities: [NamedPersonality("poststack", classes: ["default"])])

/// A file with nothing but what it must have.
let smallest = #""personality": "poststack", "http": { "listen": "127.0.0.1:0" }"#

/// A file with this beside what it must have.
func read(
    _ members: String, environment: [String: String] = [:]
) throws(ConfigurationErrors) -> Configuration {
    try readFile("{ \(smallest), \(members) }", environment: environment)
}

func readFile(
    _ text: String, environment: [String: String] = [:]
) throws(ConfigurationErrors) -> Configuration {
    try reader.read(fileText: Array(text.utf8), environment: environment)
}

/// What is wrong with it; nothing where it was accepted.
func refusals(_ members: String, environment: [String: String] = [:]) -> [ConfigurationError] {
    do {
        _ = try read(members, environment: environment)
        return []
    } catch {
        return error.errors
    }
}

func refusals(ofFile text: String) -> [ConfigurationError] {
    do {
        _ = try readFile(text)
        return []
    } catch {
        return error.errors
    }
}
