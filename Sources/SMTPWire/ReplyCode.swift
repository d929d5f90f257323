/// A three-digit SMTP reply code (RFC 5321 §4.2). Those in use are named here, once, by their meaning.
public struct ReplyCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    /// Nil outside 200 to 599. Codes without a name are kept as they are: RFC 5321 §4.2 has the client judge an
    /// unknown code by its first digit.
    public init?(rawValue: UInt16) {
        guard (200...599).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// What the first digit says (RFC 5321 §4.2.1).
    public enum Severity: UInt16, Sendable {
        case positiveCompletion = 2
        case positiveIntermediate = 3
        case transientNegative = 4
        case permanentNegative = 5
    }

    public var severity: Severity {
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
    public static let systemStatus = ReplyCode(211)
    public static let helpMessage = ReplyCode(214)
    public static let serviceReady = ReplyCode(220)
    public static let serviceClosing = ReplyCode(221)
    public static let authenticationSucceeded = ReplyCode(235)  // RFC 4954 §6
    public static let completed = ReplyCode(250)
    public static let willForward = ReplyCode(251)
    public static let cannotVerifyButWillTry = ReplyCode(252)

    public static let authenticationContinues = ReplyCode(334)  // RFC 4954 §4
    public static let startMailInput = ReplyCode(354)

    public static let serviceNotAvailable = ReplyCode(421)
    public static let passwordTransitionNeeded = ReplyCode(432)  // RFC 4954 §6
    public static let mailboxBusy = ReplyCode(450)
    public static let localError = ReplyCode(451)
    public static let insufficientStorage = ReplyCode(452)
    public static let temporarilyNoTLSOrAuthentication = ReplyCode(454)  // RFC 3207 §4, RFC 4954 §6
    public static let parametersNotAccommodated = ReplyCode(455)

    public static let commandUnrecognized = ReplyCode(500)
    public static let parameterSyntaxError = ReplyCode(501)
    public static let commandNotImplemented = ReplyCode(502)
    public static let badSequence = ReplyCode(503)
    public static let parameterNotImplemented = ReplyCode(504)
    public static let hostNeverAcceptsMail = ReplyCode(521)  // RFC 7504 §3
    public static let authenticationOrTLSRequired = ReplyCode(530)  // RFC 3207 §4, RFC 4954 §6
    public static let mechanismTooWeak = ReplyCode(534)  // RFC 4954 §6
    public static let credentialsInvalid = ReplyCode(535)  // RFC 4954 §6
    public static let mechanismNeedsEncryption = ReplyCode(538)  // RFC 4954 §6, for older servers
    public static let mailboxUnavailable = ReplyCode(550)
    public static let userNotLocal = ReplyCode(551)
    public static let storageExceeded = ReplyCode(552)
    public static let mailboxNameNotAllowed = ReplyCode(553)
    public static let transactionFailed = ReplyCode(554)
    public static let parametersNotRecognized = ReplyCode(555)
    public static let domainNeverAcceptsMail = ReplyCode(556)  // RFC 7504 §4
}

extension ReplyCode: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
