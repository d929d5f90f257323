import Base

/// A Ghanaian mobile number, in one canonical form: the nine significant digits. Its prefix says nothing of the
/// network, as numbers are portable.
struct Phone: Hashable {
    let significant: String

    /// Any of the usual spellings: `+233`, `00233`, `233`, `0` or nothing before the nine digits, with blanks, hyphens,
    /// dots and brackets anywhere. Nil for what is no Ghanaian mobile number, and for one with masked digits.
    init?(_ text: String) {
        let bare = text.utf8.filter { !Self.separators.contains($0) }
        guard
            let digits = Self.prefixes.lazy.compactMap({ prefix -> ArraySlice<UInt8>? in
                let rest = bare[...].dropFirst(prefix.count)
                return bare.starts(with: prefix) && rest.count == Self.length ? rest : nil
            }).first(where: { Self.isMobile($0) })
        else { return nil }
        significant = String(decoding: digits, as: UTF8.self)
    }

    /// `0` and nine digits.
    var local: String { "0\(significant)" }

    /// E.164.
    var international: String { "+233\(significant)" }

    private static let length = 9
    private static let separators = Set(" -.()\u{09}".utf8)
    private static let prefixes = ["+2330", "+233", "002330", "00233", "2330", "233", "0", ""].map { Array($0.utf8) }

    /// Mobile numbers begin with 2 or 5.
    private static func isMobile(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.allSatisfy(ASCII.isDigit), let first = digits.first else { return false }
        return first == UInt8(ascii: "2") || first == UInt8(ascii: "5")
    }
}
