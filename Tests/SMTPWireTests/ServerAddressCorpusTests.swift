import Base
import Testing

@testable import SMTPWire

@Suite("The public address test set, in RCPT")
struct ServerAddressCorpusTests {
    /// Categories whose members are addresses for RFC 5321: plain, plain but unknown to DNS when the set was made,
    /// and with the rarer forms of RFC 5321 §4.1.2.
    private static let accepted: Set = ["ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"]
    /// What is wrong anywhere; comments and folding white space; obsolete forms; and what RFC 5322 takes while RFC 5321
    /// does not.
    private static let refused: Set = ["ISEMAIL_ERR", "ISEMAIL_CFWS", "ISEMAIL_DEPREC", "ISEMAIL_RFC5322"]

    /// Where we judge otherwise than the set, and why.
    private static let deviations: [String: String] = [:]

    @Test("Every address is taken or refused as RFC 5321 says, but for the deviations listed here")
    func everyCategory() throws {
        guard let file = try Corpora.file("address-syntax/tests.xml") else { return }
        let cases = AddressTestSet.cases(in: String(decoding: file, as: UTF8.self))
        #expect(cases.count > 150)
        for (address, category) in cases {
            #expect(Self.accepted.contains(category) || Self.refused.contains(category), "unknown \(category)")
            let isExpected = Self.accepted.contains(category) != (Self.deviations[address] != nil)
            #expect(isTaken(address) == isExpected, "\(address.debugDescription) is \(category)")
        }
    }

    /// Whether a transaction with this recipient gets as far as its content.
    private func isTaken(_ address: String) -> Bool {
        var session = ServerTalk.greeted().session
        var recipients: [EnvelopeRecipient] = []
        for line in ["MAIL FROM:<> SMTPUTF8", "RCPT TO:<\(address)>"] {
            for action in session.handle(.received(bytes("\(line)\r\n"))) {
                guard case .ask(let question) = action else { continue }
                if case .recipient(let recipient) = question { recipients.append(recipient) }
                _ = session.handle(.answered(.accepted(Reply(.completed, .success, "Ok"))))
            }
        }
        return recipients.first?.mailbox.text == address
    }
}

/// The set's own form.
enum AddressTestSet {
    static func cases(in xml: String) -> [(address: String, category: String)] {
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
