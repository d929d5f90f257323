package import AdapterKit

/// A personality's routes as a tree of path segments. Read-only after start.
///
/// A literal segment wins over a parameter, at every level. Paths are split at raw slashes and decoded segment by
/// segment, so an encoded slash stays inside its parameter.
package struct Router: Sendable {
    package enum Match: Sendable {
        case route(Route, parameters: [String])
        /// The path is known, the method is not one of its own.
        case methodNotAllowed(allowed: [String])
        case notFound
    }

    /// Two routes that nothing tells apart. Stops the program, with both.
    package struct Conflict: Error, CustomStringConvertible {
        let first: String
        let second: String

        package var description: String { "two routes answer the same requests: \(first) and \(second)" }
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let routes: [Route]

        init(literals: [String: Node], parameter: Node?, routes: [Route]) {
            self.literals = literals
            self.parameter = parameter
            self.routes = routes
        }
    }

    private let root: Node

    package init(_ routes: [Route]) throws(Conflict) {
        root = try Self.node(routes.map { ($0, Self.segments($0.pattern)[...]) })
    }

    private static func segments(_ pattern: String) -> [Substring] {
        pattern.split(separator: "/", omittingEmptySubsequences: true)
    }

    private static func node(_ rest: [(Route, ArraySlice<Substring>)]) throws(Conflict) -> Node {
        var here: [Route] = []
        var literals: [String: [(Route, ArraySlice<Substring>)]] = [:]
        var parameters: [(Route, ArraySlice<Substring>)] = []
        for (route, segments) in rest {
            guard let first = segments.first else {
                if let twin = here.first(where: { $0.method == route.method }) {
                    throw Conflict(first: name(twin), second: name(route))
                }
                here.append(route)
                continue
            }
            if first.hasPrefix(":") {
                parameters.append((route, segments.dropFirst()))
            } else {
                literals[String(first), default: []].append((route, segments.dropFirst()))
            }
        }
        var children: [String: Node] = [:]
        for (literal, rest) in literals { children[literal] = try node(rest) }
        return Node(literals: children, parameter: parameters.isEmpty ? nil : try node(parameters), routes: here)
    }

    private static func name(_ route: Route) -> String { "\(route.method.rawValue) \(route.pattern)" }

    /// `segments` as `PathSegments.decode` gives them. HEAD is answered by the GET route.
    package func match(method: String, segments: [String]) -> Match {
        var parameters: [String] = []
        guard let node = find(root, segments[...], &parameters) else { return .notFound }
        let wanted = method == "HEAD" ? "GET" : method
        if let route = node.routes.first(where: { $0.method.rawValue == wanted }) {
            return .route(route, parameters: parameters)
        }
        return .methodNotAllowed(allowed: Self.allowed(node))
    }

    /// The routes of a path, whatever the method; none where it is unknown.
    package func routes(at segments: [String]) -> [Route] {
        var parameters: [String] = []
        return find(root, segments[...], &parameters)?.routes ?? []
    }

    private static func allowed(_ node: Node) -> [String] {
        var methods = node.routes.map(\.method.rawValue)
        if methods.contains("GET") { methods.append("HEAD") }
        return (methods + ["OPTIONS"]).sorted()
    }

    /// Depth first, literals before parameters; a branch that ends without a route is no match.
    private func find(_ node: Node, _ segments: ArraySlice<String>, _ parameters: inout [String]) -> Node? {
        guard let first = segments.first else { return node.routes.isEmpty ? nil : node }
        if let child = node.literals[first], let found = find(child, segments.dropFirst(), &parameters) { return found }
        guard let child = node.parameter, !first.isEmpty else { return nil }
        parameters.append(first)
        if let found = find(child, segments.dropFirst(), &parameters) { return found }
        parameters.removeLast()
        return nil
    }
}
