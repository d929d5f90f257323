import Base
import Kernel
import Model
import TestKit
import Testing

@Suite("Fault orders")
struct FaultOrderTests {
    private let facts = FaultFacts(
        method: "POST", path: "/x", now: Fixture.start, address: IPAddress("192.0.2.1"),
        requirement: Requirement(anyOf: ["send", "all"]), key: Fixture.key())

    private func failure(_ text: String) throws -> KernelFailure { try FaultOrder(text).failure(facts) }

    @Test(
        "Every failure can be asked for by its name, and nothing need be said beside it", arguments: FaultName.allCases)
    func names(name: FaultName) throws { #expect(FaultName(try failure(name.rawValue)) == name) }

    @Test("What a failure carries is what the request and the parameters say")
    func payloads() throws {
        #expect(
            try failure("quotaExceeded; domain=example.com; limit=1000; period=month")
                == .quotaExceeded(
                    QuotaState(period: .month, owner: .domain("example.com"), limit: 1000, resetAt: nil)))
        #expect(
            try failure("rateLimited;retryAfter=7s;limit=3")
                == .rateLimited(
                    WindowState(
                        limit: 3, remaining: 0, resetAt: Fixture.start + .seconds(7), retryAfter: .seconds(7))))
        #expect(try failure("notFound; resource=webhook") == .notFound(.webhook))
        #expect(try failure("notFound; resource=record:payment") == .notFound(.record("payment")))
        let reschedule = { KernelFailure.wrongState(.message, state: $0, operation: .reschedule) }
        #expect(try failure("wrongState ; operation = reschedule") == reschedule(.underWay))
        #expect(try failure("wrongState ; operation = reschedule; state=ended") == reschedule(.ended))
        #expect(try failure("wrongState; operation=reschedule; state=EXPIRED") == reschedule(.named("EXPIRED")))
        #expect(try failure("addressNotAllowed") == .addressNotAllowed(IPAddress("192.0.2.1")))
        guard case .scopeMissing(let shortfall) = try failure("scopeMissing") else {
            Issue.record("another failure")
            return
        }
        #expect(shortfall.reported == "send" && shortfall.held == ["send"] && shortfall.path.text == "/x")
        guard case .invalid(let fault, _) = try failure("invalid; field=cc; rule=count") else {
            Issue.record("another failure")
            return
        }
        #expect(fault.field == "cc" && fault.rule == .count(minimum: 1, maximum: 50))
    }

    @Test("How often, from when and how late are read from any order")
    func common() throws {
        let order = try FaultOrder("internalError; rate=0.25; after=10; delay=2s")
        #expect(order.rate == 0.25 && order.after == 10 && order.delay == .seconds(2))
        let plain = try FaultOrder("internalError")
        #expect(plain.rate == 1 && plain.after == 0 && plain.delay == .zero)
    }

    @Test(
        "What is not understood is refused",
        arguments: [
            "", "nothing", "InternalError", "internalError;", "internalError; rate", "internalError; rate=",
            "internalError; rate=2", "internalError; rate=-1", "internalError; rate=x", "internalError; after=-1",
            "internalError; after=1.5", "internalError; delay=2", "internalError; delay=2h", "internalError; limit=1",
            "internalError; rate=1; rate=1", "notFound; resource=thing", "quotaExceeded; period=year",
            "rateLimited; limit=many", "rateLimited; Limit=1", "invalid; rule=nice", "internalError rate=1",
        ])
    func refused(text: String) { #expect(throws: FaultSyntaxError.self) { try FaultOrder(text) } }

    @Test("A refusal says what would do")
    func reasons() {
        func reason(_ text: String) -> String {
            do {
                _ = try FaultOrder(text)
                return ""
            } catch {
                return error.reason
            }
        }
        #expect(reason("internalEror").contains("internalError"))
        #expect(reason("quotaExceeded; periode=day").contains("period"))
        #expect(reason("notFound; resource=thing").contains("webhook"))
    }
}
