/// A record that a domain's owner is asked to publish, and what was seen of it.
public struct PublishedRecord: Sendable, Equatable {
    public var record: DNSRecord
    /// nil before the first look.
    public var check: RecordCheck?
    /// Part of the list that the vendor's clients are shown.
    public var isListed: Bool
    /// Something is proved only if it is there.
    public var isRequired: Bool

    public init(record: DNSRecord, check: RecordCheck?, isListed: Bool, isRequired: Bool = false) {
        self.record = record
        self.check = check
        self.isListed = isListed
        self.isRequired = isRequired
    }
}
