import Base

/// The code that a payer writes as the reference: six of the letters and digits that nobody takes for another.
struct HPNCode: Hashable {
    /// Upper case.
    let text: String

    /// Takes either case; nil for any other form.
    init?(_ text: some StringProtocol) {
        let upper = text.utf8.map { ASCII.isLower($0) ? $0 - 0x20 : $0 }
        guard upper.count == HarpoonLimits.codeCharacters, upper.allSatisfy(Self.characters.contains) else {
            return nil
        }
        self.text = String(decoding: upper, as: UTF8.self)
    }

    /// Candidates for a new payment.
    static func candidates(_ random: some RandomSource) -> [String] {
        let count = HarpoonLimits.codeCharacters
        var rest = random.text(HarpoonLimits.codeCandidates * count, from: alphabet)[...]
        return (0..<HarpoonLimits.codeCandidates).map { _ in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }
    }

    /// The words of a reference that have a code's form, in the order in which they stand. A word is what stands
    /// between characters that are neither letters nor digits of any script.
    static func words(in reference: String) -> [HPNCode] {
        guard reference.utf8.allSatisfy({ $0 < 0x80 }) else {
            return reference.split { !($0.isLetter || $0.isNumber) }.compactMap { HPNCode($0) }
        }
        // The same, without looking letters up.
        return reference.utf8.split { !(ASCII.isLetter($0) || ASCII.isDigit($0)) }
            .compactMap { HPNCode(Substring($0)) }
    }

    private static let alphabet = Array("23456789ABCDEFGHJKMNPQRSTUVWXYZ".utf8)
    private static let characters = Set(alphabet)
}
