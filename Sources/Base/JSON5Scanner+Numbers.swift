extension JSON5Scanner {
    /// JSON5, Numbers: a sign of either kind, hexadecimal integers, a point at either end, `Infinity` and `NaN`.
    mutating func number() throws(JSON5Error) -> JSON5Value {
        let start = position
        let isNegative = next == "-"
        if isNegative || next == "+" { position += 1 }
        let value =
            if let scalar = next, Self.startsName(scalar) {
                try namedNumber(isNegative, from: start)
            } else if next == "0", after == "x" || after == "X" {
                try hexadecimalNumber(isNegative, from: start)
            } else {
                try decimalNumber(isNegative, from: start)
            }
        // ECMAScript 5.1 §7.8.3: neither a letter nor a digit may follow at once.
        guard let scalar = next, scalar == "." || scalar == "\\" || Self.continuesName(scalar) else { return value }
        throw error(.invalidNumber, at: start)
    }

    private mutating func namedNumber(_ isNegative: Bool, from start: Int) throws(JSON5Error) -> JSON5Value {
        switch try name() {
        case "Infinity": return .number(isNegative ? -.infinity : .infinity)
        case "NaN": return .number(.nan)
        default: throw error(.invalidNumber, at: start)
        }
    }

    private mutating func hexadecimalNumber(_ isNegative: Bool, from start: Int) throws(JSON5Error) -> JSON5Value {
        position += 2
        let digits = run { Self.hexValue($0) != nil }
        guard !digits.isEmpty else { throw error(.invalidNumber, at: start) }
        let sign = isNegative ? "-" : ""
        if let integer = Int(sign + digits, radix: 16) { return .integer(integer) }
        return .number(Double("\(sign)0x\(digits)") ?? .nan)
    }

    private mutating func decimalNumber(_ isNegative: Bool, from start: Int) throws(JSON5Error) -> JSON5Value {
        let whole = run(Self.isDigit)
        let fraction = take(".") ? run(Self.isDigit) : ""
        // A zero at the beginning stands alone: ECMAScript once read what follows it as octal.
        guard !(whole + fraction).isEmpty, whole.count < 2 || !whole.hasPrefix("0") else {
            throw error(.invalidNumber, at: start)
        }
        var text = "\(isNegative ? "-" : "")\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)"
        if next == "e" || next == "E" { text += try exponent(from: start) }
        if let integer = Int((isNegative ? "-" : "") + whole), text.hasSuffix("\(whole).0") { return .integer(integer) }
        let number = Double(text) ?? .nan
        return Int(exactly: number).map(JSON5Value.integer) ?? .number(number)
    }

    private mutating func exponent(from start: Int) throws(JSON5Error) -> String {
        position += 1
        let sign = take("-") ? "-" : ""
        if sign.isEmpty { _ = take("+") }
        let digits = run(Self.isDigit)
        guard !digits.isEmpty else { throw error(.invalidNumber, at: start) }
        return "e\(sign)\(digits)"
    }

    private mutating func run(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        let start = position
        while let scalar = next, belongs(scalar) { position += 1 }
        return String(String.UnicodeScalarView(scalars[start..<position]))
    }
}
