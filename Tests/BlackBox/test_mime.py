"""A message that was submitted arrives byte for byte, whatever it holds: each corner of MIME and of the format of messages,
by DATA and in chunks, compared on the wire behind us."""

import re

import mail
import pytest
from peers import ScriptedPeer
from polyrelay import Server, configuration, eventually
from submission import RULES, SECONDS, session, smtp

HEAD = b"From: Acme <hello@example.com>\r\nTo: ann@example.net\r\nDate: Tue, 2 Jun 2026 10:00:00 +0200\r\nSubject: x\r\n"
MIME = b"MIME-Version: 1.0\r\n"
ALL_OCTETS = bytes(one for one in range(1, 256) if one not in b"\r\n")


def text(body: bytes, *fields: bytes) -> bytes:
    return b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def multipart(*parts: bytes, boundary: bytes = b"=_b", kind: bytes = b"mixed", end: bytes = b"--\r\n") -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + end
    return MIME + b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n' + body


def nested(depth: int) -> bytes:
    whole = text(b"the innermost", b"Content-Type: text/plain")
    for level in range(depth):
        boundary = b"level-%d" % level
        inner = b"--" + boundary + b"\r\n" + whole + b"\r\n--" + boundary + b"--\r\n"
        whole = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n" + inner
    return MIME + whole


# Each is what follows HEAD, up to the end of the message.
CORNERS = {
    "no-body": b"",
    "empty-body": b"\r\n",
    "blank-lines": text(b"\r\n\r\n\r\n"),
    "no-mime": text(b"plain\r\n"),
    # Lines and dots.
    "dot": text(b".\r\n"),
    "dots": text(b".\r\n..\r\n...\r\n.x\r\n..x\r\nx.\r\n.\r\n.\r\n"),
    "dot-after-blank": text(b"\r\n.\r\n\r\n..\r\n"),
    "looks-like-smtp": text(b"QUIT\r\nDATA\r\nRSET\r\n250 ok\r\n.QUIT\r\n"),
    "mbox": text(b"From here\r\n>From there\r\n\r\nFrom me\r\n"),
    "blanks": text(b" \r\n\t\r\n \t \r\ntrailing \r\ntrailing\t\r\n-- \r\nsignature\r\n"),
    "line-998": text(b"x" * 998 + b"\r\n"),
    "line-998-dot": text(b"." * 998 + b"\r\n"),
    "controls": text(b"\x01\x02\x07\x08\x0b\x0c\x1b[0m\x7f\r\n"),
    "nul": text(b"a\0b\0\r\n\0\r\n"),
    # Octets.
    "utf-8": MIME + text("Grüße 你好 🐙\r\n".encode(), b"Content-Type: text/plain; charset=utf-8",
                         b"Content-Transfer-Encoding: 8bit"),
    "latin-1": MIME + text("Grüße\r\n".encode("latin-1"), b"Content-Type: text/plain; charset=iso-8859-1",
                           b"Content-Transfer-Encoding: 8bit"),
    "utf-16": MIME + text(b"\xff\xfeH\0i\0\r\n", b"Content-Type: text/plain; charset=utf-16"),
    "all-octets": MIME + text(ALL_OCTETS + b"\r\n", b"Content-Type: application/octet-stream",
                              b"Content-Transfer-Encoding: 8bit"),
    "quoted-printable": MIME + text(b"soft=\r\n break=20\r\n=2E\r\n=\r\n=3D=\r\n", b"Content-Type: text/plain",
                                    b"Content-Transfer-Encoding: quoted-printable"),
    "base64": MIME + text(b"AAEC\r\nAwQF\r\n\r\n====\r\n", b"Content-Type: image/png",
                          b"Content-Transfer-Encoding: base64"),
    "uuencode": MIME + text(b"begin 644 x\r\n#0V%T\r\n`\r\nend\r\n", b"Content-Transfer-Encoding: x-uuencode"),
    "encoding-unknown": MIME + text(b"x\r\n", b"Content-Transfer-Encoding: strange; yes"),
    # Fields.
    "fields-folded": b"X-A: a\r\n b\r\n\tc\r\n  \t d\r\n" + text(b"x\r\n"),
    "fields-empty": b"X-Empty:\r\nX-Blank: \r\nX-Tab:\t\r\n" + text(b"x\r\n"),
    "fields-odd-names": b"x-lower: 1\r\nX_Under: 2\r\n!#$%&'*+-.^`|~: 3\r\nX-Colon:: :4:\r\n" + text(b"x\r\n"),
    "fields-repeated": b"".join(b"X-Same: %d\r\n" % one for one in range(50)) + text(b"x\r\n"),
    "fields-long": b"X-Long: " + b"y" * 990 + b"\r\n" + text(b"x\r\n"),
    "fields-many-lines": b"References:" + b"".join(b"\r\n <%d@example.com>" % one for one in range(200)) + b"\r\n"
                         + text(b"x\r\n"),
    "fields-8bit": "X-Raw: grüße\r\n".encode() + b"X-Worse: \xff\xfe\r\n" + text(b"x\r\n"),
    "fields-encoded": b"X-Word: =?utf-8?q?Zo=C3=AB?= =?utf-8?b?8J+QmQ==?=\r\n  =?broken?x?y?=\r\n" + text(b"x\r\n"),
    "fields-comments": b'X-C: (a (nested) \\) comment) "quo\\"ted" <x@y>\r\n' + text(b"x\r\n"),
    "fields-foreign-trace": b"Return-Path: <x@y.example>\r\nReceived: from a by b; Mon, 1 Jun 2026 00:00:00 +0000\r\n"
                            b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=o.example; s=x; b=AA==\r\n" + text(b"x\r\n"),
    # Parts.
    "parts": multipart(text(b"one", b"Content-Type: text/plain"), text(b"<p>two</p>", b"Content-Type: text/html"),
                       kind=b"alternative"),
    "parts-preamble": multipart(text(b"x")).replace(b"\r\n\r\n--", b"\r\n\r\npreamble\r\n.\r\n--", 1)
                      + b"epilogue\r\n.\r\n",
    "parts-empty": multipart(b"", b"\r\n", text(b"")),
    "parts-none": multipart(),
    "parts-unclosed": multipart(text(b"never closed"), end=b"\r\n"),
    "parts-odd-boundary": multipart(text(b"x"), boundary=b"'()+_,-./:=? " + b"b" * 50 + b"9"),
    "parts-blank-after-boundary": multipart(text(b"x")).replace(b"--=_b\r\n", b"--=_b \t \r\n"),
    "parts-nested": nested(40),
    "parts-rfc822": multipart(text(HEAD + b"\r\ninner\r\n.\r\n", b"Content-Type: message/rfc822")),
    "parts-signed": multipart(
        text(b"do not touch \r\n trailing\t", b"Content-Type: text/plain"),
        text(b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----",
             b"Content-Type: application/pgp-signature"),
        kind=b"signed",
    ),
    "parts-digest": multipart(b"\r\nSubject: a\r\n\r\nx", b"\r\nSubject: b\r\n\r\ny", kind=b"digest"),
    "parts-names": multipart(
        text(b"AAEC", b"Content-Type: application/pdf;\r\n name*0*=utf-8''%C3%9C;\r\n name*1=\"berblick.pdf\"",
             b"Content-Disposition: attachment; filename=\"=?utf-8?b?w5w=?=\"; size=3", b"Content-ID: <a@b>",
             b"Content-Transfer-Encoding: base64"),
    ),
    "partial": MIME + text(b"half\r\n", b'Content-Type: message/partial; id="a@b"; number=1; total=2'),
    "no-boundary": MIME + text(b"--?\r\nx\r\n", b"Content-Type: multipart/mixed"),
    "type-nonsense": MIME + text(b"x\r\n", b"Content-Type: ;;; = ="),
}


