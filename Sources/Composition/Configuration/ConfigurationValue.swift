import Base

/// A configuration file's content before it means anything.
typealias ConfigurationValue = JSON5Value

extension ConfigurationValue {
    /// Reads a file: JSON with comments, commas at the end of lists, and names that need no quotation marks.
    init(json5 bytes: [UInt8]) throws(ConfigurationErrors) {
        guard bytes.count <= ConfigurationLimits.fileBytes else {
            throw Self.refusal("longer than \(ConfigurationLimits.fileBytes) bytes")
        }
        do throws(JSON5Error) {
            try self.init(parsing: bytes, depthMax: ConfigurationLimits.depth)
        } catch {
            throw Self.refusal(error.description)
        }
    }

    /// Puts a value under a key, making the objects on the way to it. Where something else than an object is in the
    /// way, nothing changes: it is refused when its turn comes.
    mutating func set(_ value: Self, at path: some Collection<String>) {
        guard let key = path.first else {
            self = value
            return
        }
        var members: [String: Self]
        switch self {
        case .object(let present): members = present
        // What is switched off can be switched on, and what a word stands for can be spelled out.
        case .null, .boolean(false), .text(ConfigurationReader.ownCertificate): members = [:]
        default: return
        }
        members[key, default: .null].set(value, at: path.dropFirst())
        self = .object(members)
    }

    /// What it is, for somebody who wrote it where something else is wanted.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .integer: "a number"
        case .number(let number): number.isFinite ? "a number with a fraction" : "no finite number"
        case .text: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    private static func refusal(_ problem: String) -> ConfigurationErrors {
        ConfigurationErrors(errors: [ConfigurationError(path: "", problem: problem)])
    }
}
