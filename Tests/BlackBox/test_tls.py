"""The listener of a personality with TLS: Python's client and curl, exchange of certificates, and what is no TLS."""

import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess

import pytest
from polyrelay import eventually
from wire import email


def certificate(folder, name: str, serial: int):
    """A self-signed certificate for 127.0.0.1; its file and its key's."""
    chain, key = folder / f"{name}.crt", folder / f"{name}.pkey"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:P-256", "-subj", "/CN=relay.test", "-set_serial", str(serial)),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain),
        ],
        check=True,
        capture_output=True,
    )
    return chain, key


def listener(chain, key) -> list[dict]:
    tls = {"certificate": str(chain), "key": str(key)}
    return [{"personality": "poststack", "listen": "127.0.0.1:0", "tls": tls}]


@pytest.fixture
def secure(server, tmp_path):
    """A server with TLS, and the files that it was given, whose contents the test may exchange."""
    chain, key = certificate(tmp_path, "first", 1)
    shutil.copy(chain, tmp_path / "now.crt")
    shutil.copy(key, tmp_path / "now.pkey")
    return server(listeners=listener(tmp_path / "now.crt", tmp_path / "now.pkey")).start()


def connect(port: int, trusted, **options) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(trusted))
    for name, value in options.items():
        setattr(context, name, value)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 5), server_hostname="127.0.0.1")


def serial(port: int) -> int:
    """Of the certificate that a new connection is shown."""
    pem = ssl.get_server_certificate(("127.0.0.1", port), timeout=5)
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-serial"], input=pem.encode(), check=True, capture_output=True
    ).stdout.decode()
    return int(text.partition("=")[2], 16)


def https(port: int, trusted) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=str(trusted))
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)


def ask(client: http.client.HTTPSConnection, key, method="GET", path="/emails", body=None) -> tuple[int, dict]:
    data = None if body is None else json.dumps(body)
    client.request(method, path, data, {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"})
    answer = client.getresponse()
    return answer.status, json.loads(answer.read())


def test_one_connection_serves_many_requests(secure, tmp_path):
    key = secure.tenant()
    client = https(secure.port, tmp_path / "first.crt")
    for index in range(20):
        status, body = ask(client, key, "POST", "/emails", email(subject=f"no. {index}", text="x" * 40_000))
        assert status == 202, body
    status, body = ask(client, key, path="/emails?per_page=100")
    assert (status, body["meta"]["total"]) == (200, 20)
    status, body = ask(client, key, path=f"/emails/{body['data'][0]['publicId']}")
    assert status == 200 and len(body["email"]["textBody"]) >= 40_000


def test_curl_speaks_to_it(secure, tmp_path):
    key = secure.tenant()
    done = subprocess.run(
        [
            *("curl", "-sS", "--cacert", tmp_path / "first.crt", "-H", f"Authorization: Bearer {key.secret}"),
            *("-w", "%{http_code} %{http_version}", "-o", tmp_path / "out", f"https://127.0.0.1:{secure.port}/emails"),
        ],
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (0, b"200 1.1"), done.stderr


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_versions(secure, tmp_path, version):
    with connect(secure.port, tmp_path / "first.crt", minimum_version=version, maximum_version=version) as tls:
        tls.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        # Raises where the end comes without close_notify.
        tls.suppress_ragged_eofs = False
        while data := tls.recv(65536):
            received += data
        assert received.startswith(b"HTTP/1.1 404 ")


def test_what_is_older_than_tls_1_2_is_refused(secure):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secure.port), 5) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain)


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"x" * 4000, b"\0"])
def test_what_is_no_tls_gets_an_end_without_a_word_of_http(secure, data):
    with socket.create_connection(("127.0.0.1", secure.port), 5) as plain:
        plain.sendall(data)
        plain.shutdown(socket.SHUT_WR)
        received = b""
        while part := plain.recv(4096):  # A reset would raise.
            received += part
    assert b"HTTP" not in received
    assert secure.alive()


def test_a_request_in_small_pieces_and_a_half_closed_client(secure, tmp_path):
    with connect(secure.port, tmp_path / "first.crt") as tls:
        for byte in b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n":
            tls.send(bytes([byte]))
        assert tls.recv(12) == b"HTTP/1.1 404"


def test_new_certificates_are_shown_after_a_reload_and_no_connection_ends(secure, tmp_path):
    key = secure.tenant()
    old = https(secure.port, tmp_path / "first.crt")
    assert ask(old, key)[0] == 200
    assert serial(secure.port) == 1
    chain, private = certificate(tmp_path, "second", 2)
    shutil.copy(chain, tmp_path / "now.crt")
    shutil.copy(private, tmp_path / "now.pkey")
    secure.process.send_signal(signal.SIGHUP)
    secure.log.wait(lambda records: any(one.get("event") == "reloaded" for one in records))
    assert serial(secure.port) == 2
    assert ask(old, key)[0] == 200, "the connection from before goes on"
    assert ask(https(secure.port, chain), key)[0] == 200


def test_certificates_that_cannot_be_used_change_nothing(secure, tmp_path):
    (tmp_path / "now.crt").write_text("nothing")
    secure.process.send_signal(signal.SIGHUP)
    records = secure.log.wait(lambda records: any(one.get("event") == "reloaded" for one in records))
    (refusal,) = [one for one in records if one.get("event") == "certificate-refused"]
    assert "listeners[0].tls.certificate" in refusal["reason"] and "now.crt" in refusal["reason"]
    assert serial(secure.port) == 1


@pytest.mark.parametrize(
    "which, content, said",
    [
        ("certificate", None, "a PEM file with the server's certificate"),
        ("certificate", "nothing", "a PEM file with the server's certificate"),
        ("key", None, "the certificate's private key"),
        ("key", "nothing", "the certificate's private key"),
        ("key", "other", "the certificate's private key"),
    ],
)
def test_files_that_cannot_be_used_are_named(server, tmp_path, which, content, said):
    chain, key = certificate(tmp_path, "first", 1)
    wrong = chain if which == "certificate" else key
    if content is None:
        wrong.unlink()
    elif content == "other":
        shutil.copy(certificate(tmp_path, "second", 2)[1], wrong)
    else:
        wrong.write_text(content)
    broken = server(listeners=listener(chain, key))
    for verb in ("serve", "check"):
        outcome = broken.verb(verb)
        assert outcome.code == 2, verb
        assert f"listeners[0].tls.{which}" in outcome.err and str(wrong) in outcome.err and said in outcome.err


def test_a_drain_ends_idle_connections_with_a_farewell(secure, tmp_path):
    with connect(secure.port, tmp_path / "first.crt") as tls:
        tls.suppress_ragged_eofs = False
        tls.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        assert tls.recv(65536).startswith(b"HTTP/1.1 404")
        assert secure.stop() == 0
        eventually(lambda: tls.recv(65536) == b"", why="close_notify")
