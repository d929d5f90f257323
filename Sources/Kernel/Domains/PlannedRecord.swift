public import DNSWire
public import Model

/// A record that one domain's owner is asked to publish.
public struct PlannedRecord: Sendable, Equatable {
    /// What has to stand there.
    public enum Content: Sendable, Equatable {
        /// This TXT, to the letter.
        case challenge(String)
        /// An SPF record that includes this name.
        case spf(include: DNSName)
        /// A DKIM record with this key.
        case dkim(keyType: String, publicKey: [UInt8])
        case dmarc
        /// An MX that names this host.
        case mx(DNSName)
        case cname(DNSName)
    }

    public var purpose: RecordPurpose
    public var content: Content
    public var name: DNSName
    /// As the owner is told to publish it.
    public var value: String
    public var proves: [MailDomain.Purpose]
    public var isListed: Bool
    /// Of a key that mail is not signed with yet. It is looked up under the purpose that it will have.
    public var isStaged = false

    /// The purpose in the word that callers are shown.
    public var shownPurpose: RecordPurpose {
        guard isStaged else { return purpose }
        return purpose == .dkim ? .dkimRotation : RecordPurpose(rawValue: "\(purpose.rawValue)_rotation")
    }

    public var type: RecordType {
        switch content {
        case .challenge, .spf, .dkim, .dmarc: .txt
        case .mx: .mx
        case .cname: .cname
        }
    }

    public var typeName: String {
        switch content {
        case .challenge, .spf, .dkim, .dmarc: "TXT"
        case .mx: "MX"
        case .cname: "CNAME"
        }
    }
}
