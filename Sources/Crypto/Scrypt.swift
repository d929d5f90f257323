import COpenSSL

/// scrypt (RFC 7914): a key out of a password, at a price in memory and time that guessing has to pay each time. Takes
/// tens of milliseconds: for worker threads.
public enum Scrypt {
    /// RFC 7914 §2: the parameters, which are kept beside what was derived.
    public struct Cost: Sendable, Equatable {
        /// N, as a power of two.
        public var logN: Int
        public var r: Int
        public var p: Int

        public init(logN: Int, r: Int, p: Int) {
            self.logN = logN
            self.r = r
            self.p = p
        }

        /// 32 MiB and some 80 ms of a core.
        public static let standard = Cost(logN: 15, r: 8, p: 1)

        /// RFC 7914 §6: 128 * r * (N + p + 2) bytes, of which no caller may ask for more than the limit.
        var memoryBytes: Int { 128 * r * (1 << logN + p + 2) }

        var isSane: Bool {
            (1...CryptoLimits.scryptLogNMax).contains(logN) && (1...16).contains(r) && (1...16).contains(p)
        }
    }

    /// `count` bytes.
    public static func derive(
        _ count: Int, password: [UInt8], salt: [UInt8], cost: Cost = .standard
    ) throws(CryptoError) -> [UInt8] {
        guard cost.isSane else { throw .malformedKey }
        var derived = [UInt8](repeating: 0, count: count)
        let isMade = unsafe derived.withUnsafeMutableBufferPointer { derived in
            unsafe salt.withUnsafeBufferPointer { salt in
                unsafe password.withUnsafeBytes { password in
                    unsafe EVP_PBE_scrypt(
                        password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt.baseAddress,
                        salt.count, 1 << UInt64(cost.logN), UInt64(cost.r), UInt64(cost.p), UInt64(cost.memoryBytes),
                        derived.baseAddress, derived.count) == 1
                }
            }
        }
        guard isMade else { throw OpenSSL.failure(.derive) }
        return derived
    }
}
