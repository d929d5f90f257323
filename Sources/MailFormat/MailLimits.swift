/// Every size that this target bounds, in octets where nothing else is said.
package enum MailLimits {
    /// RFC 5321 §4.5.3.1.1
    package static let localPartMax = 64
    /// RFC 5321 §4.5.3.1.2
    package static let domainMax = 255
    /// RFC 5321 §4.5.3.1.3 allows a path of 256, and two of these are its angle brackets.
    package static let addressMax = 254
    /// RFC 1035 §2.3.4
    package static let labelMax = 63
    /// Longer is no name but an attempt at something else; folding would carry it all the same.
    package static let displayNameMax = 1000

    /// RFC 5322 §2.1.1: no line is longer, its CRLF not counted.
    package static let lineMax = 998
    /// RFC 5322 §2.1.1: lines of text should not be longer.
    package static let textLineMax = 78
    /// RFC 2047 §2: "each line of a header field that contains one or more 'encoded-word's is limited to 76
    /// characters". Header fields without one keep to the same.
    package static let headerLineMax = 76
    /// RFC 2047 §2: "an 'encoded-word' may not be more than 75 characters long".
    package static let encodedWordMax = 75
    /// A header field name that leaves room for a first word on its line.
    package static let headerNameMax = 64
    /// A header value, before it is encoded.
    package static let headerValueMax = 16_384

    package static let messageIDMax = 250
    package static let contentIDMax = 250
    package static let fileNameMax = 255
    /// RFC 6838 §4.2 allows 127 each for type and subtype.
    package static let mediaTypeMax = 255

    // MARK: What reports return

    /// The header of the message that a report is about; beyond that, its last fields are left out.
    package static let returnedHeaderMax = 65_536
    /// A message that a report returns whole; of a larger one it returns the header.
    package static let returnedMessageMax = 131_072
    /// A word of a reply that a report repeats, so that its line is none too long.
    package static let statusWordMax = 900

    // MARK: What is read

    /// Fields of a received header.
    package static let headerFieldsMax = 2000
    /// Parts of a received message, and how deep they lie in each other.
    package static let partsMax = 1000
    package static let partDepthMax = 20
    /// RFC 2231 §3: sections of one parameter.
    package static let parameterSectionsMax = 100

    // MARK: Reports

    /// Of a report's machine-readable part, what is read.
    package static let reportBytesMax = 256 * 1024
    /// Characters, lines and recipients that are read of a report for people alone.
    package static let reportTextMax = 64 * 1024
    package static let reportLinesMax = 1000
    package static let textRecipientsMax = 100
    /// Recipients that one report speaks of; a message has a thousand at most.
    package static let reportGroupsMax = 1001
    /// Characters that are kept of what a server said.
    package static let diagnosticMax = 1024
    /// Lines with a refusal that are read of a text that has none for each recipient.
    package static let refusalLinesMax = 8
}
