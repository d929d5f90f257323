import Model
import SMTPWire

/// Why nobody takes mail for a destination. All are permanent: the DNS said so.
enum RouteRefusal: Error, Hashable, Sendable, CaseIterable {
    /// RFC 7505: it wants no mail.
    case nullMX
    case noSuchDomain
    /// It names no exchange and has no address either.
    case noServer
    /// None of the exchanges that it names has an address.
    case noAddress
    /// The best of its exchanges is this very server (RFC 5321 §5.1).
    case loop
    /// The egress guard lets nothing through to any address.
    case notAllowed
    /// An address in brackets that is none.
    case badLiteral

    /// Only a domain that does not exist, or says itself that it wants no mail, counts as a bad one, which suppresses
    /// the recipient: one without a server today may have one tomorrow.
    var classification: AttemptResult.Class {
        switch self {
        case .nullMX, .noSuchDomain, .badLiteral: .badDomain
        case .noServer, .noAddress, .loop, .notAllowed: .routing
        }
    }

    var status: EnhancedStatus {
        switch self {
        case .nullMX: .recipientHasNullMX
        case .noSuchDomain, .noServer, .badLiteral: .badDestinationSystem
        case .noAddress, .notAllowed: .unableToRoute
        case .loop: .routingLoop
        }
    }

    var sentence: String {
        switch self {
        case .nullMX: "the domain takes no mail (null MX)"
        case .noSuchDomain: "the domain does not exist"
        case .noServer: "the domain has neither a mail exchange nor an address"
        case .noAddress: "the domain's mail exchanges have no address"
        case .loop: "the domain's best mail exchange is this server"
        case .notAllowed: "the domain's mail exchanges are at addresses that are not public"
        case .badLiteral: "the address in brackets is not understood"
        }
    }
}
