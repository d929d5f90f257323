/// Every size that this target bounds, in octets where nothing else is said.
public enum MailLimits {
    /// RFC 5321 §4.5.3.1.1
    public static let localPartMax = 64
    /// RFC 5321 §4.5.3.1.2
    public static let domainMax = 255
    /// RFC 5321 §4.5.3.1.3 allows a path of 256, and two of these are its angle brackets.
    public static let addressMax = 254
    /// RFC 1035 §2.3.4
    public static let labelMax = 63
    /// Longer is no name but an attempt at something else; folding would carry it all the same.
    public static let displayNameMax = 1000

    /// RFC 5322 §2.1.1: no line is longer, its CRLF not counted.
    public static let lineMax = 998
    /// RFC 5322 §2.1.1: lines of text should not be longer.
    public static let textLineMax = 78
    /// RFC 2047 §2: "each line of a header field that contains one or more 'encoded-word's is limited to 76
    /// characters". Header fields without one keep to the same.
    public static let headerLineMax = 76
    /// RFC 2047 §2: "an 'encoded-word' may not be more than 75 characters long".
    public static let encodedWordMax = 75
    /// A header field name that leaves room for a first word on its line.
    public static let headerNameMax = 64
    /// A header value, before it is encoded.
    public static let headerValueMax = 16_384

    public static let messageIDMax = 250
    public static let contentIDMax = 250
    public static let fileNameMax = 255
    /// RFC 6838 §4.2 allows 127 each for type and subtype.
    public static let mediaTypeMax = 255

    // MARK: What reports return

    /// The header of the message that a report is about; beyond that, its last fields are left out.
    public static let returnedHeaderMax = 65_536
    /// A message that a report returns whole; of a larger one it returns the header.
    public static let returnedMessageMax = 131_072
    /// A word of a reply that a report repeats, so that its line is none too long.
    public static let statusWordMax = 900

    // MARK: What is read

    /// Fields of a received header.
    public static let headerFieldsMax = 2000
    /// Parts of a received message, and how deep they lie in each other.
    public static let partsMax = 1000
    public static let partDepthMax = 20
    /// RFC 2231 §3: sections of one parameter.
    public static let parameterSectionsMax = 100

    // MARK: Reports

    /// Of a report's machine-readable part, what is read.
    public static let reportBytesMax = 256 * 1024
    /// Characters, lines and recipients that are read of a report for people alone.
    public static let reportTextMax = 64 * 1024
    public static let reportLinesMax = 1000
    public static let textRecipientsMax = 100
    /// Recipients that one report speaks of; a message has a thousand at most.
    public static let reportGroupsMax = 1001
    /// Characters that are kept of what a server said.
    public static let diagnosticMax = 1024
    /// Lines with a refusal that are read of a text that has none for each recipient.
    public static let refusalLinesMax = 8
}
