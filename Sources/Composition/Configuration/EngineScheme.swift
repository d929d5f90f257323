/// The engines that can keep the data, each by the scheme that names it in `database`.
package enum EngineScheme: String, Sendable, CaseIterable {
    case sqlite

    /// What the configuration says where it refuses a text.
    static let form = allCases.map(\.form).joined(separator: " or ")

    private var form: String {
        switch self {
        case .sqlite: "\"sqlite:PATH\", without \"//\""
        }
    }

    /// The engine and where its data is; nil for a text that names none.
    static func read(_ text: String) -> (engine: EngineScheme, location: String)? {
        for engine in allCases where text.hasPrefix(engine.rawValue + ":") {
            let location = String(text.dropFirst(engine.rawValue.count + 1))
            return engine.isLocation(location) ? (engine, location) : nil
        }
        return nil
    }

    private func isLocation(_ text: String) -> Bool {
        switch self {
        // "sqlite://name" would be a name at the root of the file system, which nobody means.
        case .sqlite: !text.isEmpty && !text.hasPrefix("//") && !text.utf8.contains(0)
        }
    }
}
