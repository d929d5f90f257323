extension KernelLimits {
    /// Webhooks; a lane is an endpoint.
    public static let webhookWork = WorkLimits(running: 1024, laneWidth: 32, laneWidthAtStart: 4, unrecorded: 8192)
}
