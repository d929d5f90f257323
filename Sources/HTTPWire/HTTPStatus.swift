/// A status code with its reason phrase (RFC 9110 §15, RFC 6585). Codes are named here and nowhere else.
public struct HTTPStatus: Sendable {
    /// 100 ... 599
    public let code: Int
    public let reason: StaticString

    private init(_ code: Int, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    /// Any code of three digits that a dialect asks for; a code without a name has an empty reason (RFC 9112 §4).
    public init(code: Int) {
        precondition((100...599).contains(code), "a status code is 100 to 599")
        self = Self.named.first { $0.code == code } ?? HTTPStatus(code, "")
    }

    /// Neither a body nor Content-Length belongs to it (RFC 9110 §8.6, §6.4.1).
    public var forbidsContent: Bool { code < 200 || code == 204 || code == 304 }

    public static let ok = HTTPStatus(200, "OK")
    public static let created = HTTPStatus(201, "Created")
    public static let accepted = HTTPStatus(202, "Accepted")
    public static let noContent = HTTPStatus(204, "No Content")
    public static let multiStatus = HTTPStatus(207, "Multi-Status")
    public static let movedPermanently = HTTPStatus(301, "Moved Permanently")
    public static let found = HTTPStatus(302, "Found")
    public static let seeOther = HTTPStatus(303, "See Other")
    public static let notModified = HTTPStatus(304, "Not Modified")
    public static let temporaryRedirect = HTTPStatus(307, "Temporary Redirect")
    public static let permanentRedirect = HTTPStatus(308, "Permanent Redirect")
    public static let badRequest = HTTPStatus(400, "Bad Request")
    public static let unauthorized = HTTPStatus(401, "Unauthorized")
    public static let paymentRequired = HTTPStatus(402, "Payment Required")
    public static let forbidden = HTTPStatus(403, "Forbidden")
    public static let notFound = HTTPStatus(404, "Not Found")
    public static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    public static let notAcceptable = HTTPStatus(406, "Not Acceptable")
    public static let requestTimeout = HTTPStatus(408, "Request Timeout")
    public static let conflict = HTTPStatus(409, "Conflict")
    public static let gone = HTTPStatus(410, "Gone")
    public static let lengthRequired = HTTPStatus(411, "Length Required")
    public static let preconditionFailed = HTTPStatus(412, "Precondition Failed")
    public static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    public static let uriTooLong = HTTPStatus(414, "URI Too Long")
    public static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    public static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    public static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    public static let unprocessableContent = HTTPStatus(422, "Unprocessable Content")
    public static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    public static let requestHeaderFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    public static let internalServerError = HTTPStatus(500, "Internal Server Error")
    public static let notImplemented = HTTPStatus(501, "Not Implemented")
    public static let badGateway = HTTPStatus(502, "Bad Gateway")
    public static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    public static let gatewayTimeout = HTTPStatus(504, "Gateway Timeout")
    public static let httpVersionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")
    public static let insufficientStorage = HTTPStatus(507, "Insufficient Storage")

    /// The common ones first: the list is searched from its start.
    private static let named: [HTTPStatus] = [
        ok, accepted, created, noContent, badRequest, unauthorized, forbidden, notFound, tooManyRequests,
        unprocessableContent, multiStatus, movedPermanently, found, seeOther, notModified, temporaryRedirect,
        permanentRedirect, paymentRequired, methodNotAllowed, notAcceptable, requestTimeout, conflict, gone,
        lengthRequired, preconditionFailed, contentTooLarge, uriTooLong, unsupportedMediaType, expectationFailed,
        misdirectedRequest, requestHeaderFieldsTooLarge, internalServerError, notImplemented, badGateway,
        serviceUnavailable, gatewayTimeout, httpVersionNotSupported, insufficientStorage,
    ]
}

extension HTTPStatus: Hashable {
    public static func == (left: HTTPStatus, right: HTTPStatus) -> Bool { left.code == right.code }
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
