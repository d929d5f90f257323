import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let keys = [
        StoreCheck("The latest use of a key is kept, and a use of no key is passed over") { bench in
            try await bench.makeKey()
            for seconds in [10, 30, 20] {
                let at = Fixture.start + .seconds(seconds)
                let outcome = try await bench.commit(
                    .directory(.noteKeyUse([AccessKey.ID(1): at, AccessKey.ID(9): at])))
                #expect(outcome.failure == nil)
            }
            try await bench.reopen()
            let image = try await bench.store.directory()
            #expect(image.keys.map(\.key.lastUsedAt) == [Fixture.start + .seconds(30)])
        },
        StoreCheck("Of a key only what is named is changed") { bench in
            try await bench.makeKey()
            var key = Fixture.key()
            let network = try #require(IPNetwork("10.0.0.0/8"))
            for edit in [
                AccessKey.Edit(label: "another name"), AccessKey.Edit(scopes: ["a", "b:{x.net}"]),
                AccessKey.Edit(networks: [network]), AccessKey.Edit(scopes: [], networks: []), AccessKey.Edit(),
            ] {
                let change = DirectoryChange.changeKey(AccessKey.ID(1), edit, at: Fixture.start)
                key = key.edited(edit, at: Fixture.start)
                #expect(try await bench.commit(.directory(change)).serial == 1)
                try await bench.reopen()
                #expect(try await bench.store.directory().keys == [Fixture.stored(key)])
            }
            let absent = Change.directory(.changeKey(AccessKey.ID(2), AccessKey.Edit(label: "x"), at: Fixture.start))
            #expect(try await bench.commit(absent).failure == .notFound(.key))
        },
        StoreCheck("A key takes the place of another, which is revoked, or neither happens") { bench in
            try await bench.makeKey()
            let (first, second) = (AccessKey.ID(1), Fixture.stored(Fixture.key(2)))
            #expect(
                try await bench.commit(
                    .directory(.replaceKey(first, with: Fixture.stored(Fixture.key()), at: Fixture.start))
                )
                .failure == .alreadyExists(.key, field: "secret"))
            #expect(try await bench.store.directory().keys.map(\.key.revokedAt) == [nil])
            #expect(try await bench.commit(.directory(.replaceKey(first, with: second, at: Fixture.start))).serial == 2)
            #expect(
                try await bench.commit(
                    .directory(.replaceKey(first, with: Fixture.stored(Fixture.key(3)), at: Fixture.start))
                )
                .failure == .notFound(.key))
            try await bench.reopen()
            #expect(
                try await bench.store.directory().keys == [
                    Fixture.stored(Fixture.key(revokedAt: Fixture.start)), second,
                ])
        },
    ]
}

extension StoreBench {
    fileprivate func makeKey() async throws {
        _ = try await commit(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        _ = try await commit(.directory(.createKey(Fixture.stored(Fixture.key()))))
    }
}
