import Base
import MailFormat
import Posix

extension ConfigurationReader {
    /// The operator's names for domains' owners to publish.
    func hosts(_ section: ConfigurationSection) -> Configuration.Hosts {
        let form = "a name such as \"mail.example.com\""
        var hosts = Configuration.Hosts()
        hosts.spf = section["spf"].text(form, Self.hostName)
        hosts.mx = section["mx"].text(form, Self.hostName)
        hosts.returnPath = section["returnPath"].text(form, Self.hostName)
        return hosts
    }

    private static func hostName(_ text: String) -> String? { (try? DomainName(parsing: text))?.text }

    /// The name servers to ask; empty for the machine's own.
    func servers(_ node: ConfigurationNode) -> [SocketAddress] {
        let form = #"an address such as "192.0.2.53", with a port if need be: "127.0.0.1:5353""#
        let nodes = node.elements("a list, each element \(form)") ?? []
        if nodes.count > ConfigurationLimits.dnsServers {
            node.refuse("has \(nodes.count) elements", allowed: "at most \(ConfigurationLimits.dnsServers)")
        }
        return nodes.compactMap { $0.text(form, isRequired: true, Self.server) }
    }

    private static func server(_ text: String) -> SocketAddress? {
        if let address = IPAddress(text) { return .ip(address, port: ConfigurationDefaults.dnsPort) }
        return SocketAddress(ipAndPort: text)
    }
}
