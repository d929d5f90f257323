import Base

/// The encoding half of Punycode (RFC 3492): a Unicode label in letters, digits and hyphens.
enum Punycode {
    // RFC 3492 §5: parameter values.
    private static let base: UInt32 = 36
    private static let thresholdMin: UInt32 = 1
    private static let thresholdMax: UInt32 = 26
    private static let skew: UInt32 = 38
    private static let damping: UInt32 = 700
    private static let initialBias: UInt32 = 72
    private static let initialCodePoint: UInt32 = 128

    /// RFC 3492 §6.3, without the `xn--` in front. nil where the label is so long that the sums overflow.
    static func encode(_ label: some Collection<Unicode.Scalar>) -> [UInt8]? {
        var output = label.filter(\.isASCII).map { UInt8($0.value) }
        let basicCount = UInt32(output.count)
        var handled = basicCount
        if handled > 0 { output.append(ASCII.hyphen) }
        var codePoint = initialCodePoint
        var delta: UInt32 = 0
        var bias = initialBias
        while handled < label.count {
            guard let next = label.lazy.map(\.value).filter({ $0 >= codePoint }).min() else { return nil }
            // All code points from `codePoint` to `next` are skipped at every place: count those states.
            let (skipped, overflow) = (next - codePoint).multipliedReportingOverflow(by: handled + 1)
            guard !overflow, skipped < UInt32.max - delta else { return nil }
            delta += skipped
            for scalar in label {
                if scalar.value < next { delta += 1 }
                guard scalar.value == next else { continue }
                appendVariableLength(delta, bias: bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            codePoint = next + 1
        }
        return output
    }

    /// A generalised variable-length integer (RFC 3492 §3.3): little-endian digits, the last below its threshold.
    private static func appendVariableLength(_ delta: UInt32, bias: UInt32, to output: inout [UInt8]) {
        var rest = delta
        var position = base
        while true {
            let threshold = min(max(position, bias + thresholdMin) - bias, thresholdMax)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
        output.append(digit(rest))
    }

    /// RFC 3492 §6.1
    private static func adapted(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / damping : delta / 2
        delta += delta / count
        var bias: UInt32 = 0
        while delta > (base - thresholdMin) * thresholdMax / 2 {
            delta /= base - thresholdMin
            bias += base
        }
        return bias + (base - thresholdMin + 1) * delta / (delta + skew)
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        value < 26 ? UInt8(ascii: "a") + UInt8(value) : ASCII.zero + UInt8(value - 26)
    }
}
