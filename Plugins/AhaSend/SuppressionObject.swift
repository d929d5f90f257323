import AdapterKit
import Base
import Model

/// An address that gets no mail from a domain.
struct SuppressionObject: JSONWritable {
    let suppression: Suppression
    /// The name of the sending domain; empty for one that holds back all of the account's mail.
    let domain: String
    let ids: PublicIDs

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.constants(#""object":"suppression""#)
            object.member("id", ids.suppressions.text(suppression.id))
            object.member("created_at", WireTime(suppression.createdAt))
            object.member("email", suppression.address.address)
            object.member("domain", domain)
            object.member("reason", suppression.note ?? Self.reason(suppression.reason))
            object.member("expires_at", WireTime(suppression.expiresAt ?? Self.forEver))
            object.member("protected", Self.isProtected(suppression.reason))
        }
    }

    /// The recipient's own will, which no wiping undoes.
    static func isProtected(_ reason: Suppression.Reason) -> Bool { reason == .complaint || reason == .unsubscribe }

    private static func reason(_ reason: Suppression.Reason) -> String {
        switch reason {
        case .hardBounce: "Too many hard bounces"
        case .softBounce: "Too many soft bounces"
        case .complaint: "Spam complaint"
        case .manual: ""
        case .unsubscribe: "Unsubscribed"
        }
    }

    /// The vendor's suppressions all end, and typed clients want a time: the last second of 2200.
    private static let forEver = Instant(seconds: 7_289_654_399)
}
