import Posix
import TLS

/// A socket that listens, and what stands behind it.
final class Listener<Service> {
    let socket: Socket
    let service: Service
    /// nil: no TLS, or not from the first byte.
    let identity: TLSServerIdentity?
    let meter: ConnectionMeter
    /// The operator's own: its connections count against no bound.
    let isReserved: Bool
    var isPaused = false

    init(
        socket: consuming Socket, service: Service, identity: TLSServerIdentity?, meter: ConnectionMeter,
        isReserved: Bool
    ) {
        self.isReserved = isReserved
        self.socket = socket
        self.service = service
        self.identity = identity
        self.meter = meter
    }
}
