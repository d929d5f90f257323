import Posix
import Synchronization
import TLS

@testable import SMTPDelivery

/// The scripted server's side of one connection. On the server's loop.
final class Dialogue {
    private let script: ScriptedServer.Script
    private let tls: TLSServerContext?
    private let journal: Journal
    private var channel: ByteChannel?
    private var input: [UInt8] = []
    private var message = ScriptedServer.Message()
    private var hasSender = false
    private var isInContent = false
    private var isSecure = false

    init(script: ScriptedServer.Script, tls: TLSServerContext?, journal: Journal) {
        self.script = script
        self.tls = tls
        self.journal = journal
    }

    func start(_ socket: consuming Socket, loop: EventLoop) throws {
        channel = try ByteChannel(socket, loop: loop) { self.take($0) }
        perform(script.greeting)
    }

    private func take(_ event: ByteChannel.Event) {
        switch event {
        case .received(let bytes):
            input += bytes
            while isInContent ? takeContent() : takeLine() {}
        case .secured: isSecure = true
        case .drained: break
        case .notSecured, .ended: close()
        }
    }

    private func close() {
        channel?.close()
        channel = nil
    }

    private func perform(_ answer: ScriptedServer.Answer) {
        switch answer {
        case .reply(let text): channel?.send(Array("\(text)\r\n".utf8))
        case .replyAndClose(let text):
            channel?.send(Array("\(text)\r\n".utf8))
            close()
        case .close: close()
        case .silence: break
        }
    }

    // MARK: Commands

    /// False until there is a whole line.
    private func takeLine() -> Bool {
        guard channel != nil, let end = input.firstIndex(of: 0x0A) else { return false }
        let line = String(decoding: input[..<end].dropLast(), as: UTF8.self)
        input.removeSubrange(...end)
        let answer = script.answer(line, journal.record(line)) ?? usualAnswer(line)
        note(line, answer)
        perform(answer)
        if line == "STARTTLS", case .reply = answer { startTLS() }
        return true
    }

    private func usualAnswer(_ line: String) -> ScriptedServer.Answer {
        switch line.prefix(4) {
        case "EHLO": .reply(helloReply)
        case "STAR": .reply("220 2.0.0 go on")
        case "AUTH": .reply("235 2.7.0 welcome")
        case "RCPT" where !hasSender: .reply("503 5.5.1 MAIL first")
        case "DATA": .reply(message.recipients.isEmpty ? "554 5.5.1 no valid recipients" : "354 go on")
        case "QUIT": .replyAndClose("221 2.0.0 bye")
        default: .reply("250 2.0.0 fine")
        }
    }

    private var helloReply: String {
        let offersTLS = script.certificate != nil && !isSecure
        let lines = ["test.example"] + script.extensions + (offersTLS ? ["STARTTLS"] : [])
        return lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }.joined(separator: "\r\n")
    }

    /// Keeps the envelope of what was answered positively.
    private func note(_ line: String, _ answer: ScriptedServer.Answer) {
        let isPositive = if case .reply(let text) = answer { text.hasPrefix("2") || text.hasPrefix("3") } else { false }
        if line.hasPrefix("MAIL") {
            hasSender = isPositive
            message = ScriptedServer.Message(isSecure: isSecure)
        }
        guard isPositive else { return }
        let path = String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
        switch line.prefix(4) {
        case "MAIL": message.sender = path
        case "RCPT": message.recipients.append(path)
        case "DATA": isInContent = true
        default: break
        }
    }

    private func startTLS() {
        guard !script.breaksHandshakes else { return perform(.reply("250 still in the clear")) }
        guard let stream = try? tls?.makeStream() else { return close() }
        channel?.startTLS(stream)
    }

    // MARK: Content

    /// False until the final dot.
    private func takeContent() -> Bool {
        let length = message.raw.count
        message.raw += input
        input = []
        if let limit = script.closesAfterOctets, message.raw.count >= limit, journal.record("cut") == 1 {
            close()
            return false
        }
        guard let end = Self.endOfContent(message.raw, from: length) else { return false }
        input = Array(message.raw[(end + Self.finalDot.count)...])
        message.raw.removeSubrange(end...)
        message.content = Self.unstuffed(message.raw)
        isInContent = false
        let answer = script.answer(".", journal.record(".")) ?? .reply("250 2.6.0 queued as 4711")
        if case .reply(let text) = answer, text.hasPrefix("2") { keep() }
        if case .replyAndClose(let text) = answer, text.hasPrefix("2") { keep() }
        message = ScriptedServer.Message()
        perform(answer)
        return true
    }

    private func keep() { journal.state.withLock { $0.messages.append(message) } }

    /// Where the line of the final dot begins; `start` octets were looked at before.
    private static func endOfContent(_ bytes: [UInt8], from start: Int) -> Int? {
        var position = max(0, start - finalDot.count)
        while let dot = bytes[position...].firstIndex(of: finalDot[0]) {
            let isAtLineStart = dot == 0 || bytes[dot - 1] == 0x0A
            if isAtLineStart, bytes[dot...].starts(with: finalDot) { return dot }
            position = dot + 1
        }
        return nil
    }

    private static let finalDot = Array(".\r\n".utf8)

    /// RFC 5321 §4.5.2, for content that begins with a header field.
    private static func unstuffed(_ bytes: [UInt8]) -> [UInt8] {
        var content: [UInt8] = []
        var isAtLineStart = true
        for byte in bytes {
            if !(isAtLineStart && byte == UInt8(ascii: ".")) { content.append(byte) }
            isAtLineStart = byte == 0x0A
        }
        return content
    }
}
