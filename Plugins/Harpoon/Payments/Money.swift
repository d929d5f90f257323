import Base

/// An amount of Ghana cedis in pesewas: whole hundredths, so that nothing is ever rounded.
struct Money: Hashable, Comparable {
    let pesewas: Int64

    init(pesewas: Int64) { self.pesewas = pesewas }

    /// A decimal of digits with at most two places, without sign, exponent or separators; nil for anything else, and
    /// for more digits than `HarpoonLimits.amountDigits`.
    init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: ASCII.period, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.allSatisfy(ASCII.isDigit) else { return nil }
        let digits = whole.drop { $0 == ASCII.zero }
        guard digits.count <= HarpoonLimits.amountDigits else { return nil }
        var value: Int64 = 0
        for digit in digits { value = value * 10 + Int64(digit - ASCII.zero) }
        var places: Int64 = 0
        if parts.count == 2 {
            let fraction = parts[1]
            guard (1...2).contains(fraction.count), fraction.allSatisfy(ASCII.isDigit) else { return nil }
            for digit in fraction { places = places * 10 + Int64(digit - ASCII.zero) }
            if fraction.count == 1 { places *= 10 }
        }
        pesewas = value * 100 + places
    }

    static func < (left: Money, right: Money) -> Bool { left.pesewas < right.pesewas }
    static func - (left: Money, right: Money) -> Money { Money(pesewas: left.pesewas - right.pesewas) }

    var isPositive: Bool { pesewas > 0 }

    /// With two places; negative ones with a hyphen.
    var text: String {
        let magnitude = pesewas.magnitude
        let places = magnitude % 100
        return "\(pesewas < 0 ? "-" : "")\(magnitude / 100).\(places < 10 ? "0" : "")\(places)"
    }
}

extension Money: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.string(text) }
}
