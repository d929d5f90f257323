package import AdapterKit

/// One sentence of what every personality keeps to, and how it is tried.
package struct AdapterCheck: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (any Personality) throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (any Personality) throws -> Void) {
        description = sentence
        self.body = body
    }

    package func run(on personality: any Personality) throws { try body(personality) }
}
