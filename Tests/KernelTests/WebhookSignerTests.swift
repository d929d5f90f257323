import Base
import Kernel
import Model
import Ports
import Testing

/// The five vendors' recipes, and vectors that were computed apart from this program.
@Suite("Webhook signatures")
struct WebhookSignerTests {
    private let time = Instant(seconds: 1_781_100_000)

    private func sign(
        _ signing: WebhookSigning, _ secrets: [String], body: String, id: String = "id-1"
    ) -> [OutgoingRequest.Field] {
        WebhookSigner.fields(
            signing, secrets: secrets, id: id, event: "invoice.settled", time: time, body: Array(body.utf8))
    }

    @Test("Time and body, the time inside the value")
    func timeInValue() {
        let signing = WebhookSigning(
            parts: [.time, .body], encoding: .hexadecimal, prefix: "v1=", separator: ",",
            fields: [.init("X-Signature", "t={time},{signatures}")])
        let fields = sign(signing, ["whsec_testvector0001"], body: #"{"event":"invoice.settled","id":"inv_771"}"#)
        let code = "dca48d479d43da15cb1090a70a42b024201f0a99cc0326e929b3e74c992c736e"
        #expect(fields == [.init("X-Signature", "t=1781100000,v1=\(code)")])
    }

    @Test("Time and body, the time in a field of its own")
    func timeInField() {
        let signing = WebhookSigning(
            parts: [.time, .body], encoding: .hexadecimal, prefix: "sha256=", separator: ",",
            fields: [.init("X-Signature", "{signatures}"), .init("X-Timestamp", "{time}"), .init("X-ID", "{id}")])
        let body =
            #"{"event":"transaction.completed","webhook_id":"whk_00112233445566778899aabbccddeeff","#
            + #""timestamp":"2026-06-10T14:00:00Z","data":{"reference":"hpn_trx_0123456789abcdef0123456789abcdef","#
            + #""status":"SUCCESS"}}"#
        let fields = sign(signing, ["whsec_testvector0002"], body: body)
        let code = "cc9b0dfbf6ed60d8828de537a86c349602cd87d39fe2bd1c1706112cc7f861b2"
        #expect(fields.map(\.value) == ["sha256=\(code)", "1781100000", "id-1"])
    }

    @Test("The body alone, with two secrets while one is on its way out")
    func twoSecrets() {
        let signing = WebhookSigning(
            parts: [.body], encoding: .hexadecimal, prefix: "sha256=", separator: ",",
            fields: [.init("X-Signature", "{signatures}"), .init("X-Event", "{event}")])
        // RFC 4231 §4.3, test case 2.
        let code = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        let one = sign(signing, ["Jefe"], body: "what do ya want for nothing?")
        #expect(one.map(\.value) == ["sha256=\(code)", "invoice.settled"])
        let two = sign(signing, ["Other", "Jefe"], body: "what do ya want for nothing?")
        let values = two[0].value.split(separator: ",")
        #expect(values.count == 2 && values[1] == "sha256=\(code)" && values[0] != values[1])
    }

    @Test("Id, time and body in base64, as the Standard Webhooks have it")
    func standard() {
        let signing = WebhookSigning(
            parts: [.id, .time, .body], encoding: .base64, prefix: "v1,", separator: " ",
            fields: [
                .init("webhook-id", "{id}"), .init("webhook-timestamp", "{time}"),
                .init("webhook-signature", "{signatures}"),
            ])
        // Computed with Python's hmac, which gives the published example of those libraries for its secret.
        let fields = WebhookSigner.fields(
            signing, secrets: ["secret"], id: "msg_p5jXN8AQM9LWM0D4loKWxJek", event: "x",
            time: Instant(seconds: 1_614_265_330), body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(fields[0].value == "msg_p5jXN8AQM9LWM0D4loKWxJek" && fields[1].value == "1614265330")
        #expect(fields[2].value == "v1,QhlSMIJS/+71IQLjjmkiCGkWoueir474RayJQKtDu+0=")
    }
}
