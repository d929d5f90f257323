import Base
import Testing

@Suite("JSON without white space")
struct JSONCompactTests {
    @Test(
        "White space between the parts goes, everything else stays as it was written",
        arguments: [
            (#" { "a" : [ 1.0 , "x y" ] } "#, #"{"a":[1.0,"x y"]}"#), (#""a \" b""#, #""a \" b""#),
            (#"{"\\" : "\\ "}"#, #"{"\\":"\\ "}"#), ("[\n\t1e5,\r\nnull]", "[1e5,null]"),
            (#""\u0020\" \\\" ""#, #""\u0020\" \\\" ""#),
        ])
    func compact(_ text: String, _ expected: String) throws {
        let document = try JSONDocument(Array(text.utf8), limits: JSONLimits(bytesMax: 100))
        #expect(String(decoding: JSONText.compact(document.root), as: UTF8.self) == expected)
    }
}
