import Base
import Kernel
public import Model

/// Addresses and header fields of dialects that have them apart: an address is an address alone, a name stands beside.
extension Form {
    /// An address without a name (RFC 5321 §4.1.2), in lower case and without the white space around it; nil for
    /// anything else.
    public static func plainAddress(_ text: String) -> MailAddress? {
        let trimmed = withoutSpaceAround(text)
        guard let address = MailAddress(parsing: trimmed.lowercased()), address.name == nil,
            address.address.utf8.first != ASCII.lessThan, trimmed.utf8.first != ASCII.lessThan
        else { return nil }
        return address
    }

    /// Nearly every text begins and ends with what is seen, and is told by two bytes: characters are dear to walk.
    private static func withoutSpaceAround(_ text: String) -> String {
        if let first = text.utf8.first, let last = text.utf8.last, ASCII.isVisible(first), ASCII.isVisible(last) {
            return text
        }
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// A member that is such an address; `email` fault otherwise.
    public mutating func plainAddress(_ field: StaticString, required: Bool = false) -> MailAddress? {
        guard let text = string(field, required: required) else { return nil }
        if let address = Self.plainAddress(text) { return address }
        note(FieldFault("\(field)", .email, value: UserData(text)))
        return nil
    }

    /// A name that may stand beside an address; `headerValue` fault otherwise.
    public mutating func displayName(_ field: StaticString) -> String? {
        guard let text = string(field) else { return nil }
        if MailText.isDisplayName(text) { return text }
        note(FieldFault("\(field)", .headerValue, value: UserData(text)))
        return nil
    }

    /// The caller's own header fields as `headers` reads them, without those of the names in `passed`, lower case.
    public mutating func headers(_ field: StaticString, without passed: Set<String>) -> [Submission.HeaderField] {
        stringMap(field).compactMap { name, value in
            if passed.contains(name.asciiLowercased) { return nil }
            if let rule = Submission.HeaderField.fault(name: name, value: value) {
                note(FieldFault("\(field).\(name)", rule, value: UserData(name)))
                return nil
            }
            return Submission.HeaderField(name: name, value: value)
        }
    }

    /// A mailbox, with its name or without, as a header field has it; nil for anything else.
    public static func mailbox(_ text: String) -> MailAddress? { MailAddress(parsing: text) }
}
