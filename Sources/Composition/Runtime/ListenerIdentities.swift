import Base
import Posix
import TLS

/// Certificates and keys of the listeners that are TLS.
enum ListenerIdentities {
    /// By the listeners' places in the configuration.
    static func read(_ configuration: Configuration) throws(StartError) -> [Int: TLSServerIdentity] {
        var identities: [Int: TLSServerIdentity] = [:]
        for (index, listener) in configuration.listeners.enumerated() {
            guard let tls = listener.tls else { continue }
            do {
                identities[index] = try TLSServerIdentity(certificate: tls.certificate, key: tls.key)
            } catch {
                throw .configuration(refusal(error, tls, path(index)))
            }
        }
        return identities
    }

    /// Reads the files of a new configuration. A listener whose files cannot be used keeps what it shows, and the log
    /// says why.
    static func replace(
        _ identities: [Int: TLSServerIdentity], by new: inout Configuration, of old: Configuration, _ log: Log
    ) {
        for (index, listener) in new.listeners.enumerated() {
            guard let tls = listener.tls, let identity = identities[index],
                old.listeners[index].listen == listener.listen
            else { continue }
            do {
                try identity.replace(certificate: tls.certificate, key: tls.key)
            } catch {
                log.error("certificate-refused") { $0.add("reason", OperatorText(refusal(error, tls, path(index)))) }
            }
            // Files of another name take no restart.
            new.listeners[index].tls = old.listeners[index].tls
        }
    }

    private static func path(_ index: Int) -> String { "listeners[\(index)].tls" }

    static func refusal(_ error: TLSError, _ tls: Configuration.TLSFiles, _ path: String) -> String {
        switch error {
        case .configuration(.privateKey, let reason):
            let reason = unreadable(tls.key) ?? reason
            return "\(path).key \"\(tls.key)\": \(reason); allowed: the certificate's private key as a PEM file, "
                + "without a passphrase"
        case .configuration(_, let reason):
            let reason = unreadable(tls.certificate) ?? reason
            return "\(path).certificate \"\(tls.certificate)\": \(reason); allowed: a PEM file with the server's "
                + "certificate and those that lead to its root"
        case .certificateRefused, .protocolFailure, .truncated, .notEstablished, .closed:
            return "\(path): \(error)"
        }
    }

    /// The system's own words, where the file cannot be read: OpenSSL has none of them.
    private static func unreadable(_ path: String) -> String? {
        do {
            _ = try Files.read(path, limitBytes: RuntimeLimits.trustFileBytes)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
