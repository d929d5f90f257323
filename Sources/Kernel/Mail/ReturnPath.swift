import Base
import Crypto
public import MailFormat
public import Model
import Ports

/// Whose reports an address is for: a message, and where it went to one recipient alone that one ("VERP", variable
/// envelope return path), so that a report needs to name nobody.
public struct ReturnPath: Hashable, Sendable {
    public var message: Message.ID
    /// nil: it went to several.
    public var recipient: Int?

    public init(message: Message.ID, recipient: Int?) {
        self.message = message
        self.recipient = recipient
    }
}

/// Makes the addresses that mail goes out under, and knows them again.
///
/// The local part is the message and the recipient under a cipher with check bits, so a stranger can neither make one
/// nor read out of one how much is sent. A recipient knows the one that its own mail came with, and can have that mail
/// reported as bounced; it could as well say so itself.
public struct ReturnPaths: Sendable {
    private let cipher: SerialCipher
    private let ownHost: DomainName

    /// `idKey`: 32 bytes that stay the same for the life of the database. `host`: the operator's own name for reports.
    public init(idKey: [UInt8], host: DomainName) {
        cipher = SerialCipher(key: idKey, label: "return-path")
        ownHost = host
    }

    /// Where reports come about a message to these recipients, from this domain.
    public func address(
        of message: Message.ID, recipients: [Int], domain: MailDomain?
    ) throws(AddressError) -> EmailAddress {
        let recipient = recipients.count == 1 ? recipients[0] : Self.several
        let local = Self.prefix + cipher.text(UInt64(DeliveryID(message: message, recipient: recipient).packed))
        return try EmailAddress(parsing: "\(local)@\(domain.flatMap(Self.host) ?? ownHost.text)")
    }

    /// What a local part of ours stands for, whatever its case: some servers change it. nil for every other.
    public func path(localPart: String) -> ReturnPath? {
        let local = localPart.asciiLowercased
        guard local.hasPrefix(Self.prefix), let serial = cipher.serial(String(local.dropFirst(Self.prefix.count))),
            let packed = Int64(exactly: serial)
        else { return nil }
        let id = DeliveryID(packed: packed)
        return ReturnPath(message: id.message, recipient: id.recipient == Self.several ? nil : id.recipient)
    }

    /// The domain's own name for return paths leads here: it was seen in the DNS, or the operator vouches for it.
    private static func host(_ domain: MailDomain) -> String? {
        guard let name = domain.options.returnPath,
            domain.sending == .pinned || domain.check(.returnPath, at: name)?.verdict == .ok
        else { return nil }
        return name
    }

    /// Whether reports may come to this name: it is the operator's own, or a domain's.
    public func isOurs(_ host: String, in directory: Directory) -> Bool {
        host == ownHost.text || directory.isReturnPath(host)
    }

    /// Whether the name is the operator's own.
    public func isOwn(_ host: String) -> Bool { host == ownHost.text }

    private static let prefix = "b-"
    /// Above every place that a recipient can have.
    private static let several = 1023
}
