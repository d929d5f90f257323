import AdapterKit
import Base
import Model
import Posix

extension ConfigurationReader {
    /// What is served where: a list, or the short form for one.
    func listeners(_ root: ConfigurationSection) -> [Configuration.Listener] {
        let shortForm = [root["personality"], root["http"]].filter(\.isPresent)
        let form = #"a list of { "personality", "listen", "publicURL" }"#
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
        if http["tls"].isPresent {
            http["tls"].refuse("TLS listeners are not available yet; put a proxy that ends TLS before this server")
        }
        let id = personality.word(personalities.map { ($0.id.name, $0.id) }, isRequired: true)
        let listen = http["listen"].text(Self.listenForm, isRequired: true, SocketAddress.init(ipAndPort:))
        let publicURL = http["publicURL"].text(BaseURL.form, BaseURL.normalized)
        guard let id, let listen else { return nil }
        return Configuration.Listener(personality: id, listen: listen, publicURL: publicURL)
    }
}
