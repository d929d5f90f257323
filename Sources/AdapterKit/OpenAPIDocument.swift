import Base
import HTTPWire
package import Model

/// A dialect's described routes as an OpenAPI document (OpenAPI Specification 3.1.0), which clients are made of. Pure:
/// the same routes give the same bytes.
///
/// It keeps to what generated clients can take: words that may become more are no `enum`, null is said where it may
/// stand, a shape that is used twice is a component, and every status that a route may answer is there.
public enum OpenAPIDocument {
    /// nil where the dialect describes nothing.
    public static func text(of personality: any Personality) -> [UInt8]? {
        let routes = personality.routes.filter { $0.description != nil }
        guard let dialect = personality.description, !routes.isEmpty else { return nil }
        return JSONWriter.object(reservedBytes: 64 * 1024) { document in
            document.member("openapi", "3.1.0")
            document.object("info") { info in
                info.member("title", dialect.title)
                info.member("version", dialect.version)
                info.member("description", dialect.note)
            }
            // Where the document is, the routes are.
            document.array("servers") { $0.object { $0.member("url", "/") } }
            document.object("paths") { paths(routes, dialect, to: &$0) }
            document.object("components") { components in
                components.object("schemas") { schemas(routes, dialect, to: &$0) }
                components.object("securitySchemes") { securitySchemes(personality.credentials, to: &$0) }
            }
        }
    }

    /// The name of the scheme of Authorization, and that of the key's own field.
    private static let (authorization, keyField) = ("authorization", "key")

    private static func securitySchemes(_ form: CredentialForm, to object: inout JSONObjectWriter) {
        object.object(named: authorization) { scheme in
            scheme.member("type", "http")
            scheme.member("scheme", form.scheme.lowercased())
        }
        guard let field = form.keyField else { return }
        object.object(named: keyField) { scheme in
            scheme.member("type", "apiKey")
            scheme.member("in", "header")
            scheme.member("name", field)
        }
    }

    // MARK: Paths

    /// In the order in which a path's first route is declared.
    private static func paths(_ routes: [Route], _ dialect: DialectDescription, to object: inout JSONObjectWriter) {
        var patterns: [String] = []
        for route in routes where !patterns.contains(route.pattern) { patterns.append(route.pattern) }
        for pattern in patterns {
            object.object(named: path(pattern)) { item in
                for route in routes where route.pattern == pattern {
                    item.object(named: route.method.rawValue.lowercased()) { operation(route, dialect, to: &$0) }
                }
            }
        }
    }

    /// `/emails/:id` is written `/emails/{id}`.
    private static func path(_ pattern: String) -> String {
        pattern.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment.hasPrefix(":") ? "{\(segment.dropFirst())}" : String(segment)
        }.joined(separator: "/")
    }

    private static func operation(_ route: Route, _ dialect: DialectDescription, to object: inout JSONObjectWriter) {
        guard let description = route.description else { return }
        object.member("operationId", description.name)
        object.member("summary", description.summary)
        object.array("security") { security in
            guard route.requirement.needsCredential else { return }
            security.object { $0.array(named: authorization) { _ in } }
        }
        object.array("parameters") { parameters(route, description, to: &$0) }
        if let request = description.request {
            object.object("requestBody") { body in
                body.member("required", true)
                content(Answer.json, request, to: &body)
            }
        }
        object.object("responses") { responses in
            for (status, body) in dialect.answers(of: route).sorted(by: { $0.key < $1.key }) {
                responses.object(named: "\(status)") { response(status, body, to: &$0) }
            }
        }
    }

    private static func parameters(
        _ route: Route, _ description: RouteDescription, to array: inout JSONArrayWriter
    ) {
        for segment in route.pattern.split(separator: "/") where segment.hasPrefix(":") {
            let name = String(segment.dropFirst())
            let known = description.path.first { $0.name == name }
            array.object { parameter(known ?? RouteDescription.Parameter(name), "path", isRequired: true, to: &$0) }
        }
        for known in description.query {
            array.object { parameter(known, "query", isRequired: known.isRequired, to: &$0) }
        }
        for source in route.idempotency?.sources ?? [] {
            guard case .header(let name) = source else { continue }
            array.object { parameter(RouteDescription.Parameter(name), "header", isRequired: false, to: &$0) }
        }
    }

    private static func parameter(
        _ parameter: RouteDescription.Parameter, _ place: String, isRequired: Bool, to object: inout JSONObjectWriter
    ) {
        object.member("name", parameter.name)
        object.member("in", place)
        object.member("required", isRequired)
        object.memberIfPresent("description", parameter.note)
        object.member("schema", ShapeSchema(parameter.shape))
    }

    private static func response(_ status: Int, _ body: RouteDescription.Body, to object: inout JSONObjectWriter) {
        object.member("description", "\(HTTPStatus(code: status).reason)")
        switch body {
        case .empty: break
        case .media(let type): content(type, .any, to: &object)
        case .json(let shape): content(Answer.json, shape, to: &object)
        }
    }

    private static func content(_ type: String, _ shape: Shape, to object: inout JSONObjectWriter) {
        object.object("content") { content in
            content.object(named: type) { $0.member("schema", ShapeSchema(shape)) }
        }
    }

    // MARK: Components

    /// Every named shape that the routes use, by name.
    private static func schemas(_ routes: [Route], _ dialect: DialectDescription, to object: inout JSONObjectWriter) {
        var shapes: [Shape] = []
        for route in routes {
            shapes += route.description?.request.map { [$0] } ?? []
            for case .json(let shape) in dialect.answers(of: route).values { shapes.append(shape) }
        }
        for (name, shape) in named(shapes).sorted(by: { $0.key < $1.key }) {
            object.member(named: name, ShapeSchema(shape))
        }
    }

    /// The shapes that have names, those inside others too. Where two have one name, the first counts.
    package static func named(_ shapes: [Shape]) -> [String: Shape] {
        var named: [String: Shape] = [:]
        var waiting = shapes
        while let shape = waiting.popLast() {
            if case .named(let name, let inside) = shape, named[name] == nil { named[name] = inside }
            waiting += shape.parts
        }
        return named
    }
}

extension Shape {
    /// The shapes inside this one.
    package var parts: [Shape] {
        switch self {
        case .any, .null, .boolean, .integer, .number, .text: []
        case .array(let shape, _), .map(let shape), .named(_, let shape): [shape]
        case .object(let members): members.map(\.shape)
        case .oneOf(let shapes): shapes
        }
    }
}
