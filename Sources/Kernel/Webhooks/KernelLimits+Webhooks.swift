extension KernelLimits {
    /// Webhooks; a lane is an endpoint.
    package static let webhookWork = WorkLimits(running: 1024, laneWidth: 32, laneWidthAtStart: 4, unrecorded: 8192)
}
