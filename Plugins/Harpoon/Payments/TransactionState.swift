/// Where a payment is. `CONTRACT.md` 5 has the table.
///
///     CREATED ─▶ PENDING ─▶ PROCESSING ─▶ SUCCESS | PARTIAL | OVERPAID ─▶ REFUNDED
///                   │           │  ╲
///                   │           │   ▶ MANUAL_REVIEW ─▶ SUCCESS | PARTIAL | OVERPAID | FAILED | CANCELLED
///                   ▼           ▼
///        EXPIRED | CANCELLED   FAILED | CANCELLED
enum TransactionState: String, CaseIterable {
    case created = "CREATED"
    case pending = "PENDING"
    case processing = "PROCESSING"
    case success = "SUCCESS"
    case partial = "PARTIAL"
    case overpaid = "OVERPAID"
    case expired = "EXPIRED"
    case failed = "FAILED"
    case manualReview = "MANUAL_REVIEW"
    case refunded = "REFUNDED"
    case cancelled = "CANCELLED"

    /// The states that may follow.
    var next: Set<TransactionState> {
        switch self {
        case .created: [.pending]
        case .pending: [.processing, .expired, .cancelled]
        case .processing: [.success, .partial, .overpaid, .failed, .manualReview, .cancelled]
        case .manualReview: [.success, .partial, .overpaid, .failed, .cancelled]
        case .success, .partial, .overpaid: [.refunded]
        case .expired, .failed, .refunded, .cancelled: []
        }
    }

    /// Nothing more is expected of it: the vendor's column. A payment that is settled may still be refunded.
    var isTerminal: Bool {
        switch self {
        case .created, .pending, .processing, .manualReview: false
        case .success, .partial, .overpaid, .expired, .failed, .refunded, .cancelled: true
        }
    }

    /// The money is there.
    var isVerified: Bool {
        switch self {
        case .success, .partial, .overpaid: true
        default: false
        }
    }

    /// What the vendor calls the news of it; nil: nobody is told.
    var event: TransactionEvent? {
        switch self {
        case .created, .pending, .processing: nil
        case .success, .partial, .overpaid: .completed
        case .failed: .failed
        case .expired: .expired
        case .refunded: .refunded
        case .cancelled: .cancelled
        case .manualReview: .disputed
        }
    }

    /// Those in which its code is a living one.
    static let living = Set(allCases.filter { !$0.isTerminal })
}

/// What webhooks are told, and endpoints may ask for.
enum TransactionEvent: String, CaseIterable {
    case completed = "transaction.completed"
    case failed = "transaction.failed"
    case expired = "transaction.expired"
    case refunded = "transaction.refunded"
    case cancelled = "transaction.cancelled"
    case disputed = "transaction.disputed"
}

/// How what came compares with what was expected.
enum Difference: String, CaseIterable {
    case exact = "EXACT"
    case underpaid = "UNDERPAID"
    case overpaid = "OVERPAID"

    init(expected: Money, actual: Money) {
        if actual == expected {
            self = .exact
        } else {
            self = actual < expected ? .underpaid : .overpaid
        }
    }

    var state: TransactionState {
        switch self {
        case .exact: .success
        case .underpaid: .partial
        case .overpaid: .overpaid
        }
    }
}
