import Base
import MailFormat
import Testing

@Suite("The public address test set")
struct AddressCorpusTests {
    /// Categories whose members are addresses for RFC 5321: plain, plain but unknown to DNS when the set was made,
    /// and with the rarer forms of RFC 5321 §4.1.2 (quoted strings, literals, domains of one label).
    private static let accepted: Set = ["ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"]
    /// Categories that are refused whole: what is wrong anywhere; comments and folding white space, which no envelope
    /// can carry; obsolete forms, which RFC 5322 §4 forbids to make; and what RFC 5322's grammar takes while
    /// RFC 5321's limits and literals do not.
    private static let refused: Set = ["ISEMAIL_ERR", "ISEMAIL_CFWS", "ISEMAIL_DEPREC", "ISEMAIL_RFC5322"]

    @Test("Every address of the set is accepted or refused as its category says")
    func everyCategory() throws {
        guard let file = try Corpora.file("address-syntax/tests.xml") else { return }
        let cases = Self.cases(in: String(decoding: file, as: UTF8.self))
        #expect(cases.count > 150)
        for (address, category) in cases {
            let isAccepted = (try? EmailAddress(parsing: address)) != nil
            #expect(Self.accepted.contains(category) || Self.refused.contains(category), "unknown \(category)")
            #expect(isAccepted == Self.accepted.contains(category), "\(address.debugDescription) is \(category)")
        }
    }

    private static func cases(in xml: String) -> [(address: String, category: String)] {
        xml.split(separator: "<test id=").dropFirst().compactMap { element in
            guard let category = content(of: "category", in: element) else { return nil }
            return (unescaped(content(of: "address", in: element) ?? ""), category)
        }
    }

    private static func content(of tag: String, in element: Substring) -> String? {
        guard let open = element.firstRange(of: "<\(tag)>"), let close = element.firstRange(of: "</\(tag)>") else {
            return nil
        }
        return String(element[open.upperBound..<close.lowerBound])
    }

    /// The set writes control characters as the pictures of them, U+2400 and on, because XML has no room for them.
    private static func unescaped(_ text: String) -> String {
        var text = text
        for value in UInt32(0)..<0x80 {
            text = text.replacing("&#x\(Hex.encode([UInt8(value)]).uppercased());", with: scalar(value))
        }
        for value in UInt32(0)..<0x21 {
            text = text.replacing("&#x24\(Hex.encode([UInt8(value)]).uppercased());", with: scalar(value))
        }
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#xA9;", "©"), ("&amp;", "&")] {
            text = text.replacing(entity, with: character)
        }
        return text
    }

    private static func scalar(_ value: UInt32) -> String { Unicode.Scalar(value).map { String($0) } ?? "" }
}
