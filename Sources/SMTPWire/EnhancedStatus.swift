import Base

/// An enhanced mail system status code `class.subject.detail` (RFC 3463 §2). Those in use are named here, once, by
/// their meaning; where both classes are in use the transient one says so in its name.
public struct EnhancedStatus: Hashable, Sendable {
    /// RFC 3463 §2.
    public enum Class: UInt8, Sendable {
        case success = 2
        case persistentTransient = 4
        case permanent = 5
    }

    public let `class`: Class
    /// 0 to 999.
    public let subject: UInt16
    /// 0 to 999.
    public let detail: UInt16

    public var isPermanent: Bool { `class` == .permanent }
    public var isTransient: Bool { `class` == .persistentTransient }

    /// One that somebody else names, for a reply with this code; nil where no class goes with the code, or a number is
    /// above 999.
    public init?(_ code: ReplyCode, subject: UInt16, detail: UInt16) {
        guard let `class` = Class(rawValue: UInt8(code.rawValue / 100)), subject <= 999, detail <= 999 else {
            return nil
        }
        self.init(`class`, subject, detail)
    }

    private init(_ class: Class, _ subject: UInt16, _ detail: UInt16) {
        self.class = `class`
        self.subject = subject
        self.detail = detail
    }
}

/// RFC 3463 §3, unless another document is named.
extension EnhancedStatus {
    public static let success = EnhancedStatus(.success, 0, 0)
    public static let senderValid = EnhancedStatus(.success, 1, 0)
    public static let recipientValid = EnhancedStatus(.success, 1, 5)
    public static let commandCompleted = EnhancedStatus(.success, 5, 0)
    public static let contentAccepted = EnhancedStatus(.success, 6, 0)
    public static let authenticationSucceeded = EnhancedStatus(.success, 7, 0)  // RFC 4954 §6

    public static let temporaryFailure = EnhancedStatus(.persistentTransient, 0, 0)
    public static let mailboxFullForNow = EnhancedStatus(.persistentTransient, 2, 2)
    public static let systemFailureForNow = EnhancedStatus(.persistentTransient, 3, 0)
    public static let systemFullForNow = EnhancedStatus(.persistentTransient, 3, 1)
    public static let systemNotAcceptingForNow = EnhancedStatus(.persistentTransient, 3, 2)
    public static let noAnswerFromHost = EnhancedStatus(.persistentTransient, 4, 1)
    public static let badConnection = EnhancedStatus(.persistentTransient, 4, 2)
    public static let directoryFailure = EnhancedStatus(.persistentTransient, 4, 3)
    public static let protocolErrorForNow = EnhancedStatus(.persistentTransient, 5, 0)
    public static let tooManyRecipientsForNow = EnhancedStatus(.persistentTransient, 5, 3)
    public static let securityFailureForNow = EnhancedStatus(.persistentTransient, 7, 0)
    public static let notAuthorizedForNow = EnhancedStatus(.persistentTransient, 7, 1)

    public static let permanentFailure = EnhancedStatus(.permanent, 0, 0)
    public static let badDestinationMailbox = EnhancedStatus(.permanent, 1, 1)
    public static let badDestinationSystem = EnhancedStatus(.permanent, 1, 2)
    public static let badDestinationSyntax = EnhancedStatus(.permanent, 1, 3)
    public static let badSenderSyntax = EnhancedStatus(.permanent, 1, 7)
    public static let badSenderSystem = EnhancedStatus(.permanent, 1, 8)
    public static let recipientHasNullMX = EnhancedStatus(.permanent, 1, 10)  // RFC 7505
    public static let mailboxDisabled = EnhancedStatus(.permanent, 2, 1)
    public static let mailboxFull = EnhancedStatus(.permanent, 2, 2)
    public static let unableToRoute = EnhancedStatus(.permanent, 4, 4)
    public static let routingLoop = EnhancedStatus(.permanent, 4, 6)
    public static let messageTooLarge = EnhancedStatus(.permanent, 3, 4)
    public static let invalidCommand = EnhancedStatus(.permanent, 5, 1)
    public static let syntaxError = EnhancedStatus(.permanent, 5, 2)
    public static let tooManyRecipients = EnhancedStatus(.permanent, 5, 3)
    public static let invalidArguments = EnhancedStatus(.permanent, 5, 4)
    public static let authenticationLineTooLong = EnhancedStatus(.permanent, 5, 6)  // RFC 4954 §6
    public static let contentInvalid = EnhancedStatus(.permanent, 6, 0)
    public static let conversionNotSupported = EnhancedStatus(.permanent, 6, 3)
    public static let internationalAddressNotSupported = EnhancedStatus(.permanent, 6, 7)  // RFC 6531 §3.5
    public static let securityFailure = EnhancedStatus(.permanent, 7, 0)
    public static let notAuthorized = EnhancedStatus(.permanent, 7, 1)
    public static let credentialsInvalid = EnhancedStatus(.permanent, 7, 8)  // RFC 4954 §6
    public static let mechanismTooWeak = EnhancedStatus(.permanent, 7, 9)  // RFC 4954 §6
    public static let mechanismNeedsEncryption = EnhancedStatus(.permanent, 7, 11)  // RFC 4954 §6
}

extension EnhancedStatus: CustomStringConvertible {
    public var description: String { "\(`class`.rawValue).\(subject).\(detail)" }
}

extension EnhancedStatus {
    /// Reads the status that begins a reply's text, and the number of octets that it and the space after it take.
    /// Nil where there is none, or where its class is not the code's: RFC 2034 §4 binds them together.
    static func leading(_ text: ArraySlice<UInt8>, of code: ReplyCode) -> (status: EnhancedStatus, octets: Int)? {
        var rest = text
        guard let digit = number(&rest, digits: 1), digit == code.rawValue / 100,
            let `class` = Class(rawValue: UInt8(digit)),
            period(&rest), let subject = number(&rest, digits: 3),
            period(&rest), let detail = number(&rest, digits: 3),
            rest.isEmpty || rest.removeFirst() == ASCII.space
        else { return nil }
        return (EnhancedStatus(`class`, subject, detail), text.count - rest.count)
    }

    /// One to `digits` digits without a leading zero (RFC 3463 §2).
    private static func number(_ text: inout ArraySlice<UInt8>, digits: Int) -> UInt16? {
        let run = text.prefix(digits).prefix(while: ASCII.isDigit)
        guard let first = run.first, first != ASCII.zero || run.count == 1 else { return nil }
        text = text.dropFirst(run.count)
        return run.reduce(0) { $0 * 10 + UInt16($1 - ASCII.zero) }
    }

    private static func period(_ text: inout ArraySlice<UInt8>) -> Bool {
        guard text.first == ASCII.period else { return false }
        text = text.dropFirst()
        return true
    }
}
