/// Why a text could not be rendered. All of them are the template's or the values' own: the same will fail again.
package enum RenderFault: Error, Sendable, Equatable {
    /// These names have no value, in the order of the text.
    case missing([String])
    case tooManySteps(limit: Int)
    case tooLong(limitBytes: Int)
}
