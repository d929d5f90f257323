import Base

/// A domain name as DNS and SMTP carry it: lower case, every label in letters, digits and hyphens, labels in other
/// scripts as A-labels (RFC 5890 §2.3.2.1). One label alone is a name too; whoever needs two asks for a dot.
public struct DomainName: Hashable, Sendable {
    /// `xn--mnchen-3ya.example`
    public let text: String

    /// Reads a name in either form, without the dot of the root at its end.
    public init(parsing name: String) throws(AddressError) {
        guard !name.isEmpty else { throw .missingDomain }
        var labels: [String] = []
        for label in name.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false) {
            labels.append(try Self.asciiLabel(label))
        }
        text = labels.joined(separator: ".")
        guard text.utf8.count <= MailLimits.domainMax else { throw .domainTooLong }
    }

    /// A name of labels in ASCII, read in one pass; nil for every other form, right or wrong.
    init?(plain name: Substring.UTF8View) {
        guard (1...MailLimits.domainMax).contains(name.count) else { return nil }
        var lowered: [UInt8] = []
        lowered.reserveCapacity(name.count)
        var labelLength = 0
        var previous = ASCII.period
        for byte in name {
            if byte == ASCII.period {
                guard labelLength > 0, previous != ASCII.hyphen else { return nil }
                labelLength = 0
            } else {
                // RFC 5321 §4.1.2: `sub-domain = Let-dig [Ldh-str]`
                guard MailCharacter.isLetterOrDigit(byte) || byte == ASCII.hyphen && labelLength > 0 else { return nil }
                labelLength += 1
                guard labelLength <= MailLimits.labelMax else { return nil }
            }
            lowered.append(ASCII.lowercased(byte))
            previous = byte
        }
        guard labelLength > 0, previous != ASCII.hyphen else { return nil }
        text = String(decoding: lowered, as: UTF8.self)
    }

    /// The name and those above it: `a.b.example` is within `b.example`, and within itself.
    public func isWithin(_ parent: DomainName) -> Bool { text == parent.text || text.hasSuffix("." + parent.text) }

    private static func asciiLabel(_ label: Substring.UnicodeScalarView) throws(AddressError) -> String {
        guard let first = label.first, let last = label.last else { throw .misplacedDot }
        guard first != "-", last != "-" else { throw .misplacedHyphen }
        let ascii = label.allSatisfy(\.isASCII) ? try ldhLabel(label) : try aLabel(label)
        guard ascii.utf8.count <= MailLimits.labelMax else { throw .labelTooLong }
        return ascii
    }

    /// RFC 5321 §4.1.2: `sub-domain = Let-dig [Ldh-str]`
    private static func ldhLabel(_ label: Substring.UnicodeScalarView) throws(AddressError) -> String {
        let text = String(label)
        guard text.utf8.allSatisfy({ MailCharacter.isLetterOrDigit($0) || $0 == ASCII.hyphen }) else {
            throw .invalidCharacter
        }
        return text.asciiLowercased
    }

    /// The A-label of a U-label (RFC 5891 §4.4). The code points allowed are told from their general category, which
    /// comes close to RFC 5892 §3 without its tables: contextual joiners are refused, and nothing is normalised.
    private static func aLabel(_ label: Substring.UnicodeScalarView) throws(AddressError) -> String {
        // RFC 5895 §2: upper case is mapped to lower case before the lookup.
        let lowered = label.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
        guard lowered.allSatisfy(isAllowed), let first = lowered.first, !isMark(first) else { throw .invalidCharacter }
        // RFC 5891 §4.2.3.1: no hyphens in the third and fourth place of a U-label.
        guard !lowered.dropFirst(2).starts(with: ["-", "-"]) else { throw .misplacedHyphen }
        guard lowered.count <= MailLimits.labelMax, let encoded = Punycode.encode(lowered) else { throw .labelTooLong }
        return "xn--" + String(decoding: encoded, as: UTF8.self)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return MailCharacter.isLetterOrDigit(UInt8(scalar.value)) || scalar == "-" }
        // RFC 5892 §2.2: what compatibility mapping changes is no stable name; these are the common ones.
        if halfAndFullWidth.contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        // RFC 5892 §2.1: LetterDigits
        case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber: return true
        default: return isMark(scalar)
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        let category = scalar.properties.generalCategory
        return category == .nonspacingMark || category == .spacingMark
    }

    private static let halfAndFullWidth: ClosedRange<UInt32> = 0xFF00...0xFFEF
}

extension DomainName: CustomStringConvertible {
    public var description: String { text }
}
