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
        if !Files.exists(path) {
            guard !Files.exists(database) else { throw Self.missing(path, database) }
            do {
                try Files.makeFolder(Files.parent(of: path))
                let text = Hex.encode(random.bytes(CryptoLimits.sealingKeyBytes)) + "\n"
                try Files.createDurably(path, mode: 0o600, content: Array(text.utf8))
            } catch {
                throw .keyFile(path: path, reason: "\(error)")
            }
        }
        try self.init(reading: path)
    }

    /// Reads a file that is there. One that others may read is refused: they have read it, or will.
    init(reading path: String) throws(StartError) {
        let text: [UInt8]
        do {
            text = try Files.read(path, limitBytes: 1024)
        } catch {
            throw .keyFile(path: path, reason: "\(error)")
        }
        if let mode = Files.mode(path), mode & Self.others != 0 {
            throw .keyFile(
                path: path,
                reason: "others than its owner may use it (mode \(String(mode, radix: 8))): chmod 600 \(path)")
        }
        let digits = String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        guard let secret = Hex.decode(digits), secret.count == CryptoLimits.sealingKeyBytes else {
            throw .keyFile(path: path, reason: "it must hold 64 hexadecimal digits")
        }
        self.secret = secret
    }

    /// What a backup is told of the key, so that it is put back beside the same one only.
    var backupCheck: [UInt8] { key("backup check") }

    static func missing(_ path: String, _ database: String) -> StartError {
        .keyFile(path: path, reason: "it is missing, and \(database) was made with it: put it back")
    }

    /// The bits of chmod(2) for everybody but the owner.
    private static let others: UInt32 = 0o077

    /// 32 bytes for one purpose; different labels have unrelated ones.
    func key(_ label: String) -> [UInt8] {
        HKDFSHA256.derive(CryptoLimits.sealingKeyBytes, secret: secret, label: "polyrelay \(label)")
    }
}
