import Testing

@testable import Composition

@Suite("Tables for people")
struct TextTableTests {
    @Test("A list is a table, and what an object within it says stands in its cell without brackets and quotes")
    func table() {
        #expect(
            TextTable.text(#"[{"ids":{"a":"x","b":1},"names":["c","d"]},{"ids":{"a":"y"},"names":["e"]}]"#) == """
                ids       names
                a=x, b=1  c, d
                a=y       e

                """)
    }

    @Test("An object is a line for each member")
    func object() {
        #expect(
            TextTable.text(#"{"id":1,"parent":null,"ids":{"a":"x","b":"y"}}"#) == """
                id      1
                parent  -
                ids     a=x, b=y

                """)
    }

    @Test("What could move the cursor is left out, inside an object as well")
    func controls() { #expect(TextTable.text(#"{"ids":{"a":"x\u001b[2J"}}"#) == "ids  a=x[2J\n") }
}
