import AdapterKit
import Base
import Model

/// Reads a query: the first fault that is found is the answer.
struct QueryReader {
    private let query: Query

    /// A query that cannot be decoded is at fault: passed over, it would narrow nothing of what is to be deleted.
    init(_ query: Query) throws(KernelFailure) {
        guard query.isReadable else { throw .invalid(FieldFault("query", .wrongType, location: .query)) }
        self.query = query
    }

    /// Free text: an empty value is none.
    func text(_ name: String) -> String? { query.text(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// What has a form, which an empty text has not.
    func given(_ name: String) -> String? { query.text(name) }

    /// The words of a list between commas, trimmed; a name that stands several times is one list. nil where nothing is
    /// named.
    func list(_ name: String) -> [String]? {
        let text = query.texts(name).filter { !$0.isEmpty }.joined(separator: ",")
        return text.isEmpty
            ? nil
            : text.split(separator: ",", omittingEmptySubsequences: false).map {
                String($0).trimmingBlanks
            }
    }

    func bool(_ name: String) throws(KernelFailure) -> Bool? {
        guard let text = given(name) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default: throw fault(name, .boolean, text)
        }
    }

    func instant(_ name: String) throws(KernelFailure) -> Instant? {
        guard let text = given(name) else { return nil }
        // A plus sign that was not escaped has become a space.
        let repaired = String(text.map { $0 == " " ? "+" : $0 })
        guard let instant = Instant(rfc3339: repaired) else {
            throw fault(name, .timestamp, text)
        }
        return instant
    }

    /// A name of two labels or more, as the kernel writes it.
    func domain(_ name: String) throws(KernelFailure) -> String? {
        guard let text = given(name) else { return nil }
        guard let domain = DomainText.normalized(text) else { throw fault(name, .domainName, text) }
        return domain
    }

    /// An address, in the form that addresses have here.
    func address(_ name: String) throws(KernelFailure) -> String? {
        guard let text = given(name) else { return nil }
        guard let address = Form.plainAddress(text) else { throw fault(name, .email, text) }
        return address.address
    }

    func fault(_ name: String, _ rule: FieldFault.Rule, _ text: String = "") -> KernelFailure {
        .invalid(FieldFault(name, rule, location: .query, value: UserData(text)))
    }
}

/// Domains as callers write them.
enum DomainText {
    /// Trimmed, in lower case, without one dot at the end; nil for what is no name of two labels or more.
    static func normalized(_ text: String) -> String? {
        let trimmed = text.trimmingBlanks
        let bare = trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed
        guard let name = HostName.normalized(bare), let last = name.split(separator: ".").last,
            !last.utf8.allSatisfy(ASCII.isDigit)
        else { return nil }
        return name
    }
}

extension String {
    /// Without the white space at both ends.
    var trimmingBlanks: String {
        let isText = { (character: Character) in !character.isWhitespace }
        guard let first = firstIndex(where: isText), let last = lastIndex(where: isText) else { return "" }
        return String(self[first...last])
    }
}
