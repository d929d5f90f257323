import Base
import Crypto
import Posix

/// The certificate that `"tls": "own"` asks for: one that signs itself, in two files beside the key file.
enum OwnCertificate {
    static func isThere(_ files: Configuration.TLSFiles) -> Bool {
        Files.exists(files.certificate) && Files.exists(files.key)
    }

    /// Makes both files, unless both are there. One alone is what a crash between the two has left, and useless.
    static func makeIfMissing(
        _ files: Configuration.TLSFiles, host: String, random: any RandomSource, time: any TimeSource
    ) throws(StartError) {
        guard files.isOwn, !isThere(files) else { return }
        do {
            let pair = try SelfSignedCertificate.make(
                names: names(host), serial: random.bytes(SelfSignedCertificate.serialBytes), now: time.now)
            try Files.makeFolder(Files.parent(of: files.key))
            try Files.remove(files.key)
            try Files.remove(files.certificate)
            try Files.createDurably(files.key, mode: 0o600, content: Array(pair.key.utf8))
            try Files.createDurably(files.certificate, mode: 0o600, content: Array(pair.certificate.utf8))
        } catch {
            throw .system("smtp.tls: no certificate could be made at \(files.certificate): \(error)")
        }
    }

    /// What we call ourselves, and what clients of this machine call it.
    private static func names(_ host: String) -> [SelfSignedCertificate.Name] {
        var names: [SelfSignedCertificate.Name] = [.host("localhost")]
        if host != "localhost", !host.hasPrefix("[") { names.insert(.host(host), at: 0) }
        return names + ["127.0.0.1", "::1"].compactMap { IPAddress($0) }.map { .address($0) }
    }
}
