import AdapterKit
import Base
import Kernel
import Model
import Ports
import Testing

@testable import Harpoon

/// Codes that others have published for the forms that this dialect reads and writes.
@Suite("Harpoon: published vectors")
struct VectorTests {
    private static let sentAt = Instant(seconds: 1_781_100_135)

    @Test("SMS Gateway's signature covers the bytes as they came, and its time, for a window")
    func gateway() throws {
        let body = Array(
            (#"{"deviceId":"dev-01","event":"sms:received","id":"Ev0000000000000000001","payload":"#
                + #"{"message":"Y\u0027ello test 1","receivedAt":"2026-06-10T14:02:15.000+00:00","#
                + #""messageId":"7f3a21c0","phoneNumber":"MobileMoney","recipient":"+233240000001","#
                + #""sender":"MobileMoney","simNumber":1},"webhookId":"wh-01"}"#).utf8)
        let signature = "2ef61e7dfa02d14b72424ac262a1abb3ee4ae77cb82807b148e45a6e19a1629b"
        func check(_ body: [UInt8], at now: Instant = Self.sentAt) throws(KernelFailure) {
            try SMSGatewayForm.check(
                body, signature: signature, timestamp: "1781100135", key: Array("k3yAbCd8".utf8), at: now)
        }
        try check(body)
        try check(body, at: Self.sentAt + .seconds(300))
        #expect(throws: KernelFailure.credentialExpired(at: Self.sentAt)) {
            try check(body, at: Self.sentAt + .seconds(301))
        }
        // Read and written again it is another body.
        let rewritten = String(decoding: body, as: UTF8.self).replacing("\\u0027", with: "'")
        #expect(throws: KernelFailure.credentialUnknown) { try check(Array(rewritten.utf8)) }
    }

    @Test("httpSMS's token is good for its address, within its time, under its key")
    func httpSMS() throws {
        let token =
            "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcGkuaHR0cHNtcy5jb20iLCJzdWIiOiJ1c2"
            + "VyLTAxIiwiYXVkIjpbImh0dHBzOi8vcmVsYXkuZXhhbXBsZS9pbmdlc3QvaHR0cHNtcyJdLCJleHAiOjE3ODExMDA3"
            + "MzUsIm5iZiI6MTc4MTA5OTUzNSwiaWF0IjoxNzgxMTAwMTM1fQ.v83Xlp9eCN5CtOJDbQ0CiiTW5rHzCuYNHeSGuPP"
            + "fWnU"
        func check(
            key: String = "signing-key-0001", path: String = "/ingest/httpsms", at now: Instant = Self.sentAt
        ) throws(KernelFailure) {
            try ForwarderProof.checkToken(token, key: Array(key.utf8), path: path, at: now)
        }
        try check()
        #expect(throws: KernelFailure.credentialUnknown) { try check(key: "signing-key-0002") }
        #expect(throws: KernelFailure.credentialUnknown) { try check(path: "/ingest/other") }
        #expect(throws: KernelFailure.credentialExpired(at: Instant(seconds: 1_781_100_735))) {
            try check(at: Instant(seconds: 1_781_100_735))
        }
    }

    @Test("A webhook is signed as the vendor's verifiers read it")
    func webhook() throws {
        let signing = try #require(Harpoon().webhooks).rules.signing
        let body =
            #"{"event":"transaction.completed","webhook_id":"whk_00112233445566778899aabbccddeeff","#
            + #""timestamp":"2026-06-10T14:00:00Z","data":{"reference":"hpn_trx_0123456789abcdef0123456789abcdef","#
            + #""status":"SUCCESS"}}"#
        let fields = WebhookSigner.fields(
            signing, secrets: ["whsec_testvector0002"], id: "whk_00112233445566778899aabbccddeeff",
            event: "transaction.completed", time: Instant(seconds: 1_781_100_000), body: Array(body.utf8))
        func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        #expect(
            value("X-Harpoon-Signature") == "sha256=cc9b0dfbf6ed60d8828de537a86c349602cd87d39fe2bd1c1706112cc7f861b2")
        #expect(value("X-Harpoon-Timestamp") == "1781100000")
        #expect(value("X-Harpoon-Webhook-ID") == "whk_00112233445566778899aabbccddeeff")
    }
}
