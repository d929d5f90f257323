import AdapterKit
import HTTPServer
import HTTPWire
import Model
import Testing

@Suite("Router")
struct RouterTests {
    private static func route(_ method: Route.Method, _ pattern: String) -> Route {
        Route(method, pattern, requirement: Requirement(anyOf: []), rateClass: RateClass("x")) { _ in
            Answer(status: 200, body: [])
        }
    }

    private static let routes = [
        route(.get, "/emails/:id"), route(.post, "/emails/batch"), route(.get, "/emails"), route(.post, "/emails"),
        route(.get, "/emails/:id/events"), route(.delete, "/emails/:id"), route(.get, "/:any/:thing/deep"),
    ]

    /// What a path comes to, as its route's pattern and parameters, its allowed methods, or `-`.
    private func match(_ method: String, _ path: String) throws -> String {
        let router = try Router(Self.routes)
        let segments = try PathSegments.decode(ArraySlice(path.utf8))
        switch router.match(method: method, segments: segments) {
        case .route(let route, let parameters):
            return ([route.method.rawValue, route.pattern] + parameters).joined(separator: " ")
        case .methodNotAllowed(let allowed): return allowed.joined(separator: ",")
        case .notFound: return "-"
        }
    }

    @Test(
        "A path finds its route",
        arguments: [
            ("GET", "/emails", "GET /emails"), ("POST", "/emails", "POST /emails"),
            ("GET", "/emails/em_1", "GET /emails/:id em_1"), ("DELETE", "/emails/em_1", "DELETE /emails/:id em_1"),
            ("GET", "/emails/em_1/events", "GET /emails/:id/events em_1"), ("HEAD", "/emails", "GET /emails"),
            ("POST", "/emails/batch", "POST /emails/batch"), ("GET", "/a/b/deep", "GET /:any/:thing/deep a b"),
            ("GET", "/emails/b/deep", "GET /:any/:thing/deep emails b"),
            ("GET", "/emails/a%2Fb", "GET /emails/:id a/b"), ("GET", "/emails/%C3%BC", "GET /emails/:id ü"),
        ])
    func found(method: String, path: String, expected: String) throws { #expect(try match(method, path) == expected) }

    @Test(
        "A path without a route is not found",
        arguments: ["/", "/email", "/emails/", "/emails/a/b", "//emails", "/Emails"])
    func notFound(path: String) throws { #expect(try match("GET", path) == "-") }

    @Test("A known path with another method says which would do")
    func methods() throws {
        #expect(try match("PUT", "/emails/em_1") == "DELETE,GET,HEAD,OPTIONS")
        #expect(try match("PATCH", "/emails") == "GET,HEAD,OPTIONS,POST")
        #expect(try match("OPTIONS", "/emails") == "GET,HEAD,OPTIONS,POST")
    }

    @Test("A literal segment wins over a parameter, also where the method is another's")
    func literals() throws { #expect(try match("GET", "/emails/batch") == "OPTIONS,POST") }

    @Test("Two routes that differ in parameter names only are refused, with both names")
    func conflicts() throws {
        let twins = [Self.route(.get, "/a/:one"), Self.route(.get, "/a/:two")]
        #expect(throws: Router.Conflict.self) { try Router(twins) }
        do {
            _ = try Router(twins)
        } catch {
            #expect(error.description.contains("GET /a/:one") && error.description.contains("GET /a/:two"))
        }
        _ = try Router([Self.route(.get, "/a/:one"), Self.route(.post, "/a/:two"), Self.route(.get, "/a/b")])
    }
}
