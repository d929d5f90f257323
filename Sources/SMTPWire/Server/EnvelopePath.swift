import Base

/// Reads the paths of MAIL and RCPT as RFC 5321 §4.1.2 writes them, and nothing else: what comes from outside is held
/// to the grammar, where `Mailbox` alone is as lenient as delivering to what exists asks for.
enum EnvelopePath {
    /// A path and what follows it on the line. Nil mailbox: the null reverse-path.
    struct Parsed {
        var mailbox: ArraySlice<UInt8>
        var rest: ArraySlice<UInt8>
    }

    /// `Path = "<" [ A-d-l ":" ] Mailbox ">"`. A source route is read and dropped (RFC 5321 appendix C). Nil where the
    /// brackets do not close, or the route is none.
    static func split(_ text: ArraySlice<UInt8>) -> Parsed? {
        guard text.first == ASCII.lessThan else { return nil }
        guard let start = endOfRoute(text.dropFirst()) else { return nil }
        // A quoted local part may hold a ">".
        let quoted = SMTPGrammar.quotedStringOctets(text[start...]) ?? 0
        guard let end = text[(start + quoted)...].firstIndex(of: ASCII.greaterThan) else { return nil }
        return Parsed(mailbox: text[start..<end], rest: text[(end + 1)...])
    }

    /// Where the mailbox begins behind a route `@a,@b:`; nil where the route is malformed.
    private static func endOfRoute(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == ASCII.at else { return text.startIndex }
        guard let colon = endOfHosts(text) else { return nil }
        let hosts = text[..<colon].split(separator: ASCII.comma, omittingEmptySubsequences: false)
        let isRoute = hosts.allSatisfy {
            $0.first == ASCII.at && $0.count <= SMTPLimits.domainOctetsMax
                && SMTPGrammar.isDomainOrLiteral($0.dropFirst())
        }
        return isRoute ? colon + 1 : nil
    }

    /// The colon behind the hosts; one inside brackets belongs to an address literal.
    private static func endOfHosts(_ text: ArraySlice<UInt8>) -> Int? {
        var isInLiteral = false
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "["): isInLiteral = true
            case UInt8(ascii: "]"): isInLiteral = false
            case ASCII.colon where !isInLiteral: return index
            default: break
            }
        }
        return nil
    }
}

extension Mailbox {
    /// `Mailbox` of RFC 5321 §4.1.2 to the letter, with its limits; letters outside ASCII as RFC 6531 §3.3 lets them
    /// in. Nil for everything else.
    public init?(strict bytes: ArraySlice<UInt8>) {
        let localOctets =
            SMTPGrammar.quotedStringOctets(bytes)
            ?? bytes.firstIndex(of: ASCII.at).map {
                $0 - bytes.startIndex
            }
        guard let localOctets, (1...SMTPLimits.localPartOctetsMax).contains(localOctets) else { return nil }
        let local = bytes.prefix(localOctets)
        let domain = bytes.dropFirst(localOctets + 1)
        guard SMTPGrammar.isStrictLocalPart(local), domain.count <= SMTPLimits.domainOctetsMax,
            SMTPGrammar.isStrictDomainOrLiteral(domain),
            let text = String(validating: bytes, as: UTF8.self), SMTPGrammar.holdsLettersOnly(text)
        else { return nil }
        self.init(text)
    }
}

extension SMTPGrammar {
    static func isStrictLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first == ASCII.quote else { return isLocalPart(bytes) && isDottedWell(bytes) }
        guard isLocalPart(bytes) else { return false }
        // `quoted-pairSMTP = %d92 %d32-126`, which RFC 6531 does not widen.
        var isEscaped = false
        for byte in bytes {
            if isEscaped, byte > 0x7E { return false }
            isEscaped = !isEscaped && byte == ASCII.backslash
        }
        return true
    }

    /// `Dot-string = Atom *("." Atom)`.
    private static func isDottedWell(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: ASCII.period, omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    static func isStrictDomainOrLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard isDomainOrLiteral(bytes) else { return false }
        guard bytes.first == UInt8(ascii: "[") else { return true }
        return isStrictLiteral(bytes.dropFirst().dropLast())
    }

    /// RFC 5321 §4.1.3. Of tags only `IPv6` is registered, so an unknown one names no place to deliver to.
    private static func isStrictLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let colon = bytes.firstIndex(of: ASCII.colon) else { return IPAddress(text)?.family == .v4 }
        guard bytes[..<colon].map(ASCII.lowercased) == Array("ipv6".utf8) else { return false }
        let address = bytes[(colon + 1)...]
        return address.contains(ASCII.colon) && IPAddress(String(decoding: address, as: UTF8.self)) != nil
            && isCompressedWell(address)
    }

    /// `IPv6-comp`: the `::` stands for at least two groups, so that no more than six are written.
    private static func isCompressedWell(_ address: ArraySlice<UInt8>) -> Bool {
        let groups = address.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        guard groups.contains(where: \.isEmpty) else { return true }
        let written = groups.count { !$0.isEmpty } + (address.contains(ASCII.period) ? 1 : 0)
        return written <= 6
    }

    /// No control, no separator, nothing that is shown as nothing: letters that break lines or pass for a space have no
    /// honest use in an address.
    static func holdsLettersOnly(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII { return true }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator, .format, .surrogate, .unassigned,
                .privateUse:
                return false
            default: return true
            }
        }
    }
}
