import Base
import HTTPServer
import HTTPWire
import Model

/// Shared by the listeners that speak no vendor's dialect: plain answers, and refusals as `{"error": ...}`.
enum AdminPage {
    static func json(_ status: HTTPStatus, _ body: [UInt8]) -> Response {
        Response(head: ResponseHead(status, fields: [ResponseField(.contentType, "application/json")]), body: body)
    }

    static func error(_ status: HTTPStatus, _ text: String) -> Response {
        json(status, JSONWriter.object { $0.member("error", text) })
    }

    /// RFC 9110 §9.1.
    static var unknownMethod: Response { error(.notImplemented, "method not implemented") }

    static let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 20)

    /// What is shown here is data, whatever a browser would make of it, and nobody else's.
    private static let guards = [
        ResponseField("X-Content-Type-Options", "nosniff"), ResponseField("Cache-Control", "no-store"),
        ResponseField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ResponseField("Referrer-Policy", "no-referrer"), ResponseField("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// The answer with the id of its request, which every answer has.
    static func named(_ requestID: String, _ response: Response) -> Response {
        var response = response
        response.head.fields.append(ResponseField("X-Request-Id", requestID))
        response.head.fields += guards
        return response
    }

    /// For what is no request.
    static func refusal(_ failure: KernelFailure) -> Response {
        switch failure {
        case .requestTimedOut: error(.requestTimeout, "request timeout")
        case .headTooLarge: error(.requestHeaderFieldsTooLarge, "request head too large")
        case .bodyTooLarge: error(.contentTooLarge, "request body too large")
        case .overloaded, .storageUnavailable, .draining: error(.serviceUnavailable, "try again")
        default: error(.badRequest, "malformed request")
        }
    }
}
