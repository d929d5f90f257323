import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Key rotation", .timeLimit(.minutes(10)))
struct KeyRotationTests {
    /// A verified domain whose keys are being rotated.
    private static func rotating() async throws -> (DomainBench, MailDomain) {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.publish(domain)
        return (bench, try await bench.service.rotateKeys(of: try await bench.service.check(domain)))
    }

    private static func selectors(_ domain: MailDomain, _ use: SigningKey.Use) -> [String] {
        domain.signingKeys(use).map { DomainBench.selectors[$0.algorithm, $0.slot] }
    }

    @Test("New keys stand beside the old ones, which sign until the new are seen")
    func begin() async throws {
        let (bench, domain) = try await Self.rotating()
        #expect(domain.rotation?.state == .pendingDNS)
        #expect(Self.selectors(domain, .active) == ["s1", "s2"])
        #expect(Self.selectors(domain, .staged) == ["s12", "s2-2"])
        let records = bench.records(of: domain).map(\.record)
        #expect(
            records.map(\.purpose) == [
                "spf", "dkim", "dkim_rotation", "dmarc", "dkim_ed25519", "dkim_ed25519_rotation",
            ])
        #expect(records[2].name == "s12._domainkey.example.com" && !records[2].seen)
        #expect(records[1].value != records[2].value)
        let checked = try await bench.service.check(domain)
        #expect(checked.sending == .verified && checked.rotation?.state == .pendingDNS)
        #expect(try await bench.store.directory().domains == [checked])
    }

    @Test("A rotation goes by itself: the new keys are seen, sign after a while, and the old ones end")
    func byItself() async throws {
        let (bench, domain) = try await Self.rotating()
        func state() -> KeyRotation.State? { bench.directory.domain(domain.id)?.rotation?.state }
        func turn(_ duration: Duration, until isSo: @escaping () -> Bool) async {
            while !isSo(), !Task.isCancelled {
                bench.loop.advance(by: duration)
                for _ in 0..<100 where !isSo() { await Task.yield() }
            }
        }
        bench.publish(domain)
        await turn(.seconds(60)) { state() == .ready }
        let seen = bench.time.now
        #expect(seen - bench.time.now <= KernelLimits.rotationLooks.upperBound)
        await turn(.seconds(60)) { state() == .retiring }
        #expect(bench.time.now - seen >= KernelLimits.rotationWait - .seconds(60))
        var changed = try #require(bench.directory.domain(domain.id))
        #expect(Self.selectors(changed, .active) == ["s12", "s2-2"])
        #expect(Self.selectors(changed, .retired) == ["s1", "s2"])
        #expect(changed.sending == .verified)
        let activated = bench.time.now
        await turn(.seconds(3600)) { state() == nil }
        #expect(bench.time.now - activated >= KernelLimits.keyRetirement - .seconds(60))
        changed = try #require(bench.directory.domain(domain.id))
        #expect(Self.selectors(changed, .active) == ["s12", "s2-2"])
        #expect(changed.signingKeys.count == 2 && changed.maySend)
        #expect(try await bench.store.directory().domains == [changed])
    }

    @Test("The next rotation takes the first slot again")
    func again() async throws {
        let (bench, domain) = try await Self.rotating()
        bench.publish(domain)
        var changed = try await bench.service.activateKeys(of: domain, force: true)
        await #expect(throws: KernelFailure.wrongState(.domain, state: .underWay, operation: .rotate)) {
            try await bench.service.rotateKeys(of: changed)
        }
        bench.time.advance(by: KernelLimits.keyRetirement)
        changed = try await bench.service.check(changed)
        #expect(changed.rotation == nil)
        changed = try await bench.service.rotateKeys(of: changed)
        #expect(Self.selectors(changed, .active) == ["s12", "s2-2"])
        #expect(Self.selectors(changed, .staged) == ["s1", "s2"])
        #expect(try await bench.store.directory().domains == [changed])
    }

    @Test("Going over by hand needs the record, and the wait unless it is forced")
    func byHand() async throws {
        let (bench, domain) = try await Self.rotating()
        let staged = bench.records(of: domain)[2].record
        await #expect(throws: KernelFailure.proofNotFound(domain: UserData("example.com"), record: staged)) {
            try await bench.service.activateKeys(of: domain, force: true)
        }
        bench.dns.setDown(true)
        await #expect(throws: KernelFailure.dnsUnreadable(name: UserData("example.com"))) {
            try await bench.service.activateKeys(of: domain, force: true)
        }
        bench.dns.setDown(false)
        bench.publish(domain)
        await #expect(throws: KernelFailure.busy(.domain, retryAfter: KernelLimits.rotationWait)) {
            try await bench.service.activateKeys(of: domain, force: false)
        }
        let ready = try #require(bench.directory.domain(domain.id))
        #expect(ready.rotation?.state == .ready)
        #expect(try await bench.service.activateKeys(of: ready, force: true).rotation?.state == .retiring)
    }

    @Test("A record that is gone again takes the wait back, and one that cannot be read does not")
    func goneAgain() async throws {
        let (bench, domain) = try await Self.rotating()
        bench.publish(domain)
        _ = try await bench.service.check(domain)
        bench.dns.fail("s12._domainkey.example.com")
        bench.time.advance(by: KernelLimits.rotationWait)
        #expect(try await bench.service.check(domain).rotation?.state == .ready)
        let (other, otherDomain) = try await Self.rotating()
        other.publish(otherDomain)
        _ = try await other.service.check(otherDomain)
        other.dns.remove("s12._domainkey.example.com")
        #expect(try await other.service.check(otherDomain).rotation?.state == .pendingDNS)
    }

    @Test("A cancelled rotation leaves the domain as it was")
    func cancelled() async throws {
        let (bench, domain) = try await Self.rotating()
        let changed = try await bench.service.cancelRotation(of: domain)
        #expect(changed.rotation == nil)
        #expect(Self.selectors(changed, .active) == ["s1", "s2"] && changed.signingKeys.count == 2)
        await #expect(throws: KernelFailure.wrongState(.domain, state: .idle, operation: .cancel)) {
            try await bench.service.cancelRotation(of: changed)
        }
    }

    @Test("A domain that is pinned needs the new record all the same")
    func pinned() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.service.rotateKeys(of: try await bench.add(pinned: true))
        #expect(bench.records(of: domain).map(\.record.seen) == [true, true, false, true, true, false])
        await #expect(throws: KernelFailure.self) { try await bench.service.activateKeys(of: domain, force: true) }
        #expect(try await bench.service.check(domain).rotation?.state == .pendingDNS)
    }
}
