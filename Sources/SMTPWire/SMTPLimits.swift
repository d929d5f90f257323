/// Every bound of this target, with its unit in its name or its comment.
package enum SMTPLimits {
    /// RFC 5321 §4.5.3.1.4: a command line, CRLF included, before the additions of extensions.
    package static let commandLineOctetsMax = 512
    /// RFC 5321 §4.5.3.1.3: a path has at most 256 octets, of which two are its angle brackets.
    package static let mailboxOctetsMax = 254
    /// RFC 5321 §4.5.3.1.2.
    package static let domainOctetsMax = 255
    /// RFC 1035 §2.3.4: one label of a domain name.
    package static let domainLabelOctetsMax = 63

    /// RFC 5321 §4.5.3.1.5: what a server may send on one reply line, CRLF included. Recorded for the server side,
    /// which keeps to it; the client tolerates more.
    package static let replyLineOctetsMax = 512
    /// What the client reads on one reply line, CRLF included: servers that put a long URL into a refusal exist.
    package static let replyLineOctetsTolerated = 2048
    /// Lines of one reply. EHLO replies of real servers have fewer than thirty.
    package static let replyLinesMax = 128
    /// All lines of one reply together, line ends included.
    package static let replyOctetsMax = 64 * 1024

    /// RFC 5321 §4.5.3.1.8: the number of recipients that every server has to take.
    package static let recipientsPerTransactionMax = 100
    /// Transactions on one connection before it is given back: long-lived connections keep using a host that DNS
    /// or a load balancer has since taken out.
    package static let transactionsPerConnectionMax = 100
    /// User name and password, each: both in base64 fit the 12,288 octets of RFC 4954 §4.
    package static let credentialOctetsMax = 4096
}
