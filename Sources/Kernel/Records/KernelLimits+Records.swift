extension KernelLimits {
    /// Records that one commit wakes: a few milliseconds of the writer's time, which is how long they may delay another
    /// change.
    static let recordsPerWaking = 256
}
