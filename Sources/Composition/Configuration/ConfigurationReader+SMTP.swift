import AdapterKit
import Base
import MailFormat
import Model
import Posix
import SMTPServer

extension ConfigurationReader {
    /// Where mail is taken; nil where the file says nothing of it. `rest`: what is served over HTTP, whose first
    /// personality is meant where none is named, and where the key file is.
    func smtp(_ node: ConfigurationNode, beside rest: Configuration) -> Configuration.SMTP? {
        guard node.isPresent else { return nil }
        let section = node.section([
            "hostname", "tls", "listen", "listeners", "trusted", "strict", "keepBcc", "catchAll",
        ])
        var smtp = Configuration.SMTP()
        smtp.hostname = section["hostname"].text("a name such as \"mail.example.com\"") {
            (try? DomainName(parsing: $0))?.text
        }
        smtp.tls = mailTLS(section["tls"], keyFile: rest.keyFile)
        let first = rest.listeners.lazy.map(\.personality).first { id in
            personalities.contains { $0.id == id && $0.smtp != nil }
        }
        smtp.listeners = smtpListeners(section, first, hasTLS: smtp.tls != nil)
        if let catchAll = catchAll(section["catchAll"], hasTLS: smtp.tls != nil) { smtp.listeners.append(catchAll) }
        smtp.trusted = trusted(section["trusted"], first)
        smtp.isStrict = section["strict"].boolean() ?? smtp.isStrict
        smtp.keepsBcc = section["keepBcc"].boolean() ?? smtp.keepsBcc
        refuseMissingCertificate(smtp, section)
        return smtp
    }

    static let ownCertificate = "own"

    /// Two files; or a word for a certificate that signs itself, whose files are made beside the key file.
    private func mailTLS(_ node: ConfigurationNode, keyFile: String) -> Configuration.TLSFiles? {
        guard node.isPresent else { return nil }
        guard case .text? = node.value else { return tls(node) }
        let own = Configuration.TLSFiles(
            certificate: keyFile + ".tls-certificate.pem", key: keyFile + ".tls-key.pem", isOwn: true)
        let form = #""\#(Self.ownCertificate)" or { "certificate", "key" }"#
        return node.text(form) { $0 == Self.ownCertificate ? own : nil }
    }

    private func smtpListeners(
        _ section: ConfigurationSection, _ first: PersonalityID?, hasTLS: Bool
    ) -> [Configuration.SMTP.Listener] {
        let form = #"a list of { "listen", "personality", "role", "tls" }"#
        if section["listen"].isPresent {
            if section["listeners"].isPresent {
                section["listen"].refuse("is the short form of \"listeners\" and cannot stand beside it")
            }
            return shortForm(section["listen"], first)
        }
        guard section["listeners"].isPresent else {
            if section["catchAll"].isPresent { return [] }
            section["listeners"].refuse("is missing", allowed: "\(form), or for submission alone the key \"listen\"")
            return []
        }
        return (section["listeners"].elements(form) ?? []).compactMap { node in
            let listener = node.section(["listen", "personality", "role", "tls"])
            let listen = listener["listen"].text(
                Self.listenForm, isRequired: true, SocketAddress.init(ipAndPort:))
            if listener["role"].word([("submission", false), ("mx", true)]) ?? false {
                let encryption = Self.mxEncryption(listener, hasTLS: hasTLS)
                return listen.map { Configuration.SMTP.Listener(listen: $0, role: .mx, encryption: encryption) }
            }
            let personality = mailPersonality(listener["personality"], first)
            let encryption = listener["tls"].word() ?? SMTPListener.Encryption.startTLS
            guard let listen, let personality else { return nil }
            Self.refuseClearText(encryption, at: listen, listener["tls"])
            return Configuration.SMTP.Listener(
                listen: listen, role: .submission(personality), encryption: encryption)
        }
    }

