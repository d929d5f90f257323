import Base
import FoundationEssentials

/// A configuration file's content before it means anything.
enum ConfigurationValue: Equatable, Decodable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number that is no integer; no key takes one.
    case number(Double)
    case text(String)
    case array([ConfigurationValue])
    case object([String: ConfigurationValue])

    /// Reads JSON5: JSON with comments, trailing commas, and names that need no quotation marks.
    init(json5 bytes: [UInt8]) throws(ConfigurationErrors) {
        guard bytes.count <= ConfigurationLimits.fileBytes else {
            throw Self.refusal("", "longer than \(ConfigurationLimits.fileBytes) bytes")
        }
        // Foundation guesses at other encodings; RFC 8259 §8.1 knows one.
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Self.refusal("", "not UTF-8 text") }
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        do {
            self = try decoder.decode(Self.self, from: Data(bytes))
        } catch {
            throw Self.refusal(of: bytes, error)
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let boolean = try? container.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let array = try? container.decode([Self].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: Self].self))
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
        // What is switched off can be switched on.
        case .null, .boolean(false): members = [:]
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
        case .number: "a number with a fraction"
        case .text: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// Foundation does not say where the syntax is wrong, only inside which key a value is that it cannot hold.
    private static func refusal(of bytes: [UInt8], _ error: any Error) -> ConfigurationErrors {
        if let misfit = JSON5Misfit(in: bytes) { return refusal("", "line \(misfit.line): \(misfit.problem)") }
        let path = (error as? DecodingError)?.codingPath.reduce("") { path, key in
            key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)")
        }
        guard let path, !path.isEmpty else { return refusal("", "not valid JSON") }
        return refusal(path, "not a valid JSON value")
    }

    private static func refusal(_ path: String, _ problem: String) -> ConfigurationErrors {
        ConfigurationErrors(errors: [ConfigurationError(path: path, problem: problem)])
    }
}

extension DecodingError {
    fileprivate var codingPath: [any CodingKey] {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}
