import Base
import Crypto
import Model
import TestKit
import Testing

@testable import AdapterKit

@Suite("Cursors")
struct CursorTests {
    private static func cursors(account: Int64, key: UInt8 = 1) -> Cursors {
        let ids = PublicIDs(
            key: Array(repeating: key, count: 32), personality: PersonalityID("acme"), forms: [:])
        return Cursors(ids.places, account: Account.ID(account))
    }

    @Test("A place comes back from its text, and nothing of it stands there")
    func roundTrip() {
        let cursors = Self.cursors(account: 1)
        for number in [0, 1, 2, 255, 1 << 40, Int64.max] {
            let text = cursors.text(Relay.ID(number), in: "relays")
            #expect(text.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            #expect(cursors.place(text, in: "relays") == Relay.ID(number))
        }
        let texts = (0..<500).map { cursors.text(Relay.ID($0), in: "relays") }
        #expect(Set(texts.map { $0.prefix(4) }).count > 450)
        #expect(Set(texts.map { $0.suffix(4) }).count > 450)
    }

    @Test("It is good for one list of one account of one server")
    func bound() {
        let cursors = Self.cursors(account: 1)
        let text = cursors.text(Relay.ID(9), in: "relays")
        #expect(cursors.place(text, in: "domains", of: Relay.self) == nil)
        #expect(Self.cursors(account: 11).place(text, in: "relays", of: Relay.self) == nil)
        #expect(Self.cursors(account: 1, key: 2).place(text, in: "relays", of: Relay.self) == nil)
    }

    @Test("A changed or made-up text is no place")
    func forged() {
        let cursors = Self.cursors(account: 1)
        let text = cursors.text(Relay.ID(9), in: "relays")
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "0" ? "1" : "0")
            #expect(cursors.place(changed, in: "relays", of: Relay.self) == nil)
        }
        for wrong in ["", "0", String(repeating: "0", count: 32), text + "00", String(text.dropLast(2)), "ä"] {
            #expect(cursors.place(wrong, in: "relays", of: Relay.self) == nil)
        }
    }
}
