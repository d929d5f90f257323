import Foundation
import Testing

/// The request samples of a public parser's test suite: Markdown files whose `http` blocks are requests.
enum CorpusSamples {
    struct Sample: CustomTestStringConvertible, Sendable {
        let file: String
        let title: String
        /// For another parser's relaxed mode; ours has none.
        let isLenient: Bool
        let bytes: [UInt8]

        var name: String { "\(file): \(title)" }
        var testDescription: String { name }
    }

    /// Empty, with a line that says so, where the corpora do not stand beside the repository.
    static let all: [Sample] = {
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            print("skipped: no HTTP request corpus beside the repository")
            return []
        }
        return files.filter { $0.hasSuffix(".md") }.sorted().flatMap(samples)
    }()

    static var isRequired: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    private static var folder: URL {
        let corpora =
            ProcessInfo.processInfo.environment["POLYRELAY_CORPORA"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared/corpora")
        return corpora.appendingPathComponent("http-requests").standardizedFileURL
    }

    /// Headings name what follows; a `meta` comment says its kind; an `http` block is a sample.
    private static func samples(in file: String) -> [Sample] {
        guard let markdown = try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8) else {
            return []
        }
        var samples: [Sample] = []
        var title = ""
        var isLenient = false
        var block: [Substring]?
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = block {
                guard line.hasPrefix("```") else {
                    block = lines + [line]
                    continue
                }
                let bytes = unescaped(lines.joined(separator: "\n"))
                samples.append(Sample(file: file, title: title, isLenient: isLenient, bytes: bytes))
                block = nil
            } else if line.hasPrefix("```http") {
                block = []
            } else if line.hasPrefix("#") {
                title = line.drop { $0 == "#" || $0 == " " }.trimmingCharacters(in: .whitespaces)
            } else if line.contains("meta=") {
                isLenient = line.contains("lenient")
            }
        }
        return samples
    }

    /// A line end stands for CRLF, a backslash before one takes it away, and `\r \n \t \f \xhh` are escapes.
    private static func unescaped(_ block: String) -> [UInt8] {
        let source = Array(block.replacing("\\\n", with: "").replacing("\n", with: "\r\n").utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            let escape = source[index] == UInt8(ascii: "\\") && index + 1 < source.count ? source[index + 1] : 0
            switch escape {
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "x"):
                let digits = String(decoding: source[(index + 2)...].prefix(2), as: UTF8.self)
                bytes.append(UInt8(digits, radix: 16) ?? 0)
                index += 2
            default:
                bytes.append(source[index])
                index -= 1
            }
            index += 2
        }
        return bytes
    }
}
