/// Why a recipient was not decided by a reply.
public enum DeliveryFailure: Hashable, Sendable {
    /// The connection ended before the content was complete: the message was surely not delivered.
    case closed(CloseReason)
    /// The connection ended after the final dot and before its reply: the message **may have been delivered**
    /// (RFC 5321 §4.5.4.1 and RFC 1047). Trying again risks a duplicate; not trying again risks a loss.
    case lostAfterData(CloseReason)
    /// The server takes no more recipients in this transaction; the next transaction on the same connection may
    /// carry this one (RFC 5321 §4.5.3.1.10).
    case tooManyRecipients(Reply)
    /// SMTPUTF8 is needed and not offered (RFC 6531 §3.2). Nothing was sent.
    case smtpUTF8NotOffered
    /// The content is 8-bit, and 8BITMIME is not offered (RFC 6152 §3). Nothing was sent.
    case eightBitMIMENotOffered
    /// The server named a smaller limit in EHLO (RFC 1870 §4). Nothing was sent.
    case messageTooLarge(limitOctets: Int)
    /// The content given was not made of CRLF lines. The connection was cut before the final dot.
    case contentInvalid(ContentError)

    public var isPermanent: Bool { status.isPermanent }

    /// How a report describes it (RFC 3463).
    public var status: EnhancedStatus {
        switch self {
        case .closed, .lostAfterData: .badConnection
        case .tooManyRecipients: .tooManyRecipientsForNow
        case .smtpUTF8NotOffered: .internationalAddressNotSupported
        case .eightBitMIMENotOffered: .conversionNotSupported
        case .messageTooLarge: .messageTooLarge
        case .contentInvalid: .contentInvalid
        }
    }
}