    /// Anybody who reaches it may fill the disk, so it is for this machine alone.
    private func catchAll(_ node: ConfigurationNode, hasTLS: Bool) -> Configuration.SMTP.Listener? {
        guard let listen = node.text(Self.listenForm, SocketAddress.init(ipAndPort:)) else { return nil }
        if case .ip(let ip, _) = listen, !ip.isLoopback {
            node.refuse("takes mail from everybody, and \(listen) is no address of this machine alone")
        }
        return Configuration.SMTP.Listener(listen: listen, role: .catchAll, encryption: hasTLS ? .optional : .none)
    }

    /// Servers come in clear text and go over to TLS if they like to: STARTTLS, where there is a certificate. It is for
    /// no personality, and has no passwords to protect.
    private static func mxEncryption(
        _ listener: ConfigurationSection, hasTLS: Bool
    ) -> SMTPListener.Encryption {
        if listener["personality"].isPresent {
            listener["personality"].refuse("is for submission; reports of all personalities come to one \"mx\"")
        }
        let usual = hasTLS ? SMTPListener.Encryption.startTLS : .none
        return listener["tls"].word([("starttls", .startTLS), ("none", .none)]) ?? usual
    }

    /// Addresses alone: submission with STARTTLS, for the one personality.
    private func shortForm(_ node: ConfigurationNode, _ first: PersonalityID?) -> [Configuration.SMTP.Listener] {
        let nodes = node.elements("a list, each element \(Self.listenForm)") ?? []
        return nodes.compactMap { element in
            let listen = element.text(Self.listenForm, isRequired: true, SocketAddress.init(ipAndPort:))
            guard let listen, let first else { return nil }
            return Configuration.SMTP.Listener(listen: listen, role: .submission(first), encryption: .startTLS)
        }
    }

    /// One that takes mail; the first of those that are served over HTTP where none is named.
    private func mailPersonality(_ node: ConfigurationNode, _ first: PersonalityID?) -> PersonalityID? {
        let choices = personalities.filter { $0.smtp != nil }.map { ($0.id.name, $0.id) }
        if let named = node.word(choices, isRequired: first == nil) { return named }
        return node.isPresent ? nil : first
    }

    /// A password that may go in clear text goes no further than this machine.
    private static func refuseClearText(
        _ encryption: SMTPListener.Encryption, at address: SocketAddress, _ node: ConfigurationNode
    ) {
        guard !encryption.isDemanded, case .ip(let ip, _) = address, !ip.isLoopback else { return }
        node.refuse(
            "\"\(encryption.rawValue)\" is for addresses of this machine alone, and \(address) is none",
            allowed: ConfigurationNode.list(["starttls", "implicit", "either"]))
    }

    private func refuseMissingCertificate(_ smtp: Configuration.SMTP, _ section: ConfigurationSection) {
        guard smtp.tls == nil, !section["tls"].isPresent, smtp.listeners.contains(where: { $0.encryption != .none })
        else { return }
        section["tls"].refuse(
            "is missing", allowed: #""own" or { "certificate", "key" }, or for every listener "tls": "none""#)
    }

    private func trusted(_ node: ConfigurationNode, _ first: PersonalityID?) -> [Configuration.SMTP.Trusted] {
        let form = #"a list of { "network", "account", "personality", "scopes" }"#
        return (node.elements(form) ?? []).compactMap { element in
            let section = element.section(["network", "account", "personality", "scopes"])
            let network = section["network"].text(
                #"a block of addresses such as "10.0.0.0/8" or "2001:db8::/32""#, isRequired: true, IPNetwork.init)
            let account = section["account"].integer(in: ConfigurationLimits.accountNumbers, isRequired: true)
            let personality = mailPersonality(section["personality"], first)
            guard let network, let account, let personality else { return nil }
            let words = personalities.first { $0.id == personality }?.scopes
            let scopes = section["scopes"].elements("a list of scopes")?.compactMap {
                $0.word((words?.words ?? []).map { ($0, $0) }, isRequired: true)
            }
            return Configuration.SMTP.Trusted(
                network: network, account: Account.ID(Int64(account)), personality: personality,
                scopes: scopes ?? words?.defaults ?? [])
        }
    }
}
