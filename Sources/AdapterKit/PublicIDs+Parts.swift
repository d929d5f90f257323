package import Kernel
package import Model

extension PublicIDs {
    /// How the personality identifies the parts of its messages, where it does.
    package func identities(of manner: MailManner) -> MessageIdentities? {
        guard manner.identifiesRecipients else { return nil }
        let deliveries = deliveries
        return MessageIdentities(
            text: { deliveries.text($0, recipient: $1, at: $2) },
            part: { deliveries.claim(in: $0).map { ($0.message, $0.recipient) } })
    }

    /// The personality's manner with mail as the kernel uses it.
    package func convention(of manner: MailManner) -> MailConvention {
        MailConvention(retries: manner.retries, identities: identities(of: manner))
    }
}
