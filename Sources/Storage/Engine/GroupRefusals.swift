import Model

/// What is known of the groups (`Change.all`) of one transaction while it is made.
///
/// A change checks before it writes, so a refusal leaves nothing to undo. A group is several changes: where one is
/// refused after another was written, the whole transaction is rolled back and made again, and that group is refused
/// before it has begun. Up to there the second try is the first one over again, so a group's place among those that
/// were met is its name. Each try refuses a group more: it ends.
struct GroupRefusals {
    private var refusals: [Int: KernelFailure] = [:]
    private var met = 0
    /// The transaction is to be rolled back and made again.
    private(set) var wantsAnotherTry = false

    /// The place of the group that is met next, and why it is refused; nil: it is to be tried.
    mutating func meet() -> (place: Int, refusal: KernelFailure?) {
        defer { met += 1 }
        return (met, refusals[met])
    }

    mutating func refuse(_ place: Int, _ failure: KernelFailure) {
        refusals[place] = failure
        wantsAnotherTry = true
    }

    /// Another try at the same transaction.
    mutating func beginAgain() {
        met = 0
        wantsAnotherTry = false
    }
}
