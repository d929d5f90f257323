import Base

/// Addresses that did not answer a moment ago, so that a dead server holds up the first message and not each one.
struct AddressMemory {
    private var rests: [IPAddress: Duration] = [:]

    /// `uptime` is the monotonic clock's.
    func isResting(_ address: IPAddress, uptime: Duration) -> Bool { rests[address].map { uptime < $0 } ?? false }

    mutating func failed(_ address: IPAddress, uptime: Duration) {
        if rests.count >= SMTPDeliveryLimits.restingAddresses {
            rests = rests.filter { uptime < $0.value }
            // Nothing is lost by forgetting but the time of another try.
            if rests.count >= SMTPDeliveryLimits.restingAddresses { rests = [:] }
        }
        rests[address] = uptime + SMTPDeliveryLimits.addressRest
    }

    mutating func answered(_ address: IPAddress) { rests[address] = nil }
}
