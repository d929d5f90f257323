import Base
import Crypto
import Model

/// What a list can be narrowed by, as 64 bits of a digest over it and whose it is. Two that are equal by chance, or
/// because an account's owner looked for them for hours, make a total of that account wrong; rows are compared.
struct ListKey: Hashable, Sendable {
    let value: Int64

    enum Kind: UInt8 {
        /// Of the owner, whatever it is.
        case owned = 0
        case state = 1
        /// A recipient stands so.
        case recipientState = 2
        case scheduled = 3
        case domain = 4
        case tag = 5
        /// Addresses and domains in lower case.
        case sender = 6
        case senderDomain = 7
        case recipient = 8
    }

    /// Whose list it is.
    struct Owner: Hashable, Sendable {
        let account: Int64
        let origin: Int64
        /// A secret of the key file: who has the index alone cannot try addresses.
        let salt: UInt64
    }

    init(_ value: Int64) { self.value = value }

    init(_ owner: Owner, _ kind: Kind, _ text: String = "") {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(25 + text.utf8.count)
        for number in [owner.account, owner.origin, Int64(bitPattern: owner.salt)] {
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        bytes.append(kind.rawValue)
        bytes += text.utf8
        value = Int64(bitPattern: SHA256.digest(bytes).firstWord)
    }

    static func state(_ owner: Owner, _ state: Recipient.State) -> ListKey {
        ListKey(owner, .state, String(state.rawValue))
    }

    static func recipientState(_ owner: Owner, _ state: Recipient.State) -> ListKey {
        ListKey(owner, .recipientState, String(state.rawValue))
    }

    static func domain(_ owner: Owner, _ domain: Int64) -> ListKey { ListKey(owner, .domain, String(domain)) }

    /// All that can change about a message.
    static func changing(_ owner: Owner) -> [ListKey] {
        Recipient.State.allCases.flatMap { [state(owner, $0), recipientState(owner, $0)] }
            + [ListKey(owner, .scheduled)]
    }
}
