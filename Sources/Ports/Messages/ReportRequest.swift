package import Model

/// What the next hop is asked to report on about one parcel, where it can be asked (RFC 3461 §4).
package struct ReportRequest: Sendable, Equatable {
    package struct Recipient: Sendable, Equatable {
        /// The bits of `ReportWishes.Recipient`; none of them: never. nil: as the hop thinks fit.
        package var notify: UInt8?
        /// `addr-type;address`, not encoded but for the escapes of RFC 6533 §3.
        package var original: String?

        package init(notify: UInt8? = nil, original: String? = nil) {
            self.notify = notify
            self.original = original
        }
    }

    package var returned: ReportWishes.Returned?
    package var envelopeID: String?
    /// In the order of the parcel's recipients.
    package var recipients: [Recipient]

    package init(
        returned: ReportWishes.Returned? = nil, envelopeID: String? = nil, recipients: [Recipient] = []
    ) {
        self.returned = returned
        self.envelopeID = envelopeID
        self.recipients = recipients
    }
}

extension ReportRequest {
    /// The sender asked to hear of success for the recipient at this place.
    package func wantsSuccess(at place: Int) -> Bool {
        recipients.indices.contains(place) && (recipients[place].notify ?? 0) & ReportWishes.Recipient.success != 0
    }
}
