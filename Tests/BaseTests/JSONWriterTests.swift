import Base
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("Members stand in the order of the calls, without white space")
    func order() {
        let bytes = JSONWriter.object { body in
            body.member("z", "last")
            body.member("a", 1)
            body.object("error") { error in
                error.member("code", -404)
                error.null("detail")
            }
            body.array("data") { data in
                data.element(true)
                data.object { _ in }
                data.array { $0.element("x") }
            }
            body.member("ok", false)
        }
        #expect(
            bytes.text == #"{"z":"last","a":1,"error":{"code":-404,"detail":null},"data":[true,{},["x"]],"ok":false}"#)
    }

    @Test("Only what must be escaped is escaped")
    func escapes() {
        let text = "a/b \"q\" \\ \u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F} é 😀 \u{2028}"
        #expect(
            JSONWriter.value(text).text
                == #""a/b \"q\" \\ \b\f\n\r\t\u0000\u001f"# + "\u{7F} é 😀 \u{2028}\"")
    }

    @Test("Every ASCII character comes back as itself, at every distance from the start")
    func everyCharacter() throws {
        for value in UInt8(0)..<0x80 {
            for length in [0, 1, 7, 8, 9, 16] {
                let text = String(repeating: "x", count: length) + String(Unicode.Scalar(value)) + "tail"
                #expect(try JSONDocument(JSONWriter.value(text).text).root.string == text)
            }
        }
    }

    @Test("Nil is null for a member and nothing for a member if present")
    func optionals() {
        let none: String? = nil
        let bytes = JSONWriter.object { body in
            body.memberIfPresent("a", none)
            body.member("b", none)
            body.memberIfPresent("c", Optional("x"))
            body.member("d", Optional(2))
        }
        #expect(bytes.text == #"{"b":null,"c":"x","d":2}"#)
    }

    @Test("Integers of all sizes are written whole")
    func integers() {
        #expect(
            JSONWriter.value([0, 7, 10, -1, Int64.max, Int64.min]).text
                == "[0,7,10,-1,9223372036854775807,-9223372036854775808]")
        #expect(JSONWriter.value(UInt64.max).text == "18446744073709551615")
    }

    @Test("A number that JSON lacks becomes null")
    func doubles() {
        #expect(JSONWriter.value([0.5, 1, 1e300, .infinity, .nan]).text == "[0.5,1.0,1e+300,null,null]")
    }

    @Test("Names made at run time are escaped")
    func names() {
        let bytes = JSONWriter.object { body in
            body.member(named: "a\"b", 1)
            body.member(named: "x\ny", [["to"], []])
            body.object(named: "o") { _ in }
            body.array(named: "l") { _ in }
        }
        #expect(bytes.text == #"{"a\"b":1,"x\ny":[["to"],[]],"o":{},"l":[]}"#)
    }

    @Test("What was read is written unchanged")
    func passThrough() throws {
        let root = try JSONDocument(#"{"meta":{ "x": 1.0 },"\u0061":"\/"}"#).root
        let bytes = JSONWriter.object { body in
            body.memberIfPresent("meta", root["meta"])
            root.members?.forEach { body.copy($0) }
            body.member("text", JSONText(trusted: Array("[ ]".utf8)))
        }
        #expect(bytes.text == #"{"meta":{ "x": 1.0 },"meta":{ "x": 1.0 },"\u0061":"\/","text":[ ]}"#)
    }

    @Test("Bytes are written as a string, and repaired where they are no UTF-8")
    func bytes() {
        #expect(JSONWriter.value(JSONString(utf8: Array("a\"é".utf8))).text == #""a\"é""#)
        #expect(JSONWriter.value(JSONString(utf8: [0x61, 0xFF, 0x22])).text == "\"a\u{FFFD}\\\"\"")
    }

    @Test("Arrays at top level and empty ones are written")
    func arrays() {
        #expect(JSONWriter.array { _ in }.text == "[]")
        #expect(JSONWriter.array { $0.element(1) }.text == "[1]")
        #expect(JSONWriter.object { _ in }.text == "{}")
    }
}
