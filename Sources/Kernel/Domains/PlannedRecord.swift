package import DNSWire
package import Model

/// A record that one domain's owner is asked to publish.
package struct PlannedRecord: Sendable, Equatable {
    /// What has to stand there.
    package enum Content: Sendable, Equatable {
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

    package var purpose: RecordPurpose
    package var content: Content
    package var name: DNSName
    /// As the owner is told to publish it.
    package var value: String
    package var proves: [MailDomain.Purpose]
    package var isListed: Bool
    /// Of a key that mail is not signed with yet. It is looked up under the purpose that it will have.
    package var isStaged = false

    /// The purpose in the word that callers are shown.
    package var shownPurpose: RecordPurpose {
        guard isStaged else { return purpose }
        return purpose == .dkim ? .dkimRotation : RecordPurpose(rawValue: "\(purpose.rawValue)_rotation")
    }

    package var type: RecordType {
        switch content {
        case .challenge, .spf, .dkim, .dmarc: .txt
        case .mx: .mx
        case .cname: .cname
        }
    }

    package var typeName: String {
        switch content {
        case .challenge, .spf, .dkim, .dmarc: "TXT"
        case .mx: "MX"
        case .cname: "CNAME"
        }
    }
}
