import Base
import Crypto
import Posix

/// The file with the one secret that everything at rest depends on: 32 random bytes in hexadecimal, mode 0600.
///
/// Made at first start. Losing it loses the sealed signing keys and changes every public id, so it belongs in backups,
/// apart from the database.
struct KeyFile {
    private let secret: [UInt8]

    /// Reads the file. Makes it if there is none, unless there is a `database`, which was made with another one.
    init(path: String, database: String, random: any RandomSource) throws(StartError) {
        do {
            if !Files.exists(path) {
                guard !Files.exists(database) else {
                    throw StartError.keyFile(
                        path: path, reason: "it is missing, and \(database) was made with it: put it back")
                }
                try Files.makeFolder(Files.parent(of: path))
                let text = Hex.encode(random.bytes(CryptoLimits.sealingKeyBytes)) + "\n"
                try Files.createDurably(path, mode: 0o600, content: Array(text.utf8))
            }
            let text = try Files.read(path, limitBytes: 1024)
            let digits = String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
            guard let secret = Hex.decode(digits), secret.count == CryptoLimits.sealingKeyBytes else {
                throw StartError.keyFile(path: path, reason: "it must hold 64 hexadecimal digits")
            }
            self.secret = secret
        } catch let error as StartError {
            throw error
        } catch {
            throw .keyFile(path: path, reason: "\(error)")
        }
    }

    /// 32 bytes for one purpose; different labels have unrelated ones.
    func key(_ label: String) -> [UInt8] {
        HKDFSHA256.derive(CryptoLimits.sealingKeyBytes, secret: secret, label: "polyrelay \(label)")
    }
}
