import Model

/// One thing of a message's head that most messages have not, behind its number. A number is never given to another
/// thing.
struct HeadExtra {
    enum Kind: Int {
        case template = 1
        case facet = 2
    }

    let kind: Kind
    let bytes: [UInt8]

    static func all(of submission: Submission) -> [HeadExtra] {
        var extras: [HeadExtra] = []
        if let template = submission.template {
            var writer = RecordWriter(reserving: 16)
            writer.integer(Int(template.template.value))
            writer.integer(template.version)
            extras.append(HeadExtra(kind: .template, bytes: writer.bytes))
        }
        if let facet = submission.facet { extras.append(HeadExtra(kind: .facet, bytes: facet)) }
        return extras
    }

    /// What a later version of the program wrote does not read back, as it may change what the rest means.
    static func read(kind: Int, _ bytes: [UInt8], into submission: inout Submission) throws(RecordError) {
        guard let kind = Kind(rawValue: kind) else { throw RecordError() }
        switch kind {
        case .template:
            var reader = RecordReader(bytes)
            submission.template = TemplateUse(
                template: Template.ID(Int64(try reader.integer())), version: try reader.integer())
        case .facet: submission.facet = bytes
        }
    }
}
