import AdapterKit
import Base
import Model

/// `openapi`: a personality's routes, for clients that are made of such documents. Needs no configuration.
enum OpenAPICommand {
    /// The names of those whose routes are described.
    static let described = Adapters.all.filter { $0.description != nil }.map(\.id.name)

    static func text(of name: String) throws(UsageError) -> String {
        guard let personality = Adapters.all.first(where: { $0.id.name == name }) else {
            let names = Adapters.all.map(\.id.name)
            let nearest = NearestName.to(name, among: names).map { " (did you mean \($0)?)" } ?? ""
            throw UsageError(
                "unknown personality \(name)\(nearest): allowed: \(names.joined(separator: ", "))", about: ["openapi"])
        }
        guard let document = OpenAPIDocument.text(of: personality) else {
            throw UsageError(
                "\(name) describes none of its routes; these do: \(described.joined(separator: ", "))",
                about: ["openapi"])
        }
        return String(decoding: document, as: UTF8.self) + "\n"
    }
}
