/// A status code with its reason phrase (RFC 9110 §15, RFC 6585). Codes are named here and nowhere else.
package struct HTTPStatus: Sendable {
    /// 100 ... 599
    package let code: Int
    package let reason: StaticString

    private init(_ code: Int, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    /// Any code of three digits that a dialect asks for; a code without a name has an empty reason (RFC 9112 §4).
    package init(code: Int) {
        precondition((100...599).contains(code), "a status code is 100 to 599")
        self = Self.named.first { $0.code == code } ?? HTTPStatus(code, "")
    }

    /// Neither a body nor Content-Length belongs to it (RFC 9110 §8.6, §6.4.1).
    package var forbidsContent: Bool { code < 200 || code == 204 || code == 304 }

    package static let ok = HTTPStatus(200, "OK")
    package static let created = HTTPStatus(201, "Created")
    package static let accepted = HTTPStatus(202, "Accepted")
    package static let noContent = HTTPStatus(204, "No Content")
    package static let multiStatus = HTTPStatus(207, "Multi-Status")
    package static let movedPermanently = HTTPStatus(301, "Moved Permanently")
    package static let found = HTTPStatus(302, "Found")
    package static let seeOther = HTTPStatus(303, "See Other")
    package static let notModified = HTTPStatus(304, "Not Modified")
    package static let temporaryRedirect = HTTPStatus(307, "Temporary Redirect")
    package static let permanentRedirect = HTTPStatus(308, "Permanent Redirect")
    package static let badRequest = HTTPStatus(400, "Bad Request")
    package static let unauthorized = HTTPStatus(401, "Unauthorized")
    package static let paymentRequired = HTTPStatus(402, "Payment Required")
    package static let forbidden = HTTPStatus(403, "Forbidden")
    package static let notFound = HTTPStatus(404, "Not Found")
    package static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    package static let notAcceptable = HTTPStatus(406, "Not Acceptable")
    package static let requestTimeout = HTTPStatus(408, "Request Timeout")
    package static let conflict = HTTPStatus(409, "Conflict")
    package static let gone = HTTPStatus(410, "Gone")
    package static let lengthRequired = HTTPStatus(411, "Length Required")
    package static let preconditionFailed = HTTPStatus(412, "Precondition Failed")
    package static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    package static let uriTooLong = HTTPStatus(414, "URI Too Long")
    package static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    package static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    package static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    package static let unprocessableContent = HTTPStatus(422, "Unprocessable Content")
    package static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    package static let requestHeaderFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    package static let internalServerError = HTTPStatus(500, "Internal Server Error")
    package static let notImplemented = HTTPStatus(501, "Not Implemented")
    package static let badGateway = HTTPStatus(502, "Bad Gateway")
    package static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    package static let gatewayTimeout = HTTPStatus(504, "Gateway Timeout")
    package static let httpVersionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")
    package static let insufficientStorage = HTTPStatus(507, "Insufficient Storage")

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
    package static func == (left: HTTPStatus, right: HTTPStatus) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
