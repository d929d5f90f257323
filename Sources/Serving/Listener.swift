import Posix
import TLS

/// A socket that listens, and what stands behind it.
final class Listener<Service> {
    let socket: Socket
    let service: Service
    /// nil: no TLS, or not from the first byte.
    let identity: TLSServerIdentity?
    let meter: ConnectionMeter
    var isPaused = false

    init(socket: consuming Socket, service: Service, identity: TLSServerIdentity?, meter: ConnectionMeter) {
        self.socket = socket
        self.service = service
        self.identity = identity
        self.meter = meter
    }
}
