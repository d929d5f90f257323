/// One sentence of the store's contract, and how it is tried.
package struct StoreCheck: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (StoreBench) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (StoreBench) async throws -> Void) {
        description = sentence
        self.body = body
    }

    package func run(on factory: any StoreFactory) async throws {
        let bench = try await StoreBench(factory)
        defer { bench.close() }
        try await body(bench)
    }
}
