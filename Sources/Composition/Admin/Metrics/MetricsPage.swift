import Base

/// Figures in Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
///
/// Sources add their figures in any order; the page has each family once, in the order of `MetricFamily.all`, as the
/// format asks. A family without figures is left out.
struct MetricsPage {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    typealias Label = (name: StaticString, value: String)

    private var samples: [MetricFamily: [UInt8]] = [:]

    init() {}

    // MARK: Adding

    mutating func add(_ family: MetricFamily, _ value: some BinaryInteger) { add(family, [], value) }

    mutating func add(_ family: MetricFamily, _ labels: [Label], _ value: some BinaryInteger) {
        append(family, suffix: "", labels) { $0.appendDecimal(value) }
    }

    mutating func add(_ family: MetricFamily, _ labels: [Label] = [], seconds: Duration) {
        append(family, suffix: "", labels) { $0.append(Self.text(seconds / .seconds(1))) }
    }

    mutating func add(_ family: MetricFamily, _ histogram: Histogram) {
        var total: UInt64 = 0
        for (bound, count) in zip(histogram.bounds.map(Self.text) + ["+Inf"], histogram.counts) {
            total += count
            append(family, suffix: "_bucket", [("le", bound)]) { $0.appendDecimal(total) }
        }
        append(family, suffix: "_sum", []) { $0.append(Self.text(histogram.sum)) }
        append(family, suffix: "_count", []) { $0.appendDecimal(total) }
    }

    // MARK: The text

    var bytes: [UInt8] {
        var page: [UInt8] = []
        for family in MetricFamily.all {
            guard let lines = samples[family] else { continue }
            page.append("# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n")
            page += lines
        }
        return page
    }

    private mutating func append(
        _ family: MetricFamily, suffix: StaticString, _ labels: [Label], _ value: (inout [UInt8]) -> Void
    ) {
        var line: [UInt8] = []
        line.append(family.name)
        line.append(literal: suffix)
        for (index, label) in labels.enumerated() {
            line.append(literal: index == 0 ? "{" : ",")
            line.append(literal: label.name)
            line.append(literal: "=\"")
            Self.append(escaping: label.value, to: &line)
            line.append(literal: index == labels.count - 1 ? "\"}" : "\"")
        }
        line.append(ASCII.space)
        value(&line)
        line.append(ASCII.lineFeed)
        samples[family, default: []] += line
    }

    /// "backslash (\), double-quote ("), and line feed (\n) have to be escaped as \\, \", and \n, respectively."
    private static func append(escaping text: String, to line: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case ASCII.backslash: line.append(literal: "\\\\")
            case ASCII.quote: line.append(literal: "\\\"")
            case ASCII.lineFeed: line.append(literal: "\\n")
            default: line.append(byte)
            }
        }
    }

    /// As Go's ParseFloat reads it; whole numbers without a fraction.
    private static func text(_ value: Double) -> String {
        Int64(exactly: value).map { String($0) } ?? "\(value)"
    }
}
