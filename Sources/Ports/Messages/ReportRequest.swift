public import Model

/// What the next hop is asked to report on about one parcel, where it can be asked (RFC 3461 §4).
public struct ReportRequest: Sendable, Equatable {
    public struct Recipient: Sendable, Equatable {
        /// The bits of `ReportWishes.Recipient`; none of them: never. nil: as the hop thinks fit.
        public var notify: UInt8?
        /// `addr-type;address`, not encoded but for the escapes of RFC 6533 §3.
        public var original: String?

        public init(notify: UInt8? = nil, original: String? = nil) {
            self.notify = notify
            self.original = original
        }
    }

    public var returned: ReportWishes.Returned?
    public var envelopeID: String?
    /// In the order of the parcel's recipients.
    public var recipients: [Recipient]

    public init(
        returned: ReportWishes.Returned? = nil, envelopeID: String? = nil, recipients: [Recipient] = []
    ) {
        self.returned = returned
        self.envelopeID = envelopeID
        self.recipients = recipients
    }
}

extension ReportRequest {
    /// The sender asked to hear of success for the recipient at this place.
    public func wantsSuccess(at place: Int) -> Bool {
        recipients.indices.contains(place) && (recipients[place].notify ?? 0) & ReportWishes.Recipient.success != 0
    }
}
