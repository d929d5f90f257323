/// The kinds of rows that dialects give ids to.
public enum IDKind: Hashable, Sendable {
    case message
    /// One recipient of one message.
    case delivery
    case event
    case account
    case key
    case domain
    case webhook
    case webhookDelivery
    case suppression
    case relay
    case template
    /// A kind of record that is the dialect's own, by its name.
    case record(String)
}

/// How a dialect writes the ids of one kind of row.
///
/// All are derived from the row's number, so no index is needed to find it. Those with check bits are hard to make up;
/// of the others nearly every text names some row. Whose the row is, is asked of all of them.
public enum IDForm: Sendable, Equatable {
    /// The prefix and 18 characters of `[0-9a-z]`; 28 check bits.
    case letters(prefix: String)
    /// The prefix and 24 characters of `[0-9a-z]`; 60 check bits.
    case manyLetters(prefix: String)
    /// The prefix and 8 characters of `[0-9a-z]`, for rows that never number more than 36^8; no check bits.
    case short(prefix: String)
    /// A UUID of version 4 in its form (RFC 9562 §5.4); 58 check bits.
    case uuid
    /// A UUID of version 7 (RFC 9562 §5.7): the time at which the row was made stands in it in clear; 11 check bits,
    /// and the time is compared with the row's. For deliveries alone.
    case timedUUID
    /// The prefix and as many hexadecimal digits in lower case, an even number from 16 to 32; the more, the more check
    /// bits: 16 have none, 32 have 64.
    case hex(prefix: String, digits: Int)
    /// The row's number.
    case integer
}
