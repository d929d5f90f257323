import AdapterKit
import Base
import Model
import Testing

@testable import Harepost

@Suite("Harepost: what a send asks for")
struct MappingTests {
    private func send(_ members: String) throws -> SendRequest {
        try SendRequest(Form(Array("{\"target\":\"https://hooks.acme.test/in\",\(members)}".utf8)))
    }

    private func fields(_ members: String) throws -> [String] {
        try send(members).request.fields.map { "\($0.name): \($0.value)" }
    }

    @Test(
        "A body goes out as it was given: a text as its bytes, an object as its JSON",
        arguments: [
            (#""body":"a\u00e9\n""#, "aé\n"), (#""body":{ "a" : [1.0, "x y"] }"#, #"{"a":[1.0,"x y"]}"#),
            (#""body":[ ]"#, "[]"), (#""body":null"#, ""), (#""x":1"#, ""), (#""method":"GET","body":{"a":1}"#, ""),
            (#""body":{"a\"b":"\\"}"#, #"{"a\"b":"\\"}"#),
        ])
    func bodies(_ members: String, _ expected: String) throws {
        #expect(String(decoding: try send(members).body, as: UTF8.self) == expected)
    }

    @Test("An object is said to be JSON unless the caller says otherwise; of a text nothing is said")
    func contentType() throws {
        let agent = "User-Agent: Harepost/1.0"
        #expect(try fields(#""body":{}"#) == ["Content-Type: application/json", agent])
        #expect(try fields(#""body":{},"headers":{"content-type":"a/b"}"#) == ["content-type: a/b", agent])
        #expect(try fields(#""body":"x""#) == [agent])
        #expect(try fields(#""headers":{"user-agent":"mine"}"#) == ["user-agent: mine"])
    }

    @Test("Headers of the connection, credentials and the service's own are dropped in silence")
    func stripped() throws {
        let names = [
            "Host", "Content-Length", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
            "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Authorization", "Cookie", "Expect",
            "X-Harepost-Signature", "x-harepost-anything",
        ]
        let members = names.map { "\"\($0)\":\"v\"" }.joined(separator: ",")
        #expect(try fields("\"headers\":{\(members),\"X-Kept\":\"v\"}") == ["X-Kept: v", "User-Agent: Harepost/1.0"])
    }

    @Test("The receiver's key goes out as a header")
    func idempotencyKey() throws {
        #expect(
            try fields(#""idempotency_key":"inv_1""#)
                == ["X-Harepost-Idempotency-Key: inv_1", "User-Agent: Harepost/1.0"])
    }

    @Test("The policy is the vendor's where the send is silent")
    func defaults() throws {
        let policy = try send(#""x":1"#).request.policy
        #expect(policy.timeout == .seconds(10))
        #expect(
            policy.retries.delays == .exponential(first: .seconds(1), factor: 2, cap: .seconds(3600)))
        #expect(policy.retries.attempts == 5 && policy.retries.jitter == .full)
        #expect(policy.retries.retryAfter == .replaces(cap: .seconds(43_200)))
    }

    @Test(
        "What is out of range is moved to its nearer end, fractions are cut off",
        arguments: [
            ("max_attempts", "0", 1), ("max_attempts", "26", 25), ("max_attempts", "2.9", 2),
            ("max_attempts", "-1e30", 1),
            ("max_attempts", "1e400", 25), ("max_attempts", "\"7\"", 5), ("max_attempts", "null", 5),
        ])
    func clamping(_ name: String, _ value: String, _ expected: Int) throws {
        #expect(try send("\"delivery\":{\"\(name)\":\(value)}").request.policy.retries.attempts == expected)
    }

    @Test("Each member of the policy does what it says")
    func policy() throws {
        let policy = try send(
            """
            "delivery":{"backoff":"fixed","base_delay_ms":60000,"max_delay_ms":999,"jitter":"none","timeout_ms":99999,\
            "respect_retry_after":false}
            """
        ).request.policy
        // The longest delay bounds a fixed one, too.
        #expect(policy.retries.delays == .constant(.seconds(1)))
        #expect(policy.retries.jitter == .none && policy.retries.retryAfter == .ignored)
        #expect(policy.timeout == .seconds(30))
        let other = try send(#""delivery":{"base_delay_ms":1,"max_delay_ms":9e12,"timeout_ms":0}"#).request.policy
        #expect(
            other.retries.delays == .exponential(first: .milliseconds(100), factor: 2, cap: .seconds(43_200)))
        #expect(other.timeout == .seconds(1))
    }

    @Test("2xx is success, 5xx, 408 and 429 are tried again, everything else is the target's word")
    func verdicts() throws {
        let policy = try send(#""x":1"#).request.policy
        for status in 100...599 {
            let expected: AttemptPolicy.Verdict =
                switch status {
                case 200...299: .success
                case 408, 429, 500...599: .again
                default: .giveUp
                }
            #expect(policy.verdict(status) == expected, "\(status)")
        }
        #expect(policy.verdict(nil) == .again)
    }

    @Test("A body of a mebibyte is taken, a byte more is not")
    func size() throws {
        let most = String(repeating: "x", count: 1 << 20)
        #expect(try send("\"body\":\"\(most)\"").body.count == 1 << 20)
        #expect(throws: KernelFailure.invalid(FieldFault("body", .size(maximum: 1 << 20)))) {
            try send("\"body\":\"\(most)x\"")
        }
    }

    @Test("The signature is the contract's: over time, a dot and the body, with the whole secret")
    func recipe() throws {
        let signing = try #require(Harepost().relays).signing
        #expect(signing.parts == [.time, .body] && signing.encoding == .hexadecimal && signing.prefix == "v1=")
        #expect(signing.fields == [.init("X-Harepost-Signature", "t={time},{signatures}")])
    }
}
