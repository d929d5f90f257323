import Base

/// A command line cut into words and options, with every word accounted for.
struct Arguments {
    private(set) var words: [String] = []
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// `valued` options take a value, `--name VALUE` or `--name=VALUE`; `bare` ones do not.
    init(_ arguments: [String], valued: Set<String>, bare: Set<String>) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                words.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if bare.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if valued.contains(name) {
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw UsageError("--\(name) needs a value")
                }
                values[name] = value
            } else {
                throw Self.unknown(name, valued.union(bare))
            }
        }
    }

    private static func unknown(_ name: String, _ known: Set<String>) -> UsageError {
        let nearest = NearestName.to(name, among: known.sorted()).map { ": did you mean --\($0)?" } ?? ""
        return UsageError("unknown option --\(name)\(nearest)")
    }

    func flag(_ name: String) -> Bool { flags.contains(name) }

    func text(_ name: String) -> String? { values[name] }

    func required(_ name: String) throws(UsageError) -> String {
        guard let value = values[name] else { throw UsageError("--\(name) is required") }
        return value
    }

    func number(_ name: String) throws(UsageError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Int64(text), number > 0 else {
            throw UsageError("--\(name) \(text): must be a positive number")
        }
        return number
    }

    func requiredNumber(_ name: String) throws(UsageError) -> Int64 {
        guard let number = try number(name) else { throw UsageError("--\(name) is required") }
        return number
    }

    /// One of a few words; the first is the default.
    func choice(_ name: String, _ allowed: [String]) throws(UsageError) -> String {
        guard let text = values[name] else { return allowed[0] }
        guard allowed.contains(text) else {
            throw UsageError("--\(name) \(text): allowed: \(allowed.joined(separator: ", "))")
        }
        return text
    }

    func list(_ name: String) -> [String] { values[name].map { $0.split(separator: ",").map(String.init) } ?? [] }
}

/// A command line that cannot be understood; the program says why and ends with 2.
struct UsageError: Error {
    let text: String

    init(_ text: String) { self.text = text }
}
