"""Public corpora thrown at the real server: every answer is well formed, nothing hangs, nothing breaks."""

import codecs
import re
from pathlib import Path

import pytest
from polyrelay import ROOT
from wire import Closed, Response, request

HANG_SECONDS = 5

# llhttp's codes for stops that are no fault of the request: data after `Connection: close`, CONNECT, Upgrade, PRI.
NO_ERRORS = {"5", "22", "23"}


def samples(corpora: Path) -> list[tuple[str, bytes, bool]]:
    """(title, bytes, whether llhttp's strict parser refuses it) of each request in the llhttp test texts."""
    found = []
    for path in sorted(corpora.glob("http-requests/*.md")):
        for section in re.split(r"(?m)^#{1,6} ", path.read_text(encoding="utf-8"))[1:]:
            title = section.split("\n", 1)[0]
            block = re.search(r"```http\n(.*?)```", section, re.S)
            if block:
                log = re.search(r"```log\n(.*?)```", section, re.S)
                strict = re.search(r'meta=\{\s*"type"\s*:\s*"request"', section) is not None
                codes = set(re.findall(r"error code=(\d+)", log[1])) if log else set()
                refused = strict and bool(codes - NO_ERRORS)
                found.append((f"{path.stem}: {title}", sample_bytes(block[1]), refused))
    assert len(found) > 100, "the corpus is not what it was"
    return found


def sample_bytes(text: str) -> bytes:
    """The text as it goes on the wire, by the rules of the corpus: a line end is CRLF unless a backslash takes it
    away, and escapes written out are the characters they name."""
    text = text.removesuffix("\n")
    text = text.replace("\\\n", "").replace("\n", "\r\n")
    text = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t").replace("\\f", "\f")
    text = re.sub(r"\\x([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)
    text = re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), text)
    return text.encode("latin-1", "ignore")


def answers(api, data: bytes, size: int) -> list[Response]:
    """All answers to `data`, sent in pieces of `size`, until the server closes. A timeout is a hang and fails."""
    heads = data.lstrip(b"\r\n").startswith(b"HEAD ")
    received = []
    with api.connect(HANG_SECONDS) as connection:
        for start in range(0, len(data), size):
            connection.send(data[start : start + size])
        connection.finish_sending()
        try:
            while True:
                received.append(connection.response("HEAD" if heads and not received else "GET"))
        except Closed:
            return received


def assert_in_dialect(answer: Response, what: str) -> None:
    # RFC 9110 §15.6.2: of a method that is none, the server says that it has not got it.
    assert answer.status < 500 or answer.status == 501, f"{what}: {answer.status} {answer.body!r}"
    if answer.status >= 400 and answer.body:
        assert answer.header("Content-Type") == "application/json", what
        assert set(answer.json()) == {"error", "code"}, what


@pytest.mark.parametrize("size", [1 << 20, 1], ids=["whole", "byte-by-byte"])
def test_every_sample_request_gets_a_well_formed_answer_or_a_clean_close(running, api, corpora, size):
    for title, data, refused in samples(corpora):
        received = answers(api, data, size)
        for answer in received:
            assert_in_dialect(answer, title)
        if refused:
            assert not received or received[-1].status >= 400, f"{title}: accepted"
        assert running.alive(), title
    assert running.admin().get("/healthz").status == 200


def test_every_json_file_as_a_body_is_refused_in_the_dialect(running, api, corpora):
    files = sorted(corpora.glob("json/*.json"))
    assert len(files) > 300, "the corpus is not what it was"
    for path in files:
        body = path.read_bytes()
        answer = api.post("/emails", body)
        assert answer.status == 400, f"{path.name}: {answer.status} {answer.body!r}"
        assert_in_dialect(answer, path.name)
        assert answer.json()["code"] == "invalid_request"
        if body.startswith(codecs.BOM_UTF8):
            assert answer.json()["error"] == "Invalid type: body (it begins with a byte order mark)", path.name
        elif path.name.startswith("n_"):
            assert answer.json()["error"] == "Invalid JSON body", path.name
    assert running.admin().get("/healthz").status == 200


def test_every_json_file_inside_a_message_is_taken_or_refused_in_the_dialect(running, api, corpora):
    """As the value of a member that is read past (`x`), so that the scanner sees all of it."""
    for path in sorted(corpora.glob("json/*.json")):
        data = path.read_bytes()
        body = b'{"from":"a@example.com","to":["b@example.net"],"subject":"s","text":"t","x":' + data + b"}"
        answer = api.post("/emails", body)
        assert_in_dialect(answer, path.name)
        # A few files are wrong only at the top level, and some hold two values.
        if path.name.startswith("y_"):
            strict = "duplicated_key" in path.name
            assert answer.status == (400 if strict else 202), f"{path.name}: {answer.status} {answer.body!r}"


@pytest.mark.parametrize("name", ["rfc6376.msg", "rfc6376.w1258.msg", "ed25519test.msg"])
def test_foreign_mail_as_a_text_body_is_carried(running, api, corpora, name):
    text = (corpora / "dkim" / name).read_bytes().decode("latin-1")
    sent = api.send(text=text)
    assert api.email(sent)["textBody"] == text


def test_the_repository_does_not_need_the_corpora():
    assert not (ROOT / "corpora").exists()


def test_a_request_that_is_only_garbage_is_refused_or_closed(api):
    for data in (b"\0" * 100, b"\xff" * 100, b"\r" * 100, b"\n" * 100, b" " * 100, b"A" * 100, request("", "/")):
        for answer in answers(api, data, 1 << 20):
            assert answer.status == 400, data
