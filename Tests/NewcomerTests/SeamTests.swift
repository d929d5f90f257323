import AdapterKit
import Base
import Model
import Testing

@testable import Newcomer

/// The artificial personality is where a seam is seen first, so none may be left out.
@Suite("The seams that the newcomer uses")
struct SeamTests {
    private let newcomer = Newcomer()

    private func has(_ trait: (Route) -> Bool) -> Bool { newcomer.routes.contains(where: trait) }

    @Test("Everything that a personality may declare beside its routes it declares, but what is of one vendor")
    func declarations() {
        #expect(newcomer.smtp != nil && newcomer.webhooks != nil && newcomer.pace != nil)
        #expect(newcomer.description != nil && !newcomer.recordTimers.isEmpty && newcomer.options.count >= 2)
        #expect(Set(newcomer.options.map { "\($0.kind)".prefix { $0 != "(" } }).count >= 2, "kinds of options")
        #expect(!newcomer.scopes.domainActions.isEmpty && newcomer.suppressionPolicy != .drop)
    }

    @Test("Its ids have every form")
    func ids() {
        let forms = Set(newcomer.ids.values.map { "\($0)".prefix { $0 != "(" } })
        #expect(forms.isSuperset(of: ["uuid", "timedUUID", "hex", "letters", "manyLetters", "short"]))
    }

    @Test("Its domains stand in paths, queries, bodies, rows and lists, and are all asked for at once")
    func domains() {
        #expect(has { $0.requirement.domains == .every } && has { $0.requirement.domains == .stored })
        #expect(has { $0.requirement.domains == .narrowed } && has { $0.requirement.domains == .body("from") })
        #expect(has { $0.requirement.domains == .query("domain") } && has { $0.requirement.domains == .path(1) })
    }

    @Test(
        "Among its routes are those for browsers, for people, for anybody and for sub-accounts, and all are described")
    func routes() {
        #expect(has { $0.cors != nil } && has { $0.face == .page } && has { !$0.requirement.needsCredential })
        #expect(has { $0.requirement.reachesSubAccounts && $0.accountParameter != nil })
        #expect(has { $0.idempotency != nil } && has { $0.requirement.kinds.contains(.public) })
        #expect(newcomer.routes.allSatisfy { $0.description != nil })
    }

    @Test("A card falls off once its time has come, in the state that it was found in, and this is told with it")
    func timer() throws {
        let now = Instant(nanoseconds: 0)
        let space = RecordSpace(account: Account.ID(1), origin: newcomer.id, mode: .live, collection: Cards.collection)
        let card = Record(
            id: Record.ID(7), space: space, state: "hanging", version: 3, createdAt: now, since: now,
            body: Array(#"{"text":"a"}"#.utf8))
        let ids = PublicIDs(key: Array(repeating: 1, count: 32), of: newcomer)
        let unit = try #require(Cards.fallingOff.due(card, now, ids))
        guard case .edit(let edit)? = unit.steps.first else { throw Unexpected() }
        #expect(edit.state == "fallen" && edit.expecting == .version(3) && edit.body == card.body && edit.due == nil)
        let cards: IDCodec<Record> = ids.records(Cards.collection)
        #expect(unit.announcements.map(\.name) == ["card.fallen"])
        #expect(unit.announcements.map(\.data) == [Array(#"{"id":"\#(cards.text(card.id))"}"#.utf8)])
    }

    private struct Unexpected: Error {}
}
