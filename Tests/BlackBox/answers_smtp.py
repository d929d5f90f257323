"""What answers.py says over SMTP, line by line. `PLAIN USER SECRET` stands for AUTH PLAIN."""

LOGIN = ["EHLO client.test", "PLAIN poststack {KEY}"]
ENVELOPE = ["MAIL FROM:<hello@example.com>", "RCPT TO:<ann@example.net>"]
CONTENT = ["DATA", "From: hello@example.com\r\nTo: ann@example.net\r\nSubject: Hi\r\n\r\nHello.\r\n."]
QUIT = ["QUIT"]


def message(head: str, body: str = "Hello.") -> list[str]:
    return ["DATA", f"{head}\r\n\r\n{body}\r\n."]


SUBMISSION = {
    "hello": ["EHLO client.test", "HELO client.test", "NOOP", "RSET", "VRFY ann", "HELP", "EXPN x", "ETRN x", *QUIT],
    "before hello": ["MAIL FROM:<hello@example.com>", "AUTH PLAIN AAAA", *QUIT],
    "hello with nothing": ["EHLO", "HELO", "EHLO -", *QUIT],
    "nonsense": ["FLY", "", "x" * 3000, *QUIT],
    "mail without login": ["EHLO client.test", *ENVELOPE, *QUIT],
    "wrong password": ["EHLO client.test", "PLAIN poststack wrong", *QUIT],
    "wrong user": ["EHLO client.test", "PLAIN somebody {KEY}", *QUIT],
    "no credentials": ["EHLO client.test", "AUTH PLAIN !", "AUTH FLY", "AUTH", "AUTH PLAIN", "*", *QUIT],
    "login": ["EHLO client.test", "AUTH LOGIN", "cG9zdHN0YWNr", "d3Jvbmc=", *QUIT],
    "login twice": [*LOGIN, "PLAIN poststack {KEY}", *QUIT],
    "a message": [*LOGIN, *ENVELOPE, *CONTENT, *QUIT],
    "two messages": [*LOGIN, *ENVELOPE, *CONTENT, *ENVELOPE, *CONTENT, *QUIT],
    "a test": ["EHLO client.test", "PLAIN poststack {TEST}", *ENVELOPE, *CONTENT, *QUIT],
    "a chunk": [*LOGIN, *ENVELOPE, "BDAT 36 LAST\r\nFrom: hello@example.com\r\n\r\nHello!!", *QUIT],
    "a chunk too early": [*LOGIN, "BDAT 4 LAST\r\nab", *QUIT],
    "order": [*LOGIN, "RCPT TO:<ann@example.net>", "DATA", *ENVELOPE, "MAIL FROM:<a@example.com>", "RSET", "DATA",
    *QUIT],
    "addresses": [
        *LOGIN, "MAIL FROM:<plain>", "MAIL FROM:hello@example.com", "MAIL FROM:<>", "RSET", "MAIL FROM:<a@example.com>",
        "RCPT TO:<plain>", "RCPT TO:<>", "RCPT TO:<a@b@c>", "RCPT TO:<@relay.test:ann@example.net>", *QUIT,
    ],
    "options": [
        *LOGIN, "MAIL FROM:<a@example.com> SIZE=99999999", "MAIL FROM:<a@example.com> FLY=1",
        "MAIL FROM:<a@example.com> SIZE=x",
        "MAIL FROM:<a@example.com> BODY=8BITMIME RET=HDRS ENVID=x", "RCPT TO:<ann@example.net> NOTIFY=NEVER",
        "RCPT TO:<bob@example.net> NOTIFY=SOMETIMES", "RCPT TO:<bob@example.net> FLY=1", *QUIT,
    ],
    "idempotency": [
        *LOGIN, *ENVELOPE, *message("From: hello@example.com\r\nX-PostStack-Idempotency-Key: one"),
        *ENVELOPE, *message("From: hello@example.com\r\nX-PostStack-Idempotency-Key: one"),
        *ENVELOPE, *message("From: hello@example.com\r\nX-PostStack-Idempotency-Key: one", "Other."), *QUIT,
    ],
    "content that is refused": [
        *LOGIN, *ENVELOPE, *message("To: ann@example.net"), *ENVELOPE,
        *message("From: a@example.com\r\nFrom: b@example.com"),
        *ENVELOPE, *message("From: a@nowhere.example"), *ENVELOPE, *message("From: a@pending.example"),
        *ENVELOPE, *message("From: a@example.com\r\nX-PostStack-Template-Id: t"),
        *ENVELOPE, *message("From: a@example.com\r\nX-PostStack-Variables: nothing"), *QUIT,
    ],
    "many recipients": [
        *LOGIN, "MAIL FROM:<hello@example.com>", *(f"RCPT TO:<u{number}@example.net>" for number in range(52)), *QUIT,
    ],
    "a bound key": ["EHLO client.test", "PLAIN poststack {BOUND}", *ENVELOPE, *message("From: a@acme.localhost"),
    *QUIT],
    "a key for elsewhere": ["EHLO client.test", "PLAIN poststack {ELSEWHERE}", *ENVELOPE, *QUIT],
    "a lone line end": [*LOGIN, *ENVELOPE, "DATA", "From: a@example.com\r\n\r\nbare\nline\r\n."],
    "TLS where there is none": ["EHLO client.test", "STARTTLS", *QUIT],
}  # fmt: skip

MX = {
    "reports: hello": ["EHLO client.test", "AUTH PLAIN AAAA", *QUIT],
    "reports: for nobody": ["EHLO mx.test", "MAIL FROM:<>", "RCPT TO:<ann@example.net>",
    "RCPT TO:<b-0@bounce.relay.test>", *QUIT],
    "reports: for people": [
        "EHLO mx.test", "MAIL FROM:<a@dest.test>", "RCPT TO:<postmaster@bounce.relay.test>", "RCPT TO:<postmaster>",
        *CONTENT, *QUIT,
    ],
    "reports: a complaint that is none": [
        "EHLO mx.test", "MAIL FROM:<a@dest.test>", "RCPT TO:<complaints@bounce.relay.test>", *CONTENT, *QUIT,
    ],
    "reports: without recipients": ["EHLO mx.test", "MAIL FROM:<>", "DATA", *QUIT],
}  # fmt: skip
