/// What every engine behind the `Store` port must keep to. An engine's test target runs each check:
///
///     @Test("The store keeps its contract", arguments: StoreConformance.checks)
///     func contract(_ check: StoreCheck) async throws { try await check.run(on: Factory()) }
package enum StoreConformance {
    package static let checks =
        acceptance + idempotency + settlements + taking + lists + slices + events + durability + directory + keys
        + suppressing + domains + webhooks + rateWindows + quotas + quotaSchedules + answers
        + together + deadLetters + relays + records + reports + lateReports + templates + feed + parts + relayUsers
        + manySuppressions + places + upkeep
}
