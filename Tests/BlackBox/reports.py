"""Reports of bounces and complaints, as other mail systems write them."""

import textwrap


def wire(text: str) -> bytes:
    """With the line ends of the wire."""
    return textwrap.dedent(text).strip("\n").replace("\n", "\r\n").encode() + b"\r\n"


def bounce(
    path: str,
    recipient: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "550 5.1.1 <x>: Recipient address rejected: User unknown",
) -> bytes:
    """What Postfix sends of a message that it could not deliver."""
    return wire(f"""
        From: MAILER-DAEMON@mx.test (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: {path}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4F1A2B3C4D.1772532000/mx.test"

        This is a MIME-encapsulated message.

        --4F1A2B3C4D.1772532000/mx.test
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.test.

        --4F1A2B3C4D.1772532000/mx.test
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.test
        X-Postfix-Queue-ID: 4F1A2B3C4D
        X-Postfix-Sender: rfc822; {path}
        Arrival-Date: Tue,  3 Mar 2026 09:59:58 +0000 (UTC)

        Final-Recipient: rfc822; {recipient}
        Original-Recipient: rfc822;{recipient}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; inner.test
        Diagnostic-Code: smtp; {said}

        --4F1A2B3C4D.1772532000/mx.test
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        Return-Path: <{path}>
        Subject: Hi

        --4F1A2B3C4D.1772532000/mx.test--
        """)


def qmail(path: str, recipient: str) -> bytes:
    return wire(f"""
        From: MAILER-DAEMON@qmail.test
        To: {path}
        Subject: failure notice

        Hi. This is the qmail-send program at qmail.test.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <{recipient}>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        Return-Path: <{path}>
        """)


def complaint(fields: str, returned: str = "Subject: Hi", kind: str = "abuse") -> bytes:
    """What a provider sends when a user calls a message junk (RFC 5965)."""
    head = wire("""
        From: <feedback@provider.test>
        Subject: FW: Hi
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

        --part1
        Content-Type: text/plain; charset="US-ASCII"

        This is an email abuse report.

        --part1
        Content-Type: message/feedback-report

        """)
    lines = [f"Feedback-Type: {kind}", "User-Agent: SomeGenerator/1.0", "Version: 1"]
    lines += [line for line in fields.split("\n") if line]
    lines += ["", "--part1", "Content-Type: message/rfc822", "", *returned.split("\n"), "", "Hello", "--part1--", ""]
    return head + b"\r\n" + "\r\n".join(lines).encode()


def vacation(recipient: str) -> bytes:
    return wire(f"""
        From: {recipient}
        Subject: Out of office
        Auto-Submitted: auto-replied

        I am away until Monday. 550 5.1.1
        """)
