/// A three-digit SMTP reply code (RFC 5321 §4.2). Those in use are named here, once, by their meaning.
package struct ReplyCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    /// Nil outside 200 to 599. Codes without a name are kept as they are: RFC 5321 §4.2 has the client judge an
    /// unknown code by its first digit.
    package init?(rawValue: UInt16) {
        guard (200...599).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// What the first digit says (RFC 5321 §4.2.1).
    package enum Severity: UInt16, Sendable {
        case positiveCompletion = 2
        case positiveIntermediate = 3
        case transientNegative = 4
        case permanentNegative = 5
    }

    package var severity: Severity {
        switch rawValue {
        case ..<300: .positiveCompletion
        case ..<400: .positiveIntermediate
        case ..<500: .transientNegative
        default: .permanentNegative
        }
    }
}

/// RFC 5321 §4.2.3, unless another document is named.
extension ReplyCode {
    package static let systemStatus = ReplyCode(211)
    package static let helpMessage = ReplyCode(214)
    package static let serviceReady = ReplyCode(220)
    package static let serviceClosing = ReplyCode(221)
    package static let authenticationSucceeded = ReplyCode(235)  // RFC 4954 §6
    package static let completed = ReplyCode(250)
    package static let willForward = ReplyCode(251)
    package static let cannotVerifyButWillTry = ReplyCode(252)

    package static let authenticationContinues = ReplyCode(334)  // RFC 4954 §4
    package static let startMailInput = ReplyCode(354)

    package static let serviceNotAvailable = ReplyCode(421)
    package static let passwordTransitionNeeded = ReplyCode(432)  // RFC 4954 §6
    package static let mailboxBusy = ReplyCode(450)
    package static let localError = ReplyCode(451)
    package static let insufficientStorage = ReplyCode(452)
    package static let temporarilyNoTLSOrAuthentication = ReplyCode(454)  // RFC 3207 §4, RFC 4954 §6
    package static let parametersNotAccommodated = ReplyCode(455)

    package static let commandUnrecognized = ReplyCode(500)
    package static let parameterSyntaxError = ReplyCode(501)
    package static let commandNotImplemented = ReplyCode(502)
    package static let badSequence = ReplyCode(503)
    package static let parameterNotImplemented = ReplyCode(504)
    package static let hostNeverAcceptsMail = ReplyCode(521)  // RFC 7504 §3
    package static let authenticationOrTLSRequired = ReplyCode(530)  // RFC 3207 §4, RFC 4954 §6
    package static let mechanismTooWeak = ReplyCode(534)  // RFC 4954 §6
    package static let credentialsInvalid = ReplyCode(535)  // RFC 4954 §6
    package static let mechanismNeedsEncryption = ReplyCode(538)  // RFC 4954 §6, for older servers
    package static let mailboxUnavailable = ReplyCode(550)
    package static let userNotLocal = ReplyCode(551)
    package static let storageExceeded = ReplyCode(552)
    package static let mailboxNameNotAllowed = ReplyCode(553)
    package static let transactionFailed = ReplyCode(554)
    package static let parametersNotRecognized = ReplyCode(555)
    package static let domainNeverAcceptsMail = ReplyCode(556)  // RFC 7504 §4
}

extension ReplyCode: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
