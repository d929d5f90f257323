/// What providers report of their users' complaints.
extension ReportSamples {
    static func feedback(_ fields: String, kind: String = "message/rfc822") -> [UInt8] {
        bytes(
            """
            From: <feedback@arf.mail.example>
            To: <complaints@bounce.relay.example>
            Subject: FW: Hi
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

            --part1
            Content-Type: text/plain; charset="US-ASCII"
            Content-Transfer-Encoding: 7bit

            This is an email abuse report for an email message received from IP
            192.0.2.1 on Tue, 3 Mar 2026 10:00:00 +0000.

            --part1
            Content-Type: message/feedback-report

            \(fields)
            User-Agent: SomeGenerator/1.0
            Version: 1

            --part1
            Content-Type: \(kind)
            Content-Disposition: inline

            Return-Path: <B-0123456789ABCDEFGH@bounce.relay.example>
            From: hello@example.com
            To: Undisclosed <redacted@mail.example>
            Message-ID: <0123456789abcdefgh@example.com>
            Subject: Hi

            Hello
            --part1--
            """)
    }

    static let yahooFeedback = feedback(
        """
        Feedback-Type: abuse
        Original-Mail-From: <b-0123456789abcdefgh@bounce.relay.example>
        Original-Rcpt-To: <ann@mail.example>
        Reported-Domain: example.com
        """)

    /// Outlook.com's: the message as an attachment, with a field about whom it came to.
    static let junkReport = bytes(
        """
        From: <staff@hotmail.example>
        To: <complaints@bounce.relay.example>
        Subject: complaint about message from 192.0.2.1
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=j

        --j
        Content-Type: message/rfc822
        Content-Disposition: inline

        X-HmXmrOriginalRecipient: ann@hotmail.example
        Return-Path: b-0123456789abcdefgh@bounce.relay.example
        Message-ID: <0123456789abcdefgh@example.com>
        Subject: Hi

        Hello
        --j--
        """)

    /// Every sample that is a report.
}
