import Base
import SMTPWire
import Serving

/// One client's connection, and the pure values that decide about it. Belongs to one shard.
final class SMTPConnection: ServedConnection {
    enum Stage {
        /// Whether the first byte is a ClientHello's is not known yet.
        case undecided
        case open
        /// Our last words are on their way, and what the client still sends is dropped.
        case closing
    }

    let link: Link
    let listener: SMTPListener
    let meter: SMTPMeter
    var client: SMTPClient
    var session: ServerSession
    var stage: Stage
    var hasEndedSending = false
    /// Counted against its address.
    var isCounted = false
    /// Octets counted against the shard's memory, and whether as a known sender's.
    var countedOctets = 0
    var isCountedAsKnown = false

    /// What the deadline was set for.
    var timedPhase = ServerPhase.greeting
    var timedCommand: UInt64 = 0
    /// Uptime at which the phase began.
    var phaseBegan: Duration = .zero
    /// How quickly content comes in; of the phase at hand.
    var rate: LeastRate?

    init(_ link: Link, listener: SMTPListener, meter: SMTPMeter, client: SMTPClient) {
        self.link = link
        self.listener = listener
        self.meter = meter
        self.client = client
        session = ServerSession(
            listener.configuration, isSecure: link.secure != nil, isTrusted: client.isTrusted)
        stage = listener.encryption == .either ? .undecided : .open
    }
}
