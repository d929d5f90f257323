/// All that is wrong with a configuration: whoever mends it wants to do so once.
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one, in the order in which they were found.
    package let errors: [ConfigurationError]

    /// One line for each.
    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
