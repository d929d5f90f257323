import Crypto
public import Model

/// Turns serials into the ids that callers see, and back. Derived by a keyed permutation, so no index is needed to find
/// a row by its public id, and one id says nothing about the next.
public struct PublicIDs: Sendable {
    public let messages: IDCodec<Message>
    public let domains: IDCodec<MailDomain>
    public let events: IDCodec<MailEvent>
    public let webhooks: IDCodec<WebhookDelivery>
    public let accounts: ShortIDCodec<Account>
    public let relays: ShortIDCodec<Relay>

    /// `key`: 32 bytes that stay the same for the life of the database.
    package init(key: [UInt8], personality: PersonalityID) {
        messages = IDCodec(SerialCipher(key: key, label: "\(personality).message"))
        domains = IDCodec(SerialCipher(key: key, label: "\(personality).domain"))
        events = IDCodec(SerialCipher(key: key, label: "\(personality).event"))
        webhooks = IDCodec(SerialCipher(key: key, label: "\(personality).webhook"))
        accounts = ShortIDCodec(ShortSerialCipher(key: key, label: "\(personality).account"))
        relays = ShortIDCodec(ShortSerialCipher(key: key, label: "\(personality).relay"))
    }
}

/// The ids of one kind of row.
public struct IDCodec<Subject>: Sendable {
    private let cipher: SerialCipher

    init(_ cipher: SerialCipher) { self.cipher = cipher }

    /// `prefix` and 18 characters of `[0-9a-z]`.
    public func text(_ id: Serial<Subject>, prefix: String) -> String { prefix + cipher.text(UInt64(id.value)) }

    /// The row that a text of that form names, which need not exist; nil for any other text.
    public func id(in text: String, prefix: String) -> Serial<Subject>? {
        guard text.hasPrefix(prefix), let serial = cipher.serial(String(text.dropFirst(prefix.count))) else {
            return nil
        }
        return Int64(exactly: serial).map(Serial.init)
    }
}

/// The ids of one kind of row, where a dialect's are short. Nearly every text of the form names some row, which need
/// not exist.
public struct ShortIDCodec<Subject>: Sendable {
    private let cipher: ShortSerialCipher

    init(_ cipher: ShortSerialCipher) { self.cipher = cipher }

    /// `prefix` and 8 characters of `[0-9a-z]`.
    public func text(_ id: Serial<Subject>, prefix: String) -> String { prefix + cipher.text(UInt64(id.value)) }

    /// The row that a text of that form names; nil for any other text.
    public func id(in text: String, prefix: String) -> Serial<Subject>? {
        guard text.hasPrefix(prefix), let serial = cipher.serial(String(text.dropFirst(prefix.count))) else {
            return nil
        }
        return Serial(Int64(serial))
    }
}
