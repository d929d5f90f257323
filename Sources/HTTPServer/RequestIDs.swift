package import Base
package import Model
import Synchronization

/// Names requests: unique, and spread so that two are told apart at a glance. They are no secret and guard nothing, so
/// a counter behind a mixing function does, and costs no system call. Any thread.
package final class RequestIDs: Sendable {
    private let form: RequestIDForm
    private let seed: UInt64
    private let counter = Atomic<UInt64>(0)

    package init(form: RequestIDForm, random: any RandomSource) {
        self.form = form
        seed = random.bits64()
    }

    package func next() -> String {
        let (_, count) = counter.wrappingAdd(1, ordering: .relaxed)
        var text: [UInt8] = Array(form.prefix.utf8)
        text.reserveCapacity(text.count + form.randomCharacters)
        var bits = Self.mix(seed &+ count &* Self.increment)
        var left = 0
        for _ in 0..<form.randomCharacters {
            // Twelve letters of base 36 are 62 bits; then the next 64 are made of these.
            if left == 12 { (bits, left) = (Self.mix(bits &+ Self.increment), 0) }
            text.append(Alphabet.lowercaseAlphanumeric[Int(bits % 36)])
            bits /= 36
            left += 1
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014): a bijection,
    /// so different counts never meet.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
}
