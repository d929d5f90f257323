public import Model

/// How the records that were found decide what is proved. Pure.
public enum ProofRule {
    /// The state that a purpose passes into.
    ///
    /// `plans`: the gating records of each plan that proves this purpose, with what is known of them. One plan that is
    /// fulfilled is enough: the name is the owner's, whichever vendor's instructions were followed.
    public static func next(
        _ proof: MailDomain.Proof, plans: [[RecordCheck.Verdict?]], isOverdue: Bool
    ) -> MailDomain.Proof {
        if proof == .pinned { return .pinned }
        if plans.contains(where: { plan in !plan.isEmpty && plan.allSatisfy { $0 == .ok } }) { return .verified }
        switch proof {
        case .pinned, .failed: return proof
        // Only what was seen to be wrong counts: of a record that could not be read nothing is known.
        case .verified: return plans.allSatisfy(isBroken) ? .failed : .verified
        case .pending: return isOverdue ? .failed : .pending
        }
    }

    private static func isBroken(_ plan: [RecordCheck.Verdict?]) -> Bool {
        plan.contains { verdict in
            switch verdict {
            case .missing, .different: true
            case .ok, nil: false
            }
        }
    }
}
