import Base

/// Addresses that did not answer, or not to one command, so that a dead server holds up the first message and not each
/// one.
struct AddressMemory {
    private var rests: [IPAddress: Duration] = [:]
    /// How long that is remembered.
    private let rest: Duration

    init(rest: Duration = SMTPDeliveryLimits.addressRest) { self.rest = rest }

    /// `uptime` is the monotonic clock's.
    func isResting(_ address: IPAddress, uptime: Duration) -> Bool { rests[address].map { uptime < $0 } ?? false }

    mutating func failed(_ address: IPAddress, uptime: Duration) {
        if rests.count >= SMTPDeliveryLimits.restingAddresses {
            rests = rests.filter { uptime < $0.value }
            // Nothing is lost by forgetting but the time of another try.
            if rests.count >= SMTPDeliveryLimits.restingAddresses { rests = [:] }
        }
        rests[address] = uptime + rest
    }

    mutating func answered(_ address: IPAddress) { rests[address] = nil }
}
