public import Model

/// The stored form of a template's content. It begins with a version byte.
public enum TemplateRecord {
    private static let version = 1

    public static func bytes(of content: TemplateContent) -> [UInt8] {
        let texts = (content.html?.utf8.count ?? 0) + (content.text?.utf8.count ?? 0)
        var writer = RecordWriter(reserving: texts + 256)
        writer.integer(version)
        writer.optionalText(content.subject)
        writer.optionalText(content.html)
        writer.optionalText(content.text)
        writer.list(content.variables) { writer, variable in
            writer.text(variable.name)
            writer.integer(variable.isRequired ? 1 : 0)
        }
        return writer.bytes
    }

    public static func content(_ bytes: [UInt8]) throws(RecordError) -> TemplateContent {
        var reader = RecordReader(bytes)
        guard try reader.integer() == version else { throw RecordError() }
        let (subject, html, text) = (
            try reader.optionalText(), try reader.optionalText(), try reader.optionalText()
        )
        let variables = try reader.list { reader throws(RecordError) in
            TemplateVariable(name: try reader.text(), isRequired: try reader.integer() == 1)
        }
        return TemplateContent(subject: subject, html: html, text: text, variables: variables)
    }
}
