import AdapterKit
import Base
import Model

/// A key as its account sees it. The secret stands in the answer that makes it, and nowhere else.
struct KeyObject: JSONWritable {
    let key: AccessKey
    let ids: PublicIDs
    /// The account's, by name.
    let domains: [String: MailDomain.ID]
    var secret: String?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.constants(#""object":"api_key""#)
        object.member("id", ids.keys.text(key.id))
        object.member("created_at", WireTime(key.createdAt))
        object.member("updated_at", WireTime(key.changedAt ?? key.createdAt))
        object.member("last_used_at", key.lastUsedAt.map { WireTime($0) })
        object.member("account_id", ids.accounts.text(key.account))
        object.member("label", key.label)
        object.member("public_key", PublicHalf.text(of: key.id, ids))
        object.array("scopes") { scopes in
            for scope in key.scopes { scopes.element(ScopeObject(scope: scope, key: self)) }
        }
        object.member("ip_allow_list", key.allowedNetworks.map(\.description))
        object.memberIfPresent("secret_key", secret)
    }
}

/// One thing that a key may do, which this vendor has a row for.
private struct ScopeObject: JSONWritable {
    let scope: String
    let key: KeyObject

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let changed = WireTime(key.key.changedAt ?? key.key.createdAt)
        return slot.object { object in
            object.member("id", ScopeIdentity.text(of: scope, key.key.id, key.ids))
            object.member("created_at", changed)
            object.member("updated_at", changed)
            object.member("api_key_id", key.ids.keys.text(key.key.id))
            object.member("scope", scope)
            let domain = ScopeVocabulary.parse(scope).flatMap { key.domains[$0.domain] }
            object.member("domain_id", domain.map { key.ids.domains.text($0) })
        }
    }
}

/// Scopes have no rows here: their ids are those of numbers made of key and word, the same each time they are shown.
enum ScopeIdentity {
    static let kind = "scope"

    static func text(of scope: String, _ key: AccessKey.ID, _ ids: PublicIDs) -> String {
        ids.records(kind, of: ScopeIdentity.Row.self).text(Serial(number(scope, key)))
    }

    enum Row {}

    /// FNV-1a of both, without the sign. Nobody gains by two words of one number: it is only ever shown.
    private static func number(_ scope: String, _ key: AccessKey.ID) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(key.value) \(scope)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int64(truncatingIfNeeded: hash & UInt64(Int64.max))
    }
}

/// The half of a key that names it to people: derived from its number, and no credential.
enum PublicHalf {
    static let prefix = "aha-pk-"
    static let (first, second) = ("public key 1", "public key 2")

    /// The prefix and 64 hexadecimal digits.
    static func text(of key: AccessKey.ID, _ ids: PublicIDs) -> String {
        [first, second].reduce(prefix) { $0 + ids.records($1, of: AccessKey.self).text(key) }
    }
}
