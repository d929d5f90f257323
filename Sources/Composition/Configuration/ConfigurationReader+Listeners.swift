import AdapterKit
import Base
import Model
import Posix

extension ConfigurationReader {
    /// What is served where: a list, or the short form for one.
    func listeners(_ root: ConfigurationSection) -> [Configuration.Listener] {
        let shortForm = [root["personality"], root["http"]].filter(\.isPresent)
        let form = #"a list of { "personality", "listen", "publicURL", "tls" }"#
        guard root["listeners"].isPresent else {
            guard shortForm.isEmpty else { return shortFormListener(root).map { [$0] } ?? [] }
            root["listeners"].refuse("is missing", allowed: "\(form), or for one the keys \"personality\" and \"http\"")
            return []
        }
        for node in shortForm { node.refuse("is the short form of \"listeners\" and cannot stand beside it") }
        guard let nodes = root["listeners"].elements(form) else { return [] }
        if nodes.isEmpty { root["listeners"].refuse("is empty, so nothing would be served", allowed: form) }
        return nodes.compactMap { node in
            let section = node.section(["personality"] + Self.httpKeys)
            return listener(section["personality"], section)
        }
    }

    private static let httpKeys = ["listen", "publicURL", "tls"]

    private func shortFormListener(_ root: ConfigurationSection) -> Configuration.Listener? {
        listener(root["personality"], root["http"].section(Self.httpKeys))
    }

    private func listener(
        _ personality: ConfigurationNode, _ http: ConfigurationSection
    ) -> Configuration.Listener? {
        let id = personality.word(personalities.map { ($0.id.name, $0.id) }, isRequired: true)
        let listen = http["listen"].text(Self.listenForm, isRequired: true, SocketAddress.init(ipAndPort:))
        let publicURL = http["publicURL"].text(BaseURL.form, BaseURL.normalized)
        let tls = http["tls"].isPresent ? tls(http["tls"]) : nil
        guard let id, let listen else { return nil }
        return Configuration.Listener(personality: id, listen: listen, publicURL: publicURL, tls: tls)
    }

    func tls(_ node: ConfigurationNode) -> Configuration.TLSFiles? {
        let section = node.section(["certificate", "key"])
        let certificate = section["certificate"].file(isRequired: true)
        let key = section["key"].file(isRequired: true)
        guard let certificate, let key else { return nil }
        return Configuration.TLSFiles(certificate: certificate, key: key)
    }
}
