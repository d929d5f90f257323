import SMTPWire
import Testing

struct ReplyParserTests {
    /// All replies in `text`, and the error that ended them.
    private func parse(_ text: String, piece: Int = .max) -> ([Reply], ReplyError?) {
        var parser = ReplyParser()
        var rest = bytes(text)[...]
        var replies: [Reply] = []
        do throws(ReplyError) {
            while !rest.isEmpty {
                parser.append(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
                while let reply = try parser.next() { replies.append(reply) }
            }
        } catch {
            return (replies, error)
        }
        return (replies, nil)
    }

    private func error(_ text: String) -> ReplyError? { parse(text).1 }

    @Test("A one-line reply has its code, status and text")
    func oneLine() {
        let (replies, error) = parse("550 5.1.1 No such user\r\n")
        #expect(replies == [reply(550, "No such user", status: .badDestinationMailbox)])
        #expect(error == nil)
    }

    @Test("A code alone is a reply, with and without the space")
    func codeAlone() {
        #expect(parse("250\r\n250 \r\n").0 == [reply(250), reply(250)])
    }

    @Test("A multi-line reply is one reply, its status taken off each line")
    func multiLine() {
        let (replies, _) = parse("550-5.7.1 Not\r\n550-really\r\n550 5.7.1 allowed\r\n")
        #expect(replies.map(\.lines) == [["Not", "really", "allowed"]])
        #expect(replies.first?.status == .notAuthorized)
    }

    @Test("A status of another class than the code's is text")
    func foreignStatus() {
        #expect(parse("250 5.1.1 odd\r\n").0 == [reply(250, "5.1.1 odd")])
    }

    @Test(
        "What only looks like a status is text",
        arguments: ["2.0", "2.0.0x", "2.0.1234 x", "2.01.0 x", "2..0 x", "1.2.3.4 x", "2.0.0.1 x"])
    func noStatus(text: String) {
        #expect(parse("250 \(text)\r\n").0 == [reply(250, text)])
    }

    @Test("Codes without a name are kept, whatever their second digit")
    func unknownCode() {
        #expect(parse("571 no\r\n").0.first?.code.rawValue == 571)
    }

    @Test("Control characters and broken UTF-8 never reach the text")
    func shown() throws {
        var parser = ReplyParser()
        parser.append(bytes("250 a") + [0x1B, 0x00, 0x09, 0xFF] + bytes("b\r\n"))
        #expect(try parser.next()?.lines == ["a??\t\u{FFFD}b"])
    }

    @Test("A bare LF is an error, also as a line end")
    func bareLineFeed() {
        #expect(error("250 ok\n") == .bareLineFeed)
        #expect(error("250 o\nk\r\n") == .bareLineFeed)
    }

    @Test("A bare CR is an error")
    func bareCarriageReturn() {
        #expect(error("250 o\rk\r\n") == .bareCarriageReturn)
        #expect(error("250 ok\r\r\n") == .bareCarriageReturn)
    }

    @Test(
        "A line without a code is an error",
        arguments: [
            "\r\n", "25\r\n", "2x0 a\r\n", "250_a\r\n", "199 a\r\n", "650 a\r\n", " 250 a\r\n", "HTTP/1.1 400\r\n",
        ])
    func malformed(line: String) {
        #expect(error(line) == .malformedLine)
    }

    @Test("All lines of a reply carry the same code")
    func codeChanged() {
        #expect(error("250-a\r\n251 b\r\n") == .codeChanged)
    }

    @Test("A line of the tolerated length passes, and one octet more is an error before the line ends")
    func lineLength() {
        let longest = SMTPLimits.replyLineOctetsTolerated - 2
        let line = "250 " + String(repeating: "x", count: longest - 4)
        #expect(parse(line + "\r\n").0.count == 1)
        #expect(error(line + "x") == .lineTooLong)
    }

    @Test("The number of lines is bounded")
    func lineCount() {
        let lines = String(repeating: "250-x\r\n", count: SMTPLimits.replyLinesMax - 1)
        #expect(parse(lines + "250 x\r\n").0.first?.lines.count == SMTPLimits.replyLinesMax)
        #expect(error(lines + "250-x\r\n250 x\r\n") == .replyTooLong)
    }

    @Test("The octets of one reply are bounded")
    func replyOctets() {
        let line = "250-" + String(repeating: "x", count: 1500) + "\r\n"
        #expect(error(String(repeating: line, count: SMTPLimits.replyOctetsMax / line.utf8.count + 1)) == .replyTooLong)
    }

    @Test("An error stays, whatever follows")
    func staysFailed() {
        var parser = ReplyParser()
        parser.append(bytes("junk\r\n250 ok\r\n"))
        #expect(throws: ReplyError.malformedLine) { try parser.next() }
        #expect(throws: ReplyError.malformedLine) { try parser.next() }
    }

    @Test(
        "Whole, in pieces or byte by byte, the same comes out",
        arguments: [
            "220 a\r\n250-b\r\n250-c\r\n250 d\r\n354 e\r\n", "250-a\r\n251 b\r\n250 c\r\n", "250 a\r\n250 b\n250 c\r\n",
            "421 4.3.2 x\r\n\r\n", "250 a\rb\r\n",
        ])
    func pieces(text: String) {
        let whole = parse(text)
        for piece in [1, 2, 3, 7] { #expect(parse(text, piece: piece) == whole) }
    }

    @Test("It knows whether anything is left over")
    func leftOver() throws {
        var parser = ReplyParser()
        for piece in ["250 ok\r\nx", "250-ok\r\n", "2", "\r"] {
            parser = ReplyParser()
            parser.append(bytes(piece))
            _ = try? parser.next()
            #expect(!parser.isEmpty)
        }
        parser = ReplyParser()
        parser.append(bytes("250 ok\r\n"))
        #expect(try parser.next() != nil)
        #expect(parser.isEmpty)
    }
}
