import Crypto
import Model
import Rows

/// Seals what a change brings, on the thread that has encoded it. What went to a file was sealed there.
extension EncodedChange {
    mutating func seal(with seal: StoreSeal) throws(CryptoError) {
        switch self {
        case .accept(var message):
            try message.seal(with: seal)
            self = .accept(message)
        case .relay(var relay):
            relay.head = try seal.sealed(relay.head, .relayHead, of: relay.account.value)
            if relay.contentName == nil {
                relay.body = try seal.sealed(relay.body, .relayBody, of: relay.account.value)
            }
            self = .relay(relay)
        case .keyed(var plan):
            for index in plan.changes.indices { try plan.changes[index].seal(with: seal) }
            self = .keyed(plan)
        case .all(var changes):
            for index in changes.indices { try changes[index].seal(with: seal) }
            self = .all(changes)
        case .settle(let settlements, var reports):
            for index in reports.indices { try reports[index].message.seal(with: seal) }
            self = .settle(settlements, reports)
        case .report(let news, var reports):
            for index in reports.indices { try reports[index].message.seal(with: seal) }
            self = .report(news, reports)
        case .record, .other: break
        }
    }
}

extension EncodedMessage {
    fileprivate mutating func seal(with seal: StoreSeal) throws(CryptoError) {
        head = try seal.sealed(head, .head, of: message.account.value)
        guard contentName == nil else { return }
        body = try seal.sealed(body, .body, of: message.account.value)
    }
}
