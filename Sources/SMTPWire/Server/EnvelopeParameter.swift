import Base

/// `esmtp-param` of RFC 5321 §4.1.2.
struct EnvelopeParameter: Equatable {
    /// In lower case.
    var keyword: String
    var value: ArraySlice<UInt8>?

    /// Reads what follows a path: each parameter behind one space, none twice.
    static func read(_ text: ArraySlice<UInt8>) throws(CommandFault) -> [EnvelopeParameter] {
        guard !text.isEmpty else { return [] }
        guard text.first == ASCII.space else { throw .parameterSyntax }
        var parameters: [EnvelopeParameter] = []
        for word in text.dropFirst().split(separator: ASCII.space, omittingEmptySubsequences: false) {
            guard let parameter = EnvelopeParameter(word) else { throw .parameterSyntax }
            if parameters.contains(where: { $0.keyword == parameter.keyword }) { throw .parameterTwice }
            parameters.append(parameter)
        }
        return parameters
    }

    private init?(_ word: ArraySlice<UInt8>) {
        let keyword = word.prefix { $0 != ASCII.equals }
        guard let first = keyword.first, ASCII.isLetter(first) || ASCII.isDigit(first),
            keyword.allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen })
        else { return nil }
        self.keyword = String(decoding: keyword.map(ASCII.lowercased), as: UTF8.self)
        guard keyword.count < word.count else { return }
        let value = word[(keyword.endIndex + 1)...]
        // RFC 6531 §3.3 widens `esmtp-value` by the letters outside ASCII.
        guard !value.isEmpty, value.allSatisfy({ $0 != ASCII.equals && ($0 > ASCII.delete || ASCII.isVisible($0)) })
        else { return nil }
        self.value = value
    }

    var text: String { value.map { String(decoding: $0.map(upper), as: UTF8.self) } ?? "" }

    private func upper(_ byte: UInt8) -> UInt8 { ASCII.isLower(byte) ? byte & 0xDF : byte }
}

extension SenderParameters {
    init(_ parameters: [EnvelopeParameter], isUTF8: Bool) throws(CommandFault) {
        for parameter in parameters { try take(parameter) }
    }

    private mutating func take(_ parameter: EnvelopeParameter) throws(CommandFault) {
        switch parameter.keyword {
        case "size":  // RFC 1870 §6: up to twenty digits, of which we count no more than fit.
            guard let value = parameter.value, (1...20).contains(value.count), value.allSatisfy(ASCII.isDigit) else {
                throw .parameterValue
            }
            size = Int(String(decoding: value, as: UTF8.self)) ?? Int.max
        case "body":
            guard let body = Body(rawValue: parameter.text) else { throw .parameterValue }
            self.body = body
        case "smtputf8":
            guard parameter.value == nil else { throw .parameterValue }
            smtpUTF8 = true
        case "ret":
            guard let returned = Returned(rawValue: parameter.text) else { throw .parameterValue }
            self.returned = returned
        case "envid":
            guard let value = parameter.value, value.count <= SMTPLimits.envelopeIDOctetsMax,
                let text = XText.decode(value), text.allSatisfy({ ASCII.isVisible($0) || $0 == ASCII.space })
            else { throw .parameterValue }
            envelopeID = String(decoding: text, as: UTF8.self)
        case "auth":
            // RFC 4954 §5: read, and not believed; who submitted is known from the session.
            guard let value = parameter.value, XText.decode(value) != nil else { throw .parameterValue }
        default: throw .parameterUnknown
        }
    }
}

extension RecipientParameters {
    init(_ parameters: [EnvelopeParameter], isUTF8: Bool) throws(CommandFault) {
        for parameter in parameters {
            switch parameter.keyword {
            case "notify":
                guard let value = parameter.value, let notify = Notify(value) else { throw .parameterValue }
                self.notify = notify
            case "orcpt":
                guard let value = parameter.value, let original = Self.original(value, isUTF8: isUTF8) else {
                    throw .parameterValue
                }
                originalRecipient = original
            default: throw .parameterUnknown
            }
        }
    }

    /// RFC 3461 §4.2: `addr-type ";" xtext`. RFC 6533 §3 adds a type whose addresses are UTF-8.
    private static func original(_ value: ArraySlice<UInt8>, isUTF8: Bool) -> String? {
        guard value.count <= SMTPLimits.originalRecipientOctetsMax,
            let semicolon = value.firstIndex(of: ASCII.semicolon), semicolon > value.startIndex
        else { return nil }
        let type = value[..<semicolon]
        guard type.allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }) else { return nil }
        let encoded = value[(semicolon + 1)...]
        let isInternational = isUTF8 && type.map(ASCII.lowercased) == Array("utf-8".utf8)
        guard let address = isInternational ? Array(encoded) : XText.decode(encoded), !address.isEmpty,
            let text = String(validating: address, as: UTF8.self), SMTPGrammar.holdsLettersOnly(text),
            address.allSatisfy({ !ASCII.isControl($0) })
        else { return nil }
        return String(decoding: type, as: UTF8.self) + ";" + text
    }
}

extension RecipientParameters.Notify {
    /// RFC 3461 §4.1: NEVER alone, or a list of the others.
    fileprivate init?(_ value: ArraySlice<UInt8>) {
        self = []
        let words = value.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        for word in words {
            switch String(decoding: word.map(ASCII.lowercased), as: UTF8.self) {
            case "never" where words.count == 1: break
            case "success": insert(.success)
            case "failure": insert(.failure)
            case "delay": insert(.delay)
            default: return nil
            }
        }
    }
}
