import AdapterKit
import Base
import Model
import Testing

/// What holds of every personality's description of its routes.
extension AdapterConformance {
    static let descriptions = [
        AdapterCheck("Its described routes have a name each, which is an identifier") { personality in
            let names = personality.routes.compactMap { $0.description?.name }
            #expect(Set(names).count == names.count)
            for name in names { #expect(name.wholeMatch(of: /[a-z][A-Za-z0-9]*/) != nil, "\(name)") }
        },
        AdapterCheck("A shape's name stands for one shape") { personality in
            var known: [String: Shape] = [:]
            var waiting = shapes(personality)
            while let shape = waiting.popLast() {
                if case .named(let name, let inside) = shape {
                    #expect(known[name] ?? inside == inside, "\(name)")
                    known[name] = inside
                }
                waiting += shape.parts
            }
        },
        AdapterCheck("What is said of a path's parameters is said of parameters that it has") { personality in
            for route in personality.routes {
                for parameter in route.description?.path ?? [] {
                    #expect(route.pattern.split(separator: "/").contains(":\(parameter.name)"), "\(route.pattern)")
                }
            }
        },
        AdapterCheck("Every failure that it can answer is of the shape that it describes") { personality in
            guard let dialect = personality.description else { return }
            let facts = RequestFacts(method: "POST", path: "/x", requestID: "req_1")
            let known = [dialect.failure] + shapes(personality)
            for failure in FailureSamples.all {
                let answer = personality.answer(failure, to: facts)
                let document = try JSONDocument(answer.body, limits: JSONLimits(bytesMax: answer.body.count))
                #expect(known.contains { $0.disagreement(with: document.root) == nil }, "\(failure)")
            }
        },
        AdapterCheck("Its OpenAPI document is JSON in which every reference leads somewhere") { personality in
            guard let text = OpenAPIDocument.text(of: personality) else {
                #expect(personality.routes.allSatisfy { $0.description == nil })
                return
            }
            let document = try JSONDocument(text, limits: JSONLimits(bytesMax: text.count))
            let schemas = try #require(document.root["components"]?["schemas"])
            let references = String(decoding: text, as: UTF8.self).split(separator: "\"#/components/schemas/")
            for reference in references.dropFirst() {
                let name = String(reference.prefix { $0 != "\"" })
                #expect(schemas[named: name] != nil, "\(name)")
            }
            let described = personality.routes.filter { $0.description != nil }
            for route in described {
                let path = route.pattern.replacing(/:([A-Za-z_]+)/) { "{\($0.1)}" }
                let operation = document.root["paths"]?[named: path]?[named: route.method.rawValue.lowercased()]
                #expect(operation?["operationId"]?.string == route.description?.name, "\(route.pattern)")
                #expect(operation?["responses"]?[named: "429"] != nil, "\(route.pattern)")
            }
        },
    ]

    private static func shapes(_ personality: any Personality) -> [Shape] {
        personality.routes.flatMap { route -> [Shape] in
            guard let description = route.description else { return [] }
            let answers = description.answers.values.compactMap { body -> Shape? in
                if case .json(let shape) = body { shape } else { nil }
            }
            return answers + (description.request.map { [$0] } ?? [])
        }
    }
}
