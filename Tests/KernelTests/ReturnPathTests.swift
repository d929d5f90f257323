import Base
import Kernel
import MailFormat
import Model
import Ports
import TestKit
import Testing

@Suite("Return paths")
struct ReturnPathTests {
    private let idKey = [UInt8](repeating: 1, count: 32)

    private func paths() throws -> ReturnPaths {
        ReturnPaths(idKey: idKey, host: try DomainName(parsing: "bounce.relay.example"))
    }

    private func domain(_ sending: MailDomain.Proof, seen: RecordCheck.Verdict? = nil) -> MailDomain {
        var domain = Fixture.domain(sending: sending)
        domain.options.returnPath = "bounce.example.com"
        if let seen {
            domain.checks = [
                RecordCheck(purpose: .returnPath, name: "bounce.example.com", verdict: seen, isReadable: true)
            ]
        }
        return domain
    }

    @Test("An address says which message it is of, and which recipient where there is one alone")
    func roundTrip() throws {
        let paths = try paths()
        for (message, recipients, expected) in [
            (Int64(1), [0], Int?.some(0)), (77, [999], 999), (1 << 40, [3, 4], nil), (5, Array(0..<1000), nil),
        ] {
            let address = try paths.address(of: Message.ID(message), recipients: recipients, domain: nil)
            let path = ReturnPath(message: Message.ID(message), recipient: expected)
            #expect(address.domain == "bounce.relay.example")
            #expect(paths.path(localPart: address.localPart) == path)
            #expect(paths.path(localPart: address.localPart.uppercased()) == path)
        }
    }

    @Test("Nobody else makes such an address: each changed character, another key, another form is none")
    func unforgeable() throws {
        let local = try paths().address(of: Message.ID(9), recipients: [0], domain: nil).localPart
        for index in local.indices {
            for replacement in "b-0a" where local[index] != replacement {
                var changed = local
                changed.replaceSubrange(index...index, with: String(replacement))
                #expect(try paths().path(localPart: changed) == nil, "\(changed)")
            }
        }
        let other = ReturnPaths(
            idKey: Array(repeating: 2, count: 32), host: try DomainName(parsing: "bounce.relay.example"))
        #expect(other.path(localPart: local) == nil)
        for text in ["", "b-", "hello", "b-0123456789abcdefgh", local + "0"] {
            #expect(try paths().path(localPart: text) == nil)
        }
    }

    @Test("A domain's own name for reports is used once it leads here, or the operator vouches for the domain")
    func hosts() throws {
        for (domain, expected) in [
            (domain(.pinned), "bounce.example.com"), (domain(.verified, seen: .ok), "bounce.example.com"),
            (domain(.verified, seen: .missing), "bounce.relay.example"), (domain(.verified), "bounce.relay.example"),
            (Fixture.domain(), "bounce.relay.example"),
        ] {
            let address = try paths().address(of: Message.ID(1), recipients: [0], domain: domain)
            #expect(address.domain == expected)
        }
    }

    @Test("The names at which reports come in are the operator's and those of the domains that there are")
    func ownership() throws {
        let directory = Fixture.directory(domains: [domain(.pending)])
        let paths = try paths()
        #expect(paths.isOurs("bounce.relay.example", in: directory))
        #expect(paths.isOurs("bounce.example.com", in: directory))
        #expect(!paths.isOurs("relay.example", in: directory) && !paths.isOurs("example.com", in: directory))
        var options = DomainOptions()
        options.returnPath = "b.example.com"
        directory.committed([.domain(.edit(MailDomain.ID(1), options: options, facets: [:]), serial: 1)])
        #expect(paths.isOurs("b.example.com", in: directory) && !paths.isOurs("bounce.example.com", in: directory))
        directory.committed([.domain(.remove(MailDomain.ID(1)), serial: 1)])
        #expect(!paths.isOurs("b.example.com", in: directory))
    }

    // MARK: Mail that goes out

    @Test("Mail goes out under a path of ours, with the same bytes as without one")
    func envelope() async throws {
        let plain = try MailBench()
        let signed = try MailBench(returnPaths: try paths())
        let message = Fixture.message(Fixture.submission(to: ["ann@example.net", "bob@example.org"]))
        let (before, id) = (await plain.accept(message), await signed.accept(message))
        for (recipients, expected) in [([0], Int?.some(0)), ([1], 1), ([0, 1], nil)] {
            let mail = try await signed.office.outgoing(id, recipients: recipients)
            let local = String(mail.sender.prefix { $0 != "@" })
            #expect(try paths().path(localPart: local) == ReturnPath(message: id, recipient: expected))
            let known = try await plain.office.outgoing(before, recipients: recipients)
            #expect(known.content == mail.content && known.sender == "hello@example.com")
        }
    }

    @Test("A null path that the client gave stays one; any other gives way to ours")
    func submitted() async throws {
        let bench = try MailBench(returnPaths: try paths())
        for (path, isOurs) in [(nil, false), ("me@example.com", true), ("me@elsewhere.example", true)] {
            var submission = Fixture.submission()
            submission.raw = RawContent(
                bytes: Array("From: hello@example.com\r\n\r\nHi\r\n".utf8), reversePath: path, isInternational: false,
                trace: MailTrace(
                    heloName: "c.example", client: nil, protocolName: "ESMTP", serverName: "mail.example"),
                reports: ReportWishes())
            let id = await bench.accept(Fixture.message(submission))
            let mail = try await bench.office.outgoing(id, recipients: [0])
            #expect(mail.sender.hasSuffix("@bounce.relay.example") == isOurs)
            #expect(isOurs || mail.sender.isEmpty)
        }
    }
}
