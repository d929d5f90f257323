import Crypto
import Kernel
import Model
import TestKit
import Testing

@Suite("Directory")
struct DirectoryTests {
    @Test("A key is found by the digest of its secret, with its account")
    func credential() {
        let directory = Fixture.directory()
        let found = directory.credential(digest: Secret(Fixture.secret()).digest)
        #expect(found?.key == Fixture.key() && found?.account == Fixture.account())
        #expect(directory.credential(digest: Secret("other").digest) == nil)
    }

    @Test("A key whose account is not there is not found")
    func orphan() {
        let directory = Fixture.directory(accounts: [])
        #expect(directory.credential(digest: Secret(Fixture.secret()).digest) == nil)
    }

    @Test("A changed account is seen through its keys")
    func suspended() {
        let directory = Fixture.directory(keys: [Fixture.key(1), Fixture.key(2)])
        directory.put(Fixture.account(state: .suspended))
        for id: Int64 in [1, 2] {
            #expect(directory.credential(digest: Secret(Fixture.secret(id)).digest)?.account.state == .suspended)
        }
    }

    @Test("A revoked key is still found, as revoked")
    func revoked() {
        let directory = Fixture.directory()
        directory.revoke(AccessKey.ID(1), at: Fixture.start)
        directory.revoke(AccessKey.ID(2), at: Fixture.start)
        #expect(directory.credential(digest: Secret(Fixture.secret()).digest)?.key.revokedAt == Fixture.start)
        #expect(directory.keys.count == 1)
    }

    @Test("Two accounts may hold one domain, each its own")
    func domains() {
        let directory = Fixture.directory(
            accounts: [Fixture.account(1), Fixture.account(2)],
            domains: [Fixture.domain(1), Fixture.domain(2, account: 2, sending: .pending)])
        #expect(directory.domain("example.com", of: Account.ID(1))?.id == MailDomain.ID(1))
        #expect(directory.domain("example.com", of: Account.ID(2))?.id == MailDomain.ID(2))
        #expect(directory.domain("example.com", of: Account.ID(3)) == nil)
        directory.put(Fixture.domain(2, account: 2, sending: .verified))
        #expect(directory.domain("example.com", of: Account.ID(2))?.maySend == true)
        #expect(directory.domains.map(\.id.value) == [1, 2])
    }

    @Test("A minted secret has its prefix, is never the same twice, and is found by its digest alone")
    func secrets() {
        let random = SeededRandom(seed: 1)
        let one = Secret.mint(prefix: "sk_live_", random: random)
        let two = Secret.mint(prefix: "sk_live_", random: random)
        #expect(one.text.hasPrefix("sk_live_") && one.text.count == 8 + KernelLimits.secretCharacters)
        #expect(one.text != two.text && one.digest != two.digest)
        #expect(one.digest == Secret(one.text).digest)
        #expect(one.prefix == String(one.text.prefix(12)))
    }
}
