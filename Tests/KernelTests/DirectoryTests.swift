import Base
import Crypto
import Kernel
import Model
import Ports
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
        directory.committed([Self.suspension(.suspended)])
        for id: Int64 in [1, 2] {
            #expect(directory.credential(digest: Secret(Fixture.secret(id)).digest)?.account.state == .suspended)
        }
    }

    @Test("What suspends an account suspends the keys of its sub-accounts, at any depth")
    func subAccounts() {
        let accounts = [Fixture.account(1), Fixture.account(2, parent: 1), Fixture.account(3, parent: 2)]
        let directory = Fixture.directory(accounts: accounts, keys: [Fixture.key(3, account: 3)])
        let digest = Secret(Fixture.secret(3)).digest
        #expect(directory.credential(digest: digest)?.isSuspended == false)
        directory.committed([Self.suspension(.suspended)])
        #expect(directory.credential(digest: digest)?.isSuspended == true)
        #expect(directory.credential(digest: digest)?.account.state == .active)
        directory.committed([Self.suspension(.active)])
        #expect(directory.credential(digest: digest)?.isSuspended == false)
        let loaded = Fixture.directory(
            accounts: [Fixture.account(2, parent: 1), Fixture.account(1, state: .suspended)],
            keys: [Fixture.key(3, account: 2)])
        #expect(loaded.credential(digest: digest)?.isSuspended == true)
    }

    @Test("A change of a key forgets neither its use nor that it was revoked")
    func changes() {
        let directory = Fixture.directory()
        _ = directory.credential(digest: Secret(Fixture.secret()).digest)?.lastUse.note(Fixture.start)
        directory.committed([
            .directory(.changeKey(AccessKey.ID(1), AccessKey.Edit(label: "new"), at: Fixture.start), serial: 1),
            Self.revocation(1),
            Self.revocation(1, at: Fixture.start + .seconds(1)),
        ])
        let key = directory.key(AccessKey.ID(1))
        #expect(key?.label == "new" && key?.lastUsedAt == Fixture.start && key?.revokedAt == Fixture.start)
        #expect(directory.keys(of: Account.ID(1)).map(\.id.value) == [1])
        #expect(directory.keys(of: Account.ID(2)).isEmpty)
    }

    @Test("A revoked key is still found, as revoked")
    func revoked() {
        let directory = Fixture.directory()
        directory.committed([Self.revocation(1), Self.revocation(2)])
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
        let proof = DomainChange.setProof(MailDomain.ID(2), .verified, at: Fixture.start)
        directory.committed([.domain(proof, serial: 2)])
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

    // MARK: What the store tells

    private static func suspension(_ state: Account.State) -> StoreFact {
        .directory(.setAccountState(Account.ID(1), state), serial: 1)
    }

    private static func revocation(_ key: Int64, at: Instant = Fixture.start) -> StoreFact {
        .directory(.revokeKey(AccessKey.ID(key), at: at), serial: key)
    }
}
