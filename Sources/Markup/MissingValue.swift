/// What becomes of a name that has no value.
package enum MissingValue: Sendable, Equatable {
    /// Nothing stands in its place.
    case empty
    /// The placeholder stays as it was written.
    case literal
    /// The text cannot be rendered.
    case refused
}
