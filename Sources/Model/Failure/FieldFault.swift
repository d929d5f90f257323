public import Base

/// One thing wrong with one field of a request.
public struct FieldFault: Sendable, Equatable {
    public enum Location: Sendable, Equatable { case body, query, path, header }

    /// The field as the dialect names it, `emails[3].to` for a nested one.
    public var field: String
    public var location: Location
    /// The value as it was sent, for dialects that echo it.
    public var value: UserData?
    public var rule: Rule

    public init(_ field: String, _ rule: Rule, location: Location = .body, value: UserData? = nil) {
        self.field = field
        self.location = location
        self.value = value
        self.rule = rule
    }

    /// The rule that was broken. Closed, so that every dialect has a word for each.
    public enum Rule: Sendable, Equatable {
        case missing
        case wrongType
        case unknownMember
        case forbidden(because: String)
        case exclusive(with: String)
        case requires(other: String)
        case email
        case url
        case scheme(allowed: [String])
        case publicAddress
        case domainName
        case timestamp
        case future(maximum: Duration)
        case timezone
        case boolean
        case integer
        case range(minimum: Int, maximum: Int)
        /// In characters.
        case length(maximum: Int)
        /// Elements of a list.
        case count(minimum: Int, maximum: Int)
        /// In bytes.
        case size(maximum: Int)
        case decimal
        case oneOf([String])
        case identifier(Resource)
        case cursor
        case headerName
        case headerValue
        case base64
        case cidr
        case scopeName
        case eventName
        case key
        case nothingToChange
        case locked
    }
}

extension FieldFault.Rule {
    /// Shape faults (absent, wrong type) come before value faults in every dialect, and some give them another status.
    public var isShape: Bool {
        switch self {
        case .missing, .wrongType: true
        default: false
        }
    }
}
