import DNSWire
import Kernel
import MailFormat
import Model
import Ports
import TestKit
import Testing

@Suite("Domains")
struct DomainServiceTests {
    @Test("The owner is told what to publish, with our names in it")
    func plan() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add(options: DomainOptions(returnPath: "b.example.com", receives: true))
        let records = bench.records(of: domain).map(\.record)
        #expect(records.map(\.type) == ["TXT", "TXT", "TXT", "MX", "CNAME", "TXT"])
        #expect(records[0].name == "example.com")
        #expect(records[0].value == "v=spf1 include:spf.relay.example ~all")
        #expect(records[1].name == "s1._domainkey.example.com")
        #expect(records[1].value.hasPrefix("v=DKIM1; k=rsa; p="))
        #expect(records[2].name == "_dmarc.example.com")
        #expect(records[3].value == "10 mx.relay.example")
        #expect(records[4].name == "b.example.com")
        #expect(records[5].value.hasPrefix("v=DKIM1; k=ed25519; p="))
        #expect(records.allSatisfy { !$0.seen })
    }

    @Test("What does not concern a domain is not asked of its owner")
    func planWithoutOptions() async throws {
        let bench = try await DomainBench()
        let records = bench.records(of: try await bench.add())
        #expect(records.map(\.record.purpose) == ["spf", "dkim", "dmarc", "dkim_ed25519"])
    }

    @Test("A domain with all of its records is verified, and stays so in the store")
    func verified() async throws {
        let bench = try await DomainBench()
        var domain = try await bench.add()
        bench.publish(domain)
        domain = try await bench.service.check(domain)
        #expect(domain.sending == .verified)
        #expect(domain.verifiedAt == bench.time.now)
        #expect(bench.records(of: domain).allSatisfy { $0.record.seen })
        #expect(try await bench.store.directory().domains == [domain])
        #expect(bench.directory.domain("example.com", of: Account.ID(1))?.maySend == true)
    }

    @Test("One record that is missing or different keeps a domain from being verified")
    func incomplete() async throws {
        for (name, text) in [
            ("example.com", "v=spf1 -all"), ("s1._domainkey.example.com", "v=DKIM1; p=AAAA"),
            ("_dmarc.example.com", "v=DMARC1; p=perhaps"),
        ] {
            let bench = try await DomainBench()
            let domain = try await bench.add()
            bench.publish(domain)
            bench.dns.put(name, text: text)
            let checked = try await bench.service.check(domain)
            #expect(checked.sending == .pending, "\(name)")
            #expect(checked.checks.contains { $0.verdict == .different([text]) }, "\(name)")
            bench.dns.remove(name)
            #expect(try await bench.service.check(domain).checks.contains { $0.verdict == .missing }, "\(name)")
        }
    }

    @Test(
        "An SPF record that receivers take for an error is not verified, and it is said why",
        arguments: [
            (["v=spf1 include:spf.relay.example ip4:1.2.3 ~all"], "section 4.6)"),
            (["v=spf1 include:spf.relay.example ~all", "v=spf1 -all"], "section 4.5)"),
            (
                [
                    "v=spf1 a mx a:b.example a:c.example ptr exists:d.example mx:e.example a:f.example a:g.example "
                        + "a:h.example include:spf.relay.example ~all"
                ], "section 4.6.4)"
            ),
            (["v=spf1 include:nested.example include:spf.relay.example ~all"], "section 4.6.4)"),
            (["v=spf1 include:broken.example include:spf.relay.example ~all"], "broken.example"),
            (["v=spf1 include:nothing.example include:spf.relay.example ~all"], "nothing.example"),
        ])
    func spfErrors(texts: [String], said: String) async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.publish(domain)
        let many = (0..<5).map { "a:\($0).example" }.joined(separator: " ")
        bench.dns.put("nested.example", text: "v=spf1 \(many) include:inner.example -all")
        bench.dns.put("inner.example", text: "v=spf1 \(many) -all")
        bench.dns.put("broken.example", text: "v=spf1 ip4:nonsense")
        bench.dns.put("example.com", texts.map { .txt([Array($0.utf8)]) })
        let checked = try await bench.service.check(domain)
        #expect(checked.sending != .verified)
        guard case .different(let seen)? = checked.check(.spf, at: "example.com")?.verdict else {
            Issue.record("\(checked.checks)")
            return
        }
        #expect(seen.dropLast() == texts[...] && seen.last?.hasPrefix("error: ") == true)
        #expect(seen.last?.contains(said) == true, "\(seen)")
    }

    @Test("Ten look-ups are allowed, nested ones included, and a name server that is down is no fault")
    func spfLookups() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.publish(domain)
        let many = (0..<7).map { "a:\($0).example" }.joined(separator: " ")
        bench.dns.put("nested.example", text: "v=spf1 \(many) -all")
        bench.dns.fail("down.example")
        bench.dns.put(
            "example.com", text: "v=spf1 include:nested.example include:down.example include:spf.relay.example ~all")
        #expect(try await bench.service.check(domain).sending == .verified)
    }

    @Test("That DNS cannot be read undoes nothing and proves nothing")
    func unreadable() async throws {
        let bench = try await DomainBench()
        var domain = try await bench.add()
        bench.dns.setDown(true)
        #expect(try await bench.service.check(domain).sending == .pending)
        bench.dns.setDown(false)
        bench.publish(domain)
        _ = try await bench.service.check(domain)
        bench.dns.setDown(true)
        domain = try await bench.service.check(domain)
        #expect(domain.sending == .verified)
        #expect(domain.checks.allSatisfy { $0.verdict == .ok && !$0.isReadable })
        #expect(bench.records(of: domain).allSatisfy { $0.record.seen })
    }

    @Test("A verified domain whose record is gone has failed, and is verified again when it is back")
    func lost() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        bench.publish(domain)
        _ = try await bench.service.check(domain)
        bench.dns.remove("_dmarc.example.com")
        #expect(try await bench.service.check(domain).sending == .failed)
        bench.publish(domain)
        #expect(try await bench.service.check(domain).sending == .verified)
    }

    @Test("A domain that the operator vouches for stays so, whatever is seen")
    func pinned() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add(pinned: true)
        let checked = try await bench.service.check(domain)
        #expect(checked.sending == .pinned)
        #expect(checked.verifiedAt == domain.verifiedAt)
        #expect(bench.verdict(.spf, domain) == .missing)
    }

    @Test("Each purpose is proved for itself")
    func purposes() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add(options: DomainOptions(receives: true))
        bench.dns.put("example.com", .mx(preference: 5, exchange: try #require(DNSName("mx.relay.example"))))
        let checked = try await bench.service.check(domain)
        #expect(checked.receiving == .verified)
        #expect(checked.sending == .pending)
        #expect(checked.target == .pending)
    }

    @Test("A name in another script is kept in A-labels, and found in either form")
    func international() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add("MÜNCHEN.example")
        #expect(domain.name == "xn--mnchen-3ya.example")
        #expect(try bench.service.domain(named: "münchen.example", of: Account.ID(1)) == domain)
        await #expect(throws: KernelFailure.alreadyExists(.domain, field: "name")) {
            try await bench.add("xn--mnchen-3ya.example")
        }
    }

    @Test("Names that leave no room for their records are refused")
    func longName() async throws {
        let bench = try await DomainBench()
        let label = String(repeating: "a", count: 60)
        await #expect(throws: KernelFailure.self) {
            try await bench.add([label, label, label, label].joined(separator: "."))
        }
    }

    @Test("A challenge is the domain's own, and may stand beside others")
    func challenge() async throws {
        let plan = DomainPlan(
            records: [
                RecordTemplate(.challenge, .challenge(label: "_challenge", prefix: "verify="), proves: [.target])
            ],
            recheck: .never, patience: nil)
        let bench = try await DomainBench(plan: plan)
        let one = try await bench.add("one.example")
        let other = try await bench.add("other.example")
        let record = bench.records(of: one)[0].record
        #expect(record.name == "_challenge.one.example")
        #expect(record.value.hasPrefix("verify=") && record.value.utf8.count == 39)
        #expect(record.value != bench.records(of: other)[0].record.value)
        bench.dns.put(record.name, text: "something else", record.value)
        #expect(try await bench.service.check(one).target == .verified)
        bench.dns.put("_challenge.other.example", text: record.value)
        #expect(try await bench.service.check(other).target == .pending)
    }

    @Test("A removed domain is gone, and its name can be added again, with other keys")
    func removed() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        try await bench.service.remove(domain).run()
        #expect(throws: KernelFailure.notFound(.domain)) { try bench.service.domain(domain.id, of: Account.ID(1)) }
        #expect(try await bench.store.directory().domains == [])
        let again = try await bench.add()
        #expect(again.id != domain.id)
        #expect(again.signingKeys.map(\.publicKey) != domain.signingKeys.map(\.publicKey))
    }

    @Test("Another account's domain is not there")
    func foreign() async throws {
        let bench = try await DomainBench()
        let domain = try await bench.add()
        #expect(throws: KernelFailure.notFound(.domain)) { try bench.service.domain(domain.id, of: Account.ID(2)) }
        #expect(bench.service.domains(of: Account.ID(2)) == [])
    }
}
