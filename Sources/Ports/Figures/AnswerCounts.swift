/// Answers by the class of their status (RFC 9110 §15), since the start; and how often there was none.
public struct AnswerCounts: Sendable, Equatable {
    public static let classes = 1...5

    private var informational: UInt64 = 0
    private var successful: UInt64 = 0
    private var redirection: UInt64 = 0
    private var clientError: UInt64 = 0
    private var serverError: UInt64 = 0
    /// Nobody answered.
    public private(set) var none: UInt64 = 0

    public init() {}

    /// `status` nil: nobody answered.
    public mutating func note(_ status: Int?) {
        switch (status ?? 0) / 100 {
        case 1: informational += 1
        case 2: successful += 1
        case 3: redirection += 1
        case 4: clientError += 1
        case 5: serverError += 1
        default: none += 1
        }
    }

    /// `first`: the status's first digit.
    public subscript(first: Int) -> UInt64 {
        switch first {
        case 1: informational
        case 2: successful
        case 3: redirection
        case 4: clientError
        case 5: serverError
        default: 0
        }
    }
}
