import AdapterKit
import Base
import Model
import Testing

@Suite("Options of Harpoon")
struct HarpoonOptionTests {
    /// Status line and body of the answer to a request with the owner's key, on a server with these options.
    private func ask(
        _ line: String, _ body: String = "", _ options: [String: OptionValue]
    ) async throws -> (status: String, body: String) {
        let server = try await InProcessServer(.harpoon, limit: 1000, options: options)
        defer { server.close() }
        var request = "\(line) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {{key}}\r\n"
        request += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        for (name, value) in server.variables { request = request.replacing("{{\(name)}}", with: value) }
        let answer = await server.answer(Array(request.utf8))
        let end = try #require(answer.firstRange(of: "\r\n\r\n"))
        return (String(answer.prefix { $0 != "\r\n" }), String(answer[end.upperBound...]))
    }

    @Test(
        "A payment without a phone number is refused where one is asked for", arguments: [true, false])
    func strictPhoneNumber(isStrict: Bool) async throws {
        let answer = try await ask(
            "POST /v1/transactions/initialize", #"{"amount":"1"}"#, ["strictPhoneNumber": .boolean(isStrict)])
        #expect(answer.status == (isStrict ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 201 Created"))
        let refusal =
            #"{"success":false,"error":{"code":"MISSING_REQUIRED_FIELD","message":"#
            + #""Required field 'phone_number' is missing","details":{"field":"phone_number","location":"body"}}}"#
        #expect((answer.body == refusal) == isStrict)
    }

    @Test("Pages of payments are at the origin that is configured, with or without a slash at its end")
    func checkoutOrigin() async throws {
        for text in ["https://pay.example.com", "https://pay.example.com/"] {
            let url = try #require(WebURL(text))
            let answer = try await ask(
                "POST /v1/transactions/initialize", #"{"amount":"1"}"#, ["checkoutOrigin": .url(url)])
            #expect(answer.body.contains(#""checkout_url":"https://pay.example.com/pay/"#), "\(text)")
        }
    }

    @Test(
        "A cancel that comes too late has the status of its code, or 400 whatever ended the payment",
        arguments: ["SUCCESS", "EXPIRED", "REFUNDED"])
    func cancelRefusal(state: String) async throws {
        let line = "POST /v1/transactions/{{\(state)}}/cancel"
        let plain = try await ask(line, "", ["cancelRefusal": .word("badRequest")])
        #expect(plain.status == "HTTP/1.1 400 Bad Request")
        #expect(
            plain.body
                == #"{"success":false,"error":{"code":"INVALID_TRANSACTION_STATE","#
                + #""message":"Transaction is \#(state)","details":{"status":"\#(state)"}}}"#)
        let coded = try await ask(line, "", ["cancelRefusal": .word("byCode")])
        #expect(coded.status == (state == "REFUNDED" ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 409 Conflict"))
    }
}
