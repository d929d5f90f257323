import Base
import MailFormat
import Posix
import SMTPWire

/// What a configuration names and the machine has to have. `check` and `serve` look at the same, and `serve` before it
/// makes anything, so that what the one finds good the other does not refuse.
enum Prerequisites {
    enum Purpose { case serve, restore }

    /// Throws all that is missing, a line each. A restore needs no more than the places of its files.
    static func look(_ configuration: Configuration, for purpose: Purpose = .serve) throws(StartError) {
        var errors: [StartError] = []
        collect(&errors) {
            try folder(of: configuration.database, "database", beside: ConfigurationDefaults.database)
        }
        collect(&errors) {
            try folder(of: configuration.keyFile, "secrets.keyFile", beside: ConfigurationDefaults.keyFile)
        }
        if purpose == .serve {
            collect(&errors) { _ = try ListenerIdentities.read(configuration) }
            collect(&errors) { try mailListeners(configuration) }
            collect(&errors) { try passwordFile(configuration) }
            collect(&errors) { try certificates(configuration.delivery.caFile, "delivery.caFile") }
            collect(&errors) { try certificates(configuration.egress.caFile, "egress.caFile") }
            collect(&errors) { try keyFile(configuration) }
        }
        guard let first = errors.first else { return }
        if errors.count == 1 { throw first }
        throw .configuration(errors.map(\.description).joined(separator: "\n"))
    }

    private static func collect(_ errors: inout [StartError], _ look: () throws -> Void) {
        do {
            try look()
        } catch let error as StartError {
            errors.append(error)
        } catch {
            errors.append(.system("\(error)"))
        }
    }

    private static func mailListeners(_ configuration: Configuration) throws(StartError) {
        guard let smtp = configuration.smtp else { return }
        // A certificate of our own is made at the first start, and may be yet to come.
        if smtp.tls.map({ !$0.isOwn || OwnCertificate.isThere($0) }) ?? true { _ = try SMTPListeners.identity(smtp) }
        if HeloName(smtp.hostname ?? configuration.delivery.hostname) == nil {
            throw .configuration("smtp.hostname: is no name that a server can call itself")
        }
        if smtp.takesReports, configuration.hosts.returnPath == nil,
            (try? DomainName(parsing: configuration.delivery.hostname)) == nil
        {
            throw .configuration(SMTPListeners.returnPathMissing)
        }
    }

    private static func passwordFile(_ configuration: Configuration) throws(StartError) {
        if let auth = configuration.delivery.auth { _ = try Transports.login(auth) }
    }

    private static func certificates(_ path: String?, _ key: String) throws(StartError) {
        guard let path else { return }
        do {
            let text = String(decoding: try Files.read(path, limitBytes: RuntimeLimits.trustFileBytes), as: UTF8.self)
            // RFC 7468 §5.1.
            guard text.contains("-----BEGIN CERTIFICATE-----") else {
                throw StartError.configuration("\(key) \(path): holds no certificate; allowed: a PEM file")
            }
        } catch let error as StartError {
            throw error
        } catch {
            throw .configuration("\(key) \(path): \(error)")
        }
    }

    /// A folder that is not there is more often a slip of the pen than one to be made, but for the one of the defaults.
    private static func folder(of path: String, _ key: String, beside usual: String) throws(StartError) {
        let folder = Files.parent(of: path)
        guard folder != Files.parent(of: usual), !Files.isFolder(folder) else { return }
        throw .configuration(
            "\(key) \(path): there is no folder \(folder); make it, for the server's user alone (mkdir -m 700)")
    }

    private static func keyFile(_ configuration: Configuration) throws(StartError) {
        if Files.exists(configuration.keyFile) {
            _ = try KeyFile(reading: configuration.keyFile)
        } else if Files.exists(configuration.database) {
            throw KeyFile.missing(configuration.keyFile, configuration.database)
        }
    }
}
