/// Reports in the forms that servers use, with line ends as on the wire.
enum ReportSamples {
    static func bytes(_ text: String) -> [UInt8] {
        Array((text + "\n").split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
    }

    static let postfix = bytes(
        """
        Return-Path: <>
        Received: by mx.receiver.example (Postfix)
        \tid 4F1A2B3C4D; Tue,  3 Mar 2026 10:00:00 +0000 (UTC)
        Date: Tue,  3 Mar 2026 10:00:00 +0000 (UTC)
        From: MAILER-DAEMON@mx.receiver.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: b-0123456789abcdefgh@bounce.relay.example
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4F1A2B3C4D.1772532000/mx.receiver.example"
        Message-Id: <20260303100000.5E6F7A8B9C@mx.receiver.example>

        This is a MIME-encapsulated message.

        --4F1A2B3C4D.1772532000/mx.receiver.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.receiver.example.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients. It's attached below.

        <ann@dest.example> (expanded from <info@dest.example>): host
            inner.dest.example[192.0.2.9] said: 550 5.1.1 <ann@dest.example>: Recipient
            address rejected: User unknown in virtual mailbox table (in reply to RCPT
            TO command)

        --4F1A2B3C4D.1772532000/mx.receiver.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.receiver.example
        X-Postfix-Queue-ID: 4F1A2B3C4D
        X-Postfix-Sender: rfc822; b-0123456789abcdefgh@bounce.relay.example
        Arrival-Date: Tue,  3 Mar 2026 09:59:58 +0000 (UTC)

        Final-Recipient: rfc822; ann@dest.example
        Original-Recipient: rfc822;info@dest.example
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; inner.dest.example
        Diagnostic-Code: smtp; 550 5.1.1 <ann@dest.example>: Recipient address
            rejected: User unknown in virtual mailbox table

        --4F1A2B3C4D.1772532000/mx.receiver.example
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        Return-Path: <b-0123456789abcdefgh@bounce.relay.example>
        From: hello@example.com
        Subject: Hi

        --4F1A2B3C4D.1772532000/mx.receiver.example--
        """)

    static let postfixDelay = bytes(
        """
        From: MAILER-DAEMON@mx.receiver.example (Mail Delivery System)
        Subject: Delayed Mail (still being retried)
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="x"

        --x
        Content-Type: text/plain; charset=us-ascii

        # THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #

        --x
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.receiver.example

        Final-Recipient: rfc822; ann@dest.example
        Action: delayed
        Status: 4.4.1
        Diagnostic-Code: X-Postfix; connect to mx.dest.example[192.0.2.9]:25:
            Connection timed out
        Will-Retry-Until: Sun,  8 Mar 2026 10:00:00 +0000 (UTC)

        --x--
        """)

    /// Gmail breaks the other server's reply over lines, and names three recipients with one answer each.
    static let gmail = bytes(
        """
        Return-Path: <>
        From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
        To: b-0123456789abcdefgh@bounce.relay.example
        Auto-Submitted: auto-replied
        Subject: Delivery Status Notification (Failure)
        MIME-Version: 1.0
        Content-Type: multipart/report; boundary="000000000000abcdef"; report-type=delivery-status

        --000000000000abcdef
        Content-Type: multipart/related; boundary="000000000000abcdf0"

        --000000000000abcdf0
        Content-Type: multipart/alternative; boundary="000000000000abcdf1"

        --000000000000abcdf1
        Content-Type: text/plain; charset="UTF-8"

        ** Address not found **

        --000000000000abcdf1
        Content-Type: text/html; charset="UTF-8"

        <html><body>Address not found</body></html>

        --000000000000abcdf1--
        --000000000000abcdf0
        Content-Type: image/png; name="icon.png"
        Content-Transfer-Encoding: base64

        iVBORw0KGgo=
        --000000000000abcdf0--
        --000000000000abcdef
        Content-Type: message/delivery-status

        Reporting-MTA: dns; googlemail.com
        Arrival-Date: Tue, 03 Mar 2026 02:00:00 -0800 (PST)
        X-Original-Message-ID: <1@example.com>

        Final-Recipient: rfc822; one@gmail.example
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; gmail-smtp-in.l.google.com. (2a00:1450:400c:c0c::1a, the
         server for the domain gmail.example.)
        Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
         550-5.1.1 double-checking the recipient's email address for typos or
         550 5.1.1 unnecessary spaces. - gsmtp
        Last-Attempt-Date: Tue, 03 Mar 2026 02:00:01 -0800 (PST)

        Final-Recipient: rfc822; two@gmail.example
        Action: failed
        Status: 4.2.2
        Diagnostic-Code: smtp; 452-4.2.2 The email account that you tried to reach is over quota.

        Final-Recipient: rfc822; three@gmail.example
        Action: failed
        Status: 5.7.1
        Diagnostic-Code: smtp; 550-5.7.1 This message is likely unsolicited mail.

        --000000000000abcdef
        Content-Type: message/rfc822

        From: hello@example.com

        Hello
        --000000000000abcdef--
        """)

    static let exchange = bytes(
        """
        From: <postmaster@contoso.example>
        To: <b-0123456789abcdefgh@bounce.relay.example>
        Date: Tue, 3 Mar 2026 10:00:00 +0000
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="7c1f"
        X-MS-Exchange-Message-Is-Ndr:
        Content-Language: en-US
        Subject: Undeliverable: Hi
        Auto-Submitted: auto-replied
        MIME-Version: 1.0

        --7c1f
        Content-Type: text/html; charset="us-ascii"
        Content-Transfer-Encoding: quoted-printable

        <html><body>Your message to jane@contoso.example couldn't be delivered.</body></html>
        --7c1f
        Content-Type: message/delivery-status

        Reporting-MTA: dns;AM0PR01.eurprd01.prod.exchangelabs.example
        Received-From-MTA: dns;relay.example
        Arrival-Date: Tue, 3 Mar 2026 10:00:00 +0000

        Original-Recipient: rfc822;Jane@Contoso.example
        Final-Recipient: rfc822;jane@contoso.example
        Action: failed
        Status: 5.1.10
        Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

        --7c1f
        Content-Type: message/rfc822

        Subject: Hi

        --7c1f--
        """)

    /// Types and words in other cases, no address type, a status in the diagnostic alone.
    static let careless = bytes(
        """
        From: postmaster@old.example
        Content-Type: MULTIPART/Report; Report-Type=Delivery-Status; Boundary=sep

        --sep
        Content-Type: Message/Delivery-Status
        Content-Transfer-Encoding: base64

        UmVwb3J0aW5nLU1UQTogZG5zO29sZC5leGFtcGxlCgpGSU5BTC1SRUNJUElFTlQ6IDxib2JAb2xk
        LmV4YW1wbGU+CkFjdGlvbjogRmFpbGVkIChhdCBsYXN0KQpub3QgYSBmaWVsZApEaWFnbm9zdGlj
        LUNvZGU6IDU1NCBkZWxpdmVyeSBlcnJvcjogZGQgKCM1LjcuMSkgcG9saWN5Cg==
        --sep--
        """)

    static let international = bytes(
        """
        From: postmaster@intl.example
        Content-Type: multipart/report; report-type=global-delivery-status; boundary=g

        --g
        Content-Type: message/global-delivery-status

        Reporting-MTA: dns; intl.example

        Original-Recipient: utf-8; j\\x{F6}rg@intl.example
        Final-Recipient: utf-8; jörg@intl.example
        Action: failed
        Status: 5.6.7
        --g--
        """)

    static let exim = bytes(
        """
        From: Mail Delivery System <Mailer-Daemon@exim.example>
        To: b-0123456789abcdefgh@bounce.relay.example
        X-Failed-Recipients: ann@dest.example,
          bob@dest.example
        Auto-Submitted: auto-replied
        Subject: Mail delivery failed: returning message to sender
        Message-Id: <E1abcde-0001Xy-00@exim.example>

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          ann@dest.example
            host mx.dest.example [192.0.2.9]
            SMTP error from remote mail server after RCPT TO:<ann@dest.example>:
            550 5.1.1 <ann@dest.example>: Recipient address rejected: User unknown
          bob@dest.example
            retry timeout exceeded: 451 4.3.0 mailbox temporarily unavailable

        ------ This is a copy of the message, including all the headers. ------

        Return-path: <b-0123456789abcdefgh@bounce.relay.example>
        Subject: 550 5.7.1 of my own
        """)

    static let qmail = bytes(
        """
        Return-Path: <>
        From: MAILER-DAEMON@qmail.example
        To: b-0123456789abcdefgh@bounce.relay.example
        Subject: failure notice

        Hi. This is the qmail-send program at qmail.example.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <ann@dest.example>:
        192.0.2.9 does not like recipient.
        Remote host said: 550 sorry, no mailbox here by that name. (#5.1.1)
        Giving up on 192.0.2.9.

        <bob@dest.example>:
        I'm not going to try again; this message has been in the queue too long.

        --- Below this line is a copy of the message.

        Return-Path: <b-0123456789abcdefgh@bounce.relay.example>
        """)

    static let yahoo = bytes(
        """
        From: MAILER-DAEMON@yahoo.example
        Subject: Failure Notice

        Message from yahoo.example.
        Unable to deliver message to the following address(es).

        <ann@yahoo.example>:
        This user doesn't have a yahoo.example account (ann@yahoo.example) [0]

        --- Original message follows.

        Return-Path: <hello@example.com>
        """)

    static let sendmail = bytes(
        """
        From: Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example>
        Subject: Returned mail: see transcript for details

        The original message was received at Tue, 3 Mar 2026 10:00:00 GMT
        from relay.example [192.0.2.1]

           ----- The following addresses had permanent fatal errors -----
        <ann@dest.example>
            (reason: 550 5.2.1 <ann@dest.example>... Mailbox disabled)

           ----- Transcript of session follows -----
        ... while talking to mx.dest.example.:
        >>> RCPT To:<ann@dest.example>
        <<< 550 5.2.1 <ann@dest.example>... Mailbox disabled
        """)

    static let notes = bytes(
        """
        From: Postmaster@notes.example
        Subject: DELIVERY FAILURE: User jane (jane@notes.example) not listed in Domino Directory

        Your message

          Subject: Hi

        was not delivered to:

          jane@notes.example

        because:

          User jane (jane@notes.example) not listed in Domino Directory

        ------- Failure Reasons  --------
        """)

    static let oldExchange = bytes(
        """
        From: System Administrator <postmaster@contoso.example>
        Subject: Undeliverable: Hi

        Your message

          To:      'Jane'
          Subject: Hi

        did not reach the following recipient(s):

        jane@contoso.example on Tue, 3 Mar 2026 10:00:00 +0000
            The e-mail account does not exist at the organization this message was sent to.
            <mail.contoso.example #5.1.1>
        """)

    static let eximWarning = bytes(
        """
        From: Mail Delivery System <Mailer-Daemon@exim.example>
        Auto-Submitted: auto-replied
        Subject: Warning: message 1abcde-0001Xy-00 delayed 24 hours

        This message was created automatically by mail delivery software.
        A message that you sent has not yet been delivered to one or more of its
        recipients after more than 24 hours on the queue on exim.example.

        The address to which the message has not yet been delivered is:

          ann@dest.example
            host mx.dest.example [192.0.2.9]
            Delay reason: 451 4.7.1 Greylisting in action, please come back later

        No action is required on your part. Delivery attempts will continue for
        some time, and this warning may be repeated at intervals.
        """)

    static let vacation = bytes(
        """
        Return-Path: <>
        From: Ann <ann@dest.example>
        Subject: Out of office: Hi
        Auto-Submitted: auto-replied
        Content-Type: text/plain

        I am away until Monday. My old address ann@old.example gives
        550 5.1.1 user unknown, so do not use that.
        """)

    static let readReceipt = bytes(
        """
        From: Ann <ann@dest.example>
        Subject: Read: Hi
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=disposition-notification; boundary=m

        --m
        Content-Type: text/plain

        Your message was displayed.
        --m
        Content-Type: message/disposition-notification

        Final-Recipient: rfc822;ann@dest.example
        Disposition: manual-action/MDN-sent-manually; displayed
        --m--
        """)

    static let systemChat = bytes(
        """
        From: postmaster@dest.example
        Subject: Maintenance on Saturday

        Our servers will be down from 8 to 9. Write to help@dest.example if you need us.
        """)

    static let success = bytes(
        """
        From: MAILER-DAEMON@dest.example
        Subject: Successful Mail Delivery Report
        Content-Type: multipart/mixed; boundary=s

        --s
        Content-Type: text/plain

        Your message was successfully delivered to the destinations listed below.

        <ann@dest.example>: delivery via local
        --s
        Content-Type: message/rfc822

        Subject: Hi
        --s--
        """)

    // MARK: Complaints

    static let reports = [
        postfix, postfixDelay, gmail, exchange, careless, international, exim, qmail, yahoo, sendmail, notes,
        oldExchange, eximWarning, yahooFeedback, junkReport,
    ]
}
