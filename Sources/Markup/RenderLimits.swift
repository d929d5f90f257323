/// How much work rendering one text may be, whoever wrote it.
package struct RenderLimits: Sendable, Equatable {
    /// Pieces of text and placeholders that are written.
    package var steps: Int
    package var outputBytes: Int

    package init(steps: Int, outputBytes: Int) {
        self.steps = steps
        self.outputBytes = outputBytes
    }
}