@pytest.fixture(scope="module")
def relayed(tmp_path_factory, files):
    """A server, the wire behind it, and the bytes of a message as they came over that wire."""
    folder = tmp_path_factory.mktemp("server")
    with ScriptedPeer("127.0.0.1", 0, offers=("PIPELINING", "8BITMIME", "SMTPUTF8")) as peer:
        server = Server(folder, configuration(folder, smarthost=peer.port, smtp=smtp(files, *RULES)))
        try:
            server.start()
            server.peer, server.owner = peer, server.tenant()
            yield server
        finally:
            server.close()


def arrived(server, name: str) -> bytes:
    """The content with this Message-ID, without the dots that the protocol adds (RFC 5321 §4.5.2)."""
    mark = f"\r\nMessage-ID: <{name}>\r\n".encode()
    found = lambda: [content for content in list(server.peer.contents) if mark in content]
    (content,) = eventually(found, why=f"{name} arrives")
    return re.sub(rb"(?m)^\.", b"", content)


# What no server has to take (RFC 5322 §2.1.1): it leaves in another encoding, and says the same.
ENCODED = {"nul", "utf-16"}


def says(content: bytes) -> bytes:
    """The body as readers see it."""
    return mail.parse(content).get_payload(decode=True)


def assert_arrived(data: bytes, sent: bytes, is_encoded: bool) -> None:
    if is_encoded:
        assert says(data).rstrip(b"\r\n") == sent.partition(b"\r\n\r\n")[2].rstrip(b"\r\n")
        assert b"\0" not in data and max(map(len, data.split(b"\r\n"))) <= mail.MAXIMUM_LINE
    else:
        assert data.endswith(b"\r\n" + sent)


def message(name: str, rest: bytes) -> bytes:
    return f"Message-ID: <{name}>\r\n".encode() + HEAD + rest


