import Base
import Serving

/// What messages hold of a shard's memory while they arrive: those of known senders, and those of strangers, who have
/// less in all and each network of them little. A value.
struct ContentBudget {
    private var known = 0
    private var strangers = 0
    private var byNetwork: [IPNetwork: Int] = [:]

    /// `address`: a stranger's, or nil on a local socket; it is not looked at for others.
    mutating func change(by octets: Int, isKnown: Bool, _ address: IPAddress?) {
        guard octets != 0 else { return }
        if isKnown { return known += octets }
        strangers += octets
        guard let network = address.map(ClientNetwork.neighbours) else { return }
        let held = byNetwork[network, default: 0] + octets
        byNetwork[network] = held > 0 ? held : nil
    }

    /// Whether who just brought something has to be told to come back.
    func isExceeded(isKnown: Bool, _ address: IPAddress?) -> Bool {
        if isKnown { return known > SMTPServerLimits.contentBytesPerShard }
        if strangers > SMTPServerLimits.strangersContentBytesPerShard { return true }
        guard let network = address.map(ClientNetwork.neighbours) else { return false }
        return byNetwork[network, default: 0] > SMTPServerLimits.networkContentBytesPerShard
    }
}
