import Base
import Ports
import Posix
import SMTPWire
import TLS

/// Why there is no connection to hand mail to. All but `unroutable` are temporary for the mail: they speak of the way,
/// which can be mended, and not of the message.
enum ConnectionFault: Error, Sendable {
    /// There is no such name.
    case nameNotFound
    /// The name exists and has no address.
    case noAddress
    case connect(PosixError)
    case connectTimedOut
    /// The session ended before it could carry mail. `tls` says more where a handshake failed.
    case closed(CloseReason, tls: TLSError?)
    /// The call has used up `SMTPDeliveryLimits.callDuration`.
    case outOfTime
    /// The DNS could not be asked.
    case resolver(ResolverFailure)
    /// The DNS says that there is nobody to hand it to.
    case unroutable(RouteRefusal)
    /// The destination's MTA-STS policy names none of the hosts that the DNS does.
    case notNamedByPolicy

    /// Another address of the same host may do better.
    var isOfAddress: Bool {
        switch self {
        case .connect, .connectTimedOut: true
        case .nameNotFound, .noAddress, .closed, .outOfTime, .resolver, .unroutable, .notNamedByPolicy: false
        }
    }

    /// What happened, in our words and the system's.
    var sentence: String {
        switch self {
        case .nameNotFound: "the next hop's name does not exist"
        case .noAddress: "the next hop's name has no address"
        case .connect(let error): error.description
        case .connectTimedOut: "the next hop did not answer"
        case .closed(let reason, _): reason.sentence
        case .outOfTime: "the next hop was too slow to get to it"
        case .resolver: "the name servers could not tell where to"
        case .unroutable(let refusal): refusal.sentence
        case .notNamedByPolicy: "the domain's MTA-STS policy names none of its mail exchanges"
        }
    }

    var isPermanent: Bool {
        if case .unroutable = self { true } else { false }
    }

    /// A handshake was tried and failed, so that its state is unknown (RFC 7435 §3: an opportunistic client may come
    /// back without). Also where STARTTLS was never answered.
    var isHandshakeFailure: Bool {
        switch self {
        case .closed(.tlsFailed, _): true
        default: isSilenceAboutTLS
        }
    }

    /// The host said nothing any more once TLS was asked for: it costs minutes to find that out again.
    var isSilenceAboutTLS: Bool {
        switch self {
        case .closed(.timedOut(.startTLS), _), .closed(.timedOut(.tlsHandshake), _): true
        default: false
        }
    }
}

// MARK: - In the log

extension ConnectionFault {
    /// What happened, without anything that a server sent.
    var logReason: StaticString {
        switch self {
        case .nameNotFound: "name-not-found"
        case .noAddress: "no-address"
        case .connect: "connect-failed"
        case .connectTimedOut: "connect-timed-out"
        case .closed(let reason, _): reason.logReason
        case .outOfTime: "out-of-time"
        case .resolver: "resolver-failed"
        case .unroutable: "unroutable"
        case .notNamedByPolicy: "not-named-by-policy"
        }
    }

    /// The system's or OpenSSL's own words.
    var logDetail: OperatorText? {
        switch self {
        case .connect(let error): OperatorText(error.description)
        case .closed(_, .some(let error)): OperatorText("\(error)")
        case .nameNotFound, .noAddress, .connectTimedOut, .closed, .outOfTime, .resolver, .unroutable,
            .notNamedByPolicy:
            nil
        }
    }

    /// The reply code that ended the session.
    var logCode: UInt16? {
        if case .closed(let reason, _) = self { reason.reply?.code.rawValue } else { nil }
    }
}

extension CloseReason {
    /// The server's words, where it was the server that ended it.
    var reply: Reply? {
        switch self {
        case .greetingRefused(let reply), .helloRefused(let reply), .tlsRefused(let reply),
            .authenticationRefused(let reply), .resetRefused(let reply), .serviceNotAvailable(let reply),
            .contentInterrupted(let reply):
            reply
        case .requested, .idleTooLong, .transactionLimit, .tlsNotOffered, .authenticationNotOffered,
            .authenticationNeedsTLS, .tlsFailed, .connectionLost, .timedOut, .protocolViolation, .contentInvalid:
            nil
        }
    }

    var logReason: StaticString {
        switch self {
        case .requested, .idleTooLong, .transactionLimit: "left"
        case .greetingRefused: "greeting-refused"
        case .helloRefused: "hello-refused"
        case .tlsRefused: "tls-refused"
        case .authenticationRefused: "authentication-refused"
        case .resetRefused: "reset-refused"
        case .serviceNotAvailable: "service-not-available"
        case .contentInterrupted: "content-interrupted"
        case .tlsNotOffered: "tls-not-offered"
        case .authenticationNotOffered: "authentication-not-offered"
        case .authenticationNeedsTLS: "authentication-needs-tls"
        case .tlsFailed: "tls-failed"
        case .connectionLost: "connection-lost"
        case .timedOut: "timed-out"
        case .protocolViolation: "protocol-violation"
        case .contentInvalid: "content-invalid"
        }
    }
}
