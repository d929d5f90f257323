/// What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1). Extensions that the client has no use for, such as
/// CHUNKING, are left out, and so are SASL mechanisms that it does not speak.
public struct EHLOExtensions: Hashable, Sendable {
    public private(set) var pipelining = false  // RFC 2920
    public private(set) var startTLS = false  // RFC 3207
    public private(set) var eightBitMIME = false  // RFC 6152
    public private(set) var smtpUTF8 = false  // RFC 6531
    public private(set) var enhancedStatusCodes = false  // RFC 2034
    public private(set) var statusNotifications = false  // RFC 3461
    /// RFC 1870: whether `SIZE=` may stand in MAIL.
    public private(set) var size = false
    /// RFC 1870 §4: the largest message that the server takes, in octets; nil where it names none.
    public private(set) var messageOctetsMax: Int?
    /// RFC 4954 §3.
    public private(set) var mechanisms: Set<SASLMechanism> = []

    /// Nothing offered: what is known after HELO, and after STARTTLS until the next EHLO.
    public init() {}

    /// Reads a positive reply to EHLO. Its first line names the server and offers nothing.
    public init(_ reply: Reply) {
        for line in reply.lines.dropFirst() {
            let words = line.split(separator: " ").map { $0.uppercased() }
            guard let keyword = words.first else { continue }
            take(keyword, words.dropFirst())
        }
    }

    /// RFC 5321 §2.4: keywords and their parameters here are read in any case.
    private mutating func take(_ keyword: String, _ parameters: ArraySlice<String>) {
        switch keyword {
        case "PIPELINING": pipelining = true
        case "STARTTLS": startTLS = true
        case "8BITMIME": eightBitMIME = true
        case "SMTPUTF8": smtpUTF8 = true
        case "ENHANCEDSTATUSCODES": enhancedStatusCodes = true
        case "DSN": statusNotifications = true
        case "AUTH": mechanisms.formUnion(parameters.compactMap(SASLMechanism.init))
        // What servers of the nineties wrote, and their heirs write beside the standard's line or in its place.
        case _ where keyword.hasPrefix("AUTH="):
            take("AUTH", [String(keyword.dropFirst(5))] + parameters)
        case "SIZE":
            size = true
            // RFC 1870 §3: zero says that there is no fixed limit; a number beyond Int is as good as none.
            messageOctetsMax = parameters.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        default: break
        }
    }
}
