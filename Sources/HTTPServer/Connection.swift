import AdapterKit
import Base
import HTTPWire
import Serving

/// One client's connection, and the pure values that decide about it. Belongs to one shard, which keeps it in its own
/// state and nowhere else.
final class Connection: ServedConnection {
    let link: Link
    let service: any HTTPService
    let meter: HTTPMeter
    /// nil: on a local socket.
    let peer: IPAddress?
    var parser: RequestParser
    var state = ConnectionState()
    /// The phase that the deadline was set for.
    var timedPhase = ConnectionState.Phase.idle
    /// When the phase itself ends, whatever else there is to look at before.
    var phaseEnd: Duration?
    /// The head of the request at hand, for the framing of its response.
    var head: RequestHead?
    /// What the head came to, where the body was not here with it.
    var entry: HeadEntry?
    /// How quickly the body comes; nil outside one.
    var pace: BodyPace?
    /// Of the shard's memory for bodies.
    var reservedBodyBytes = 0
    /// The place of a large answer that waits to be taken, and what of its body has yet to go out.
    var place: LargeAnswers.Held?
    var rest: ArraySlice<UInt8>?
    /// The place of the client for whom a proxy asks at the moment.
    var forwarded: ForwardedSeat?
    /// Nothing can be read behind the request at hand.
    var endsWithAnswer = false
    /// Somebody with a good key has been let in on it.
    var isKnown = false
    /// The body that is being made for it.
    var stream: OutgoingStream?
    /// The parser is being asked, further up the stack.
    var isProcessing = false

    init(_ link: Link, address: IPAddress?, entrance: Entrance, limits: HTTPLimits) {
        self.link = link
        service = entrance.service
        meter = entrance.meter
        peer = address
        parser = RequestParser(limits: limits)
    }
}
