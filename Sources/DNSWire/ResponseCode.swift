/// What the server says of the question as a whole (RFC 1035 §4.1.1), extended by EDNS (RFC 6891 §6.1.3).
package struct ResponseCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let noError = ResponseCode(rawValue: 0)
    package static let formatError = ResponseCode(rawValue: 1)
    package static let serverFailure = ResponseCode(rawValue: 2)
    /// NXDOMAIN: the name does not exist, whatever the type.
    package static let nameError = ResponseCode(rawValue: 3)
    package static let notImplemented = ResponseCode(rawValue: 4)
    package static let refused = ResponseCode(rawValue: 5)
    /// RFC 6891 §6.1.3: the server does not know our version of EDNS.
    package static let badVersion = ResponseCode(rawValue: 16)
}