@pytest.mark.parametrize("corner", CORNERS)
def test_data_arrives_byte_for_byte_and_signed(relayed, files, corner, tmp_path):
    name = f"{corner}.data@client.example"
    sent = message(name, CORNERS[corner])
    with session(relayed, files, secret=relayed.owner.secret) as client:
        client.ehlo()
        client.mail("hello@example.com", ["BODY=8BITMIME"])
        client.rcpt("ann@example.net")
        assert client.docmd("DATA")[0] == 354
        client.send(re.sub(rb"(?m)^\.", b"..", sent) + b".\r\n")
        assert client.getreply()[0] == 250
    data = arrived(relayed, name)
    assert_arrived(data, sent, corner in ENCODED)
    mail.assert_signed(data, relayed.dkim_keys(relayed.owner.account), tmp_path)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunks_arrive_byte_for_byte(relayed, files, size):
    """However they are cut: between CR and LF, before a dot, within an octet sequence."""
    # In chunks of one octet the long ones would say nothing more.
    corners = {name: rest for name, rest in CORNERS.items() if len(rest) < 400 * size}
    assert len(corners) > 20
    with session(relayed, files, secret=relayed.owner.secret) as client:
        client.ehlo()
        for corner, rest in corners.items():
            sent = message(f"{corner}.{size}@client.example", rest)
            client.mail("hello@example.com", ["BODY=8BITMIME"])
            client.rcpt("ann@example.net")
            pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
            client.send(b"".join(b"BDAT %d\r\n" % len(piece) + piece for piece in pieces) + b"BDAT 0 LAST\r\n")
            assert [client.getreply()[0] for _ in range(len(pieces) + 1)] == [250] * (len(pieces) + 1), corner
    for corner, rest in corners.items():
        name = f"{corner}.{size}@client.example"
        assert_arrived(arrived(relayed, name), message(name, rest), corner in ENCODED)


def test_chunks_that_end_within_a_line_get_its_end(relayed, files):
    """What has no line end at its end cannot be passed on by DATA without one."""
    sent = message("open.end@client.example", text(b"no line end"))
    with session(relayed, files, secret=relayed.owner.secret) as client:
        client.ehlo()
        client.mail("hello@example.com")
        client.rcpt("ann@example.net")
        client.send(b"BDAT %d LAST\r\n" % len(sent) + sent)
        assert client.getreply()[0] == 250
    assert arrived(relayed, "open.end@client.example").endswith(b"\r\n" + sent + b"\r\n")


@pytest.mark.parametrize("bare", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\r\nb\r\n"], ids=["lf", "cr", "cr-cr-lf"])
def test_a_lone_cr_or_lf_in_chunks_is_refused(relayed, files, bare):
    with session(relayed, files, secret=relayed.owner.secret) as client:
        client.ehlo()
        client.mail("hello@example.com")
        client.rcpt("ann@example.net")
        content = message("bare@client.example", text(bare))
        client.send(b"BDAT %d LAST\r\n" % len(content) + content)
        assert client.getreply()[0] == 554


def test_binary_content_is_not_offered_and_not_taken(relayed, files):
    with session(relayed, files, secret=relayed.owner.secret) as client:
        client.ehlo()
        assert not client.has_extn("binarymime")
        assert client.mail("hello@example.com", ["BODY=BINARYMIME"])[0] in (501, 504, 555)


def test_a_hop_that_takes_no_8_bit_content_gets_none(server, files):
    """RFC 6152 §3: bodies are encoded before they are signed, and nothing is that others may have signed."""
    with ScriptedPeer("127.0.0.1", 0) as peer:
        relay = server(smarthost=peer.port, smtp=smtp(files, *RULES)).start()
        key = relay.tenant()
        signed = {"utf-8": b"", "quoted-printable": b"", "signed": b"DKIM-Signature: v=1; d=example.com\r\n"}
        with session(relay, files, secret=key.secret) as client:
            for name, field in signed.items():
                rest = CORNERS.get(name, CORNERS["utf-8"])
                content = field + message(f"{name}@client.example", rest)
                client.sendmail("hello@example.com", ["ann@example.net"], content)
        api = relay.api(key)
        states = lambda: sorted(one["status"] for one in api.get("/emails").json()["data"])
        eventually(lambda: states() == ["bounced", "delivered", "delivered"], why="one bounced, two delivered")
        assert all(byte < 0x80 for content in peer.contents for byte in content)
        (encoded,) = [content for content in peer.contents if b"<utf-8@" in content]
        assert says(encoded).rstrip() == CORNERS["utf-8"].partition(b"\r\n\r\n")[2].rstrip()


def test_lines_of_any_length_in_a_body_pass(relayed, files):
    """RFC 5321 §4.5.3.1.6 has 1000 octets as what everybody has to take; more is encoded and not cut."""
    for octets in (999, 5000, 100_000):
        name = f"line.{octets}@client.example"
        sent = message(name, text(b"z" * octets + b"\r\n"))
        with session(relayed, files, secret=relayed.owner.secret) as client:
            client.timeout = SECONDS
            assert client.sendmail("hello@example.com", ["ann@example.net"], sent) == {}
        assert_arrived(arrived(relayed, name), sent, is_encoded=True)
