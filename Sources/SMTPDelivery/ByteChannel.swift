import Base
import Posix
import TLS

/// The bytes of one connection: a non-blocking socket, with TLS in front of it once asked for.
///
/// It writes what it can and keeps the rest until the socket takes more, and it never stops reading: two sides that
/// only write would wait for each other for ever. A failed write is not reported: the reading side tells of the end,
/// after the peer's last words.
///
/// It stays registered, and with that alive, until `close` or the peer's end. The loop's thread only.
final class ByteChannel {
    enum Event {
        case received([UInt8])
        /// All that was sent is with the kernel, after a time in which it was not.
        case drained
        /// The TLS handshake is complete, and what was asked of the certificate is satisfied.
        case secured
        /// The handshake failed. The channel is still there to be closed.
        case notSecured(TLSError)
        /// The peer or the network ended the connection.
        case ended
    }

    private let loop: EventLoop
    private let socket: Socket
    private var tls: TLSStream?
    /// Nil once closed.
    private var handler: ((Event) -> Void)?
    private var input = [UInt8](repeating: 0, count: SMTPDeliveryLimits.readOctets)
    /// What the kernel did not take yet, from `written` on.
    private var output: [UInt8] = []
    private var written = 0
    private var isWatchingForRoom = false
    private var isSendingOver = false

    /// Takes over a connected socket. `handler` is called from the loop, never from within `init`.
    init(_ socket: consuming Socket, loop: EventLoop, handler: @escaping (Event) -> Void) throws(PosixError) {
        self.loop = loop
        self.socket = socket
        self.handler = handler
        try loop.register(self.socket.number, .readable) { self.ready($0) }
    }

    /// Whether the kernel has all that was sent.
    var isDrained: Bool { output.isEmpty }

    // MARK: Sending

    func send(_ bytes: [UInt8]) {
        guard handler != nil else { return }
        guard tls != nil else { return write(bytes) }
        do throws(TLSError) {
            guard let ciphertext = try tls?.send(bytes) else { return }
            write(ciphertext)
        } catch {
            handler?(.ended)
        }
    }

    /// Begins a TLS handshake as its client.
    func startTLS(_ stream: consuming TLSStream) {
        tls = consume stream
        do throws(TLSError) {
            _ = try tls?.handshake()
            writeCiphertext()
        } catch {
            handler?(.notSecured(error))
        }
    }

    /// Closes the socket after a last try to write what waits. Nothing is reported any more.
    func close() {
        guard handler != nil else { return }
        if tls != nil {
            // RFC 8446 §6.1: close_notify, so that the peer can tell our end from a cut.
            let farewell = tls?.close() ?? []
            if !farewell.isEmpty { write(farewell) }
        }
        loop.unregister(socket.number)
        socket.endSending()
        handler = nil
        tls = nil
        output = []
    }

    private func writeCiphertext() {
        let ciphertext = tls?.outgoing() ?? []
        if !ciphertext.isEmpty { write(ciphertext) }
    }

    private func write(_ bytes: [UInt8]) {
        guard !isSendingOver else { return }
        if output.isEmpty { output = bytes } else { output += bytes }
        if !isWatchingForRoom { flush() }
    }

    private func flush() {
        do throws(PosixError) {
            while written < output.count {
                guard case .done(let count) = try socket.send(output, from: written) else {
                    return try watchForRoom(true)
                }
                written += count
            }
            try watchForRoom(false)
        } catch {
            isSendingOver = true
            try? watchForRoom(false)
        }
        output = []
        written = 0
    }

    private func watchForRoom(_ isWatching: Bool) throws(PosixError) {
        guard isWatching != isWatchingForRoom else { return }
        isWatchingForRoom = isWatching
        try loop.watch(socket.number, isWatching ? [.readable, .writable] : .readable)
    }

    // MARK: From the loop

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) {
            flush()
            if isDrained { handler?(.drained) }
        }
        // A broken connection is found out by reading.
        if handler != nil, readiness.callsForReading { receive() }
    }

    private func receive() {
        let progress = try? unsafe input.withUnsafeMutableBytes { try unsafe socket.receive(into: $0) }
        switch progress {
        case .wouldBlock: break
        case .done(let count) where count > 0: take(Array(input[..<count]))
        case .done, nil: handler?(.ended)
        }
    }

    private func take(_ bytes: [UInt8]) {
        guard let isEstablished = tls?.isEstablished else { handler?(.received(bytes)); return }
        do throws(TLSError) {
            let plaintext = try tls?.receive(bytes) ?? []
            writeCiphertext()
            if !isEstablished, tls?.isEstablished == true { handler?(.secured) }
            if !plaintext.isEmpty { handler?(.received(plaintext)) }
        } catch {
            // The alert that tells the peer why.
            writeCiphertext()
            handler?(isEstablished ? .ended : .notSecured(error))
        }
    }
}

extension ByteChannel {
    /// `TLSv1.2` or `TLSv1.3`; nil outside TLS.
    var tlsVersion: String? { tls?.version }
}
