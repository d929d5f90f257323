import HTTPWire
import Testing

/// The samples were made for a parser that does not ask for Host and takes fragments, so each is first given what it
/// lacks for that reason alone; then a strict server has to refuse exactly those in the table.
@Suite("Corpus")
struct CorpusTests {
    @Test("The corpus is there where it has to be")
    func presence() {
        #expect(!CorpusSamples.all.isEmpty || !CorpusSamples.isRequired)
    }

    @Test(
        "Every sample is refused, cut short or accepted as the table says, however it is cut",
        arguments: CorpusSamples.all)
    func repaired(sample: CorpusSamples.Sample) {
        let outcomes = verified(Self.repaired(sample.bytes))
        if let expected = CorpusVerdicts.refused[sample.name] {
            #expect(outcomes.last == .fault(expected))
        } else if CorpusVerdicts.cutShort.contains(sample.name) {
            #expect(outcomes.last == .ended(.messageTruncated))
        } else {
            #expect(outcomes.last == .ended(nil))
            #expect(outcomes.contains { if case .request = $0 { true } else { false } })
        }
    }

    @Test("Every sample as it stands has one outcome, however it is cut", arguments: CorpusSamples.all)
    func asItStands(sample: CorpusSamples.Sample) {
        let outcomes = verified(sample.bytes)
        if CorpusVerdicts.refused[sample.name] != nil {
            #expect(outcomes.last != .ended(nil), "accepted without repair, refused with it")
        }
    }

    @Test(
        "A sample that another parser takes in its relaxed modes only is never accepted", arguments: CorpusSamples.all)
    func lenient(sample: CorpusSamples.Sample) {
        guard sample.isLenient else { return }
        #expect(CorpusVerdicts.refused[sample.name] != nil || CorpusVerdicts.cutShort.contains(sample.name))
    }

    /// Host for every HTTP/1.1 head that has none, and no fragment in the targets that have one by the way.
    private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        let source = text(bytes[...]).replacing("#hey", with: "")
        var lines = source.split(separator: "\r\n" as Character, omittingEmptySubsequences: false)
        for index in lines.indices.reversed() where lines[index].hasSuffix(" HTTP/1.1") {
            let head = lines[index...].prefix { !$0.isEmpty }
            if !head.contains(where: { $0.lowercased().hasPrefix("host:") }) {
                lines.insert("Host: example.com", at: index + 1)
            }
        }
        return lines.joined(separator: "\r\n").unicodeScalars.map { UInt8($0.value) }
    }
}
