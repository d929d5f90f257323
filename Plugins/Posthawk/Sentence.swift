import AdapterKit
import Base
import Model

/// The sentences of failures. Those that the vendor's page has are to the letter.
enum Sentence {
    // MARK: Limits

    static func limit(_ quota: QuotaState) -> String {
        let owner =
            switch quota.owner {
            case .domain(let name): name
            case .account: "this workspace"
            case .key: "this API key"
            }
        let limit = grouped(quota.limit)
        return switch quota.period {
        case .day: "Daily sending limit reached for \(owner) (\(limit) emails/day)."
        case .month: "Monthly sending limit reached for \(owner) (\(limit) emails/month)."
        case .send: "Sending limit reached for \(owner) (\(limit) emails)."
        case .credit: "Credit used up for \(owner) (\(limit) emails)."
        }
    }

    /// With a comma before each three digits from the right.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    // MARK: Faults

    /// `echoes`: what was sent may stand in it.
    static func fault(_ fault: FieldFault) -> String { sentence(fault, echoes: true) }

    static func sentence(_ fault: FieldFault, echoes: Bool) -> String {
        let field = fault.field
        return switch fault.rule {
        case .missing: "Missing required field: \(field)"
        case .wrongType: "Invalid type: \(field)"
        case .unknownMember: "Unknown field: \(field)"
        case .exclusive(let other): "\(field) cannot be combined with \(other)"
        case .requires(let other): "\(field) requires \(other)"
        case .forbidden(let reason): "\(field) is not supported: \(reason)"
        case .email: "Invalid email address in \"\(field)\"\(echo(fault, echoes))"
        case .url: "Invalid URL in \"\(field)\""
        case .scheme(let allowed): "\(field) must be \(allowed.joined(separator: " or "))"
        case .publicAddress: "\(field) must not be a private address"
        case .domainName: "Invalid domain name in \"\(field)\""
        case .timestamp: "Invalid date in \"\(field)\"\(echo(fault, echoes))"
        case .future(let maximum): "\(field) must be in the future and at most \(days(maximum)) days ahead"
        case .timezone: "Invalid timezone in \"\(field)\"\(echo(fault, echoes))"
        case .boolean: "\(field) must be true or false"
        case .integer: "\(field) must be an integer"
        case .range(let minimum, let maximum): "\(field) must be between \(minimum) and \(maximum)"
        case .length(let maximum): "\(field) must not be longer than \(maximum) characters"
        case .count(_, let maximum): "\(field) must not contain more than \(maximum) elements"
        case .size(let maximum): "\(field) must not be larger than \(maximum) bytes"
        case .decimal: "\(field) must be a decimal number"
        case .oneOf(let words): "\(field) must be one of: \(words.joined(separator: ", "))"
        case .identifier(let resource): "\(resource.title) not found"
        case .cursor: "Invalid cursor"
        case .headerName, .headerValue: "Invalid header in \"\(field)\""
        case .base64: "Invalid base64 in \"\(field)\""
        case .cidr: "Invalid network in \"\(field)\""
        case .scopeName: "Unknown scope in \"\(field)\""
        case .eventName: "Unknown event in \"\(field)\""
        case .key: "Invalid key in \"\(field)\""
        case .nothingToChange: "Nothing to change"
        case .locked: "\(field) can no longer be changed"
        }
    }

    private static func echo(_ fault: FieldFault, _ echoes: Bool) -> String {
        echoes ? fault.value.map { ": \($0.text)" } ?? "" : ""
    }

    private static func days(_ duration: Duration) -> Int64 { duration.secondsRoundedUp / 86_400 }
}
