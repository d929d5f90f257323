import Base
import Crypto

/// What is kept of a password: enough to know it again, and nothing that tells it.
struct PasswordHash: Sendable, Equatable {
    private let cost: Scrypt.Cost
    private let salt: [UInt8]
    private let bytes: [UInt8]

    /// Tens of milliseconds: for worker threads.
    init(_ password: String, salt: [UInt8]) throws(CryptoError) {
        cost = .standard
        self.salt = salt
        bytes = try Scrypt.derive(KernelLimits.passwordHashBytes, password: Array(password.utf8), salt: salt)
    }

    /// As long as making it took, whether or not it is the password.
    func matches(_ password: String) -> Bool {
        guard
            let given = try? Scrypt.derive(bytes.count, password: Array(password.utf8), salt: salt, cost: cost)
        else { return false }
        return ConstantTime.equal(given, bytes)
    }

    init?(_ value: JSONValue) {
        guard let logN = value["scrypt_log_n"]?.int, let r = value["r"]?.int, let p = value["p"]?.int,
            let salt = value["salt"]?.string.flatMap(Hex.decode), let bytes = value["hash"]?.string.flatMap(Hex.decode)
        else { return nil }
        cost = Scrypt.Cost(logN: logN, r: r, p: p)
        self.salt = salt
        self.bytes = bytes
    }

    func write(to object: inout JSONObjectWriter) {
        object.member("scrypt_log_n", cost.logN)
        object.member("r", cost.r)
        object.member("p", cost.p)
        object.member("salt", Hex.encode(salt))
        object.member("hash", Hex.encode(bytes))
    }
}
