import Base

/// A node of a message's body: a body with its fields, or several parts under one (RFC 2046 §5.1).
indirect enum MIMEPart {
    /// Fields, each with its CRLF, and the encoded body.
    case leaf(fields: [UInt8], body: [UInt8])
    case attachment(MailAttachment, Disposition)
    case multipart(Subtype, [MIMEPart])

    /// RFC 2046 §5.1.3, §5.1.4; RFC 2387
    enum Subtype: String {
        case mixed, alternative, related
    }

    /// RFC 2183 §2
    enum Disposition: String {
        case inline, attachment
    }

    static func text(_ text: String, subtype: String) -> MIMEPart {
        let body = TextBody(text)
        let fields =
            HeaderEncoder.structured("Content-Type", "text/\(subtype);", "charset=utf-8")
            + HeaderEncoder.structured("Content-Transfer-Encoding", body.encoding.rawValue)
        return .leaf(fields: fields, body: body.bytes)
    }

    /// Several parts under one, or the one itself.
    static func combined(_ subtype: Subtype, _ parts: [MIMEPart]) -> MIMEPart {
        if parts.count == 1, let only = parts.first { return only }
        return .multipart(subtype, parts)
    }

    /// Writes fields, empty line and body, without a line end after them: where one belongs to the text, it is there.
    func write(to output: inout [UInt8], boundaries: inout BoundarySource) {
        switch self {
        case .leaf(let fields, let body):
            output.append(contentsOf: fields)
            output.append(literal: "\r\n")
            output.append(contentsOf: body)
        case .attachment(let attachment, let disposition):
            output.append(contentsOf: Self.fields(of: attachment, disposition))
            output.append(literal: "\r\n")
            output.append(contentsOf: Base64.encodeLines(attachment.bytes).dropLast(2))
        case .multipart(let subtype, let parts):
            let boundary = boundaries.next()
            output.append(contentsOf: Self.multipartField(subtype, boundary, parts))
            output.append(literal: "\r\n")
            for part in parts {
                // RFC 2046 §5.1.1: `delimiter := CRLF "--" boundary`; the CRLF is no part of what stands before it.
                output.append("--\(boundary)\r\n")
                part.write(to: &output, boundaries: &boundaries)
                output.append(literal: "\r\n")
            }
            output.append("--\(boundary)--")
        }
    }

    private static func multipartField(_ subtype: Subtype, _ boundary: String, _ parts: [MIMEPart]) -> [UInt8] {
        var writer = FieldWriter(name: "Content-Type")
        writer.append("multipart/\(subtype.rawValue)")
        // RFC 2387 §3.1: related must name the type of its root.
        if subtype == .related, let root = parts.first { MIMEParameter.append("type", root.typeName, to: &writer) }
        MIMEParameter.append("boundary", boundary, to: &writer)
        return writer.finish()
    }

    /// The type of the root of `multipart/related`, which is HTML or the choice between text and HTML.
    private var typeName: String {
        if case .multipart(let subtype, _) = self { return "multipart/\(subtype.rawValue)" }
        return "text/html"
    }

    private static func fields(of attachment: MailAttachment, _ disposition: Disposition) -> [UInt8] {
        var type = FieldWriter(name: "Content-Type")
        type.append(attachment.mediaType.essence)
        for parameter in attachment.mediaType.parameters {
            MIMEParameter.append(parameter.name, parameter.value, to: &type)
        }
        var dispositionField = FieldWriter(name: "Content-Disposition")
        dispositionField.append(disposition.rawValue)
        MIMEParameter.append("filename", attachment.fileName, to: &dispositionField)
        var fields = type.finish()
        fields += HeaderEncoder.structured("Content-Transfer-Encoding", TextBody.Encoding.base64.rawValue)
        fields += dispositionField.finish()
        if let contentID = attachment.contentID { fields += HeaderEncoder.structured("Content-ID", "<\(contentID)>") }
        return fields
    }
}
