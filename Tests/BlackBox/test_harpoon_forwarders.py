"""Harpoon's lines end to end: what real programs hand over that receive texts, by the scripts and the configuration that
deploy/forwarders has for them. Kannel's fake SMSC, gammu's dummy phone, and files as smstools leaves them."""

import base64
import hashlib
import hmac
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from harpoon import authority, certificate, initialize, key, line, payment, shop, telco_id  # noqa: F401
from peers import await_port, free_port
from polyrelay import ROOT, eventually

FORWARDERS = ROOT / "deploy/forwarders"
SECRET = "a-line-secret-of-enough-bytes"
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
# With the sign that makes a text go as UCS-2.
MTN = (
    "Payment received for {currency} 75.00 from ESI BOATENG Current Balance: GHS 412.30 . Available Balance: GHS 412.30. "
    "Reference: {code}. Transaction ID: {id}. TRANSACTION FEE: 0.00"
)


def receipt(code: str, number: int, currency: str = "GHS") -> str:
    return MTN.format(code=code, id=telco_id(number), currency=currency)


@pytest.fixture
def merchant(shop):
    """A server with an account, its API, and a payment that waits: (server, account, api, payment)."""
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account))
    return running, account, api, initialize(api)


def settled(api, made: dict) -> dict:
    return eventually(
        lambda: (found := payment(api, made["reference"]))["status"] == "SUCCESS" and found, why="the text did not arrive"
    )


def forwarder_file(folder: Path, running, path: str, secret: str = SECRET) -> dict:
    """The environment in which a bridge finds its line."""
    file = folder / "forwarder"
    file.write_text(f"URL='http://127.0.0.1:{running.port}{path}'\nSECRET='{secret}'\n")
    return os.environ | {"FORWARDER": str(file), "LC_ALL": "C.UTF-8"}


# gammu-smsd


def dummy_sms(text: str, header: str = "") -> str:
    """A text in the inbox of gammu's dummy phone."""
    digits = text.encode("utf-16-be").hex().upper()
    lines = [
        "[SMSBackup000]", 'SMSC = ""', "SMSCFormat = Text", "SMSCRelative = 0", "State = UnRead",
        'Number = "MobileMoney"', 'Name = ""', "DateTime = 20260610T140211", f"Length = {len(text)}", "Class = -1",
        f"Coding = {'Default_No_Compression' if text.isascii() else 'Unicode_No_Compression'}",
        "RejectDuplicates = False", "ReplaceMessage = 0", "MessageReference = 0", "PDU = Deliver", "Folder = 1",
    ]  # fmt: skip
    if header:
        lines.append(f"UDH = {header}")
    lines += [f"Text{number:02} = {digits[start : start + 200]}" for number, start in enumerate(range(0, len(digits), 200))]
    return "\n".join(lines) + "\n"


@contextmanager
def gammu_smsd(folder: Path, environment: dict):
    for name in ("inbox", "outbox", "sent", "error"):
        (folder / name).mkdir()
    (folder / "smsd.conf").write_text(
        f"""
[gammu]
model = dummy
connection = none
device = {folder}/phone

[smsd]
service = files
logfile = {folder}/smsd.log
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
runonreceive = {FORWARDERS}/gammu-smsd
receivefrequency = 1
loopsleep = 1
"""
    )
    process = subprocess.Popen(
        ["gammu-smsd", "-c", folder / "smsd.conf"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.skipif(shutil.which("gammu-smsd") is None, reason="gammu-smsd is not installed")
@pytest.mark.parametrize("currency, part", [("GHS", 153), ("GH₵", 67)])
def test_gammu_smsd_hands_over_a_text_in_parts_from_its_dummy_phone(merchant, tmp_path, currency, part):
    running, account, api, made = merchant
    own = line(running, account, "gammu", SECRET)
    inbox = tmp_path / "phone/sms/1"
    for number in range(1, 6):
        (tmp_path / f"phone/sms/{number}").mkdir(parents=True)
    text = receipt(made["hpn_code"], 1, currency)
    parts = [text[start : start + part] for start in range(0, len(text), part)]
    # The second part comes before the first.
    for place, (number, piece) in enumerate(reversed(list(enumerate(parts, 1))), 1):
        (inbox / str(place)).write_text(dummy_sms(piece, f"0500030C{len(parts):02X}{number:02X}"))
    with gammu_smsd(tmp_path, forwarder_file(tmp_path, running, own["path"])):
        found = settled(api, made)
    assert found["telco"]["transaction_id"] == telco_id(1) and found["payer"]["name"] == "ESI BOATENG"


@pytest.mark.skipif(shutil.which("gammu-smsd") is None, reason="gammu-smsd is not installed")
def test_what_gammu_smsd_hands_over_with_a_wrong_secret_is_not_kept(merchant, tmp_path):
    running, account, _, made = merchant
    own = line(running, account, "gammu", SECRET)
    for number in range(1, 6):
        (tmp_path / f"phone/sms/{number}").mkdir(parents=True)
    (tmp_path / "phone/sms/1/1").write_text(dummy_sms("Payment received for GHS 1.00 from A. Reference: x"))
    with gammu_smsd(tmp_path, forwarder_file(tmp_path, running, own["path"], secret="another-secret")):
        eventually(lambda: list((tmp_path / "inbox").iterdir()), why="the daemon took no text")
        eventually(
            lambda: "Process failed with exit status" in (tmp_path / "smsd.log").read_text(errors="replace"),
            why="the daemon was not told",
        )
    assert running.ask("payment", "list", "--account", account, "--received") == []


# smstools


def smstools_file(folder: Path, alphabet: str, body: bytes, sender: str = "MobileMoney") -> Path:
    file = folder / "GSM1.text"
    head = f"From: {sender}\nFrom_TOA: D0 alphanumeric, unknown\nFrom_SMSC: 233244500000\nSent: 26-06-10 14:02:11\n"
    head += f"Received: 26-06-10 14:02:20\nSubject: GSM1\nModem: GSM1\nAlphabet: {alphabet}\nLength: 170\n\n"
    file.write_bytes(head.encode() + body)
    return file


@pytest.mark.parametrize(
    "alphabet, charset, currency",
    [("ISO", "iso8859-15", "GHS"), ("UTF-8", "utf-8", "GH₵"), ("UCS2", "utf-16-be", "GH₵")],
)
def test_the_event_handler_of_smstools_hands_over_a_file_in_each_alphabet(
    merchant, tmp_path, alphabet, charset, currency
):
    running, account, api, made = merchant
    own = line(running, account, "gammu", SECRET)
    file = smstools_file(tmp_path, alphabet, receipt(made["hpn_code"], 1, currency).encode(charset))
    environment = forwarder_file(tmp_path, running, own["path"])
    for event in ("SENT", "REPORT"):
        subprocess.run([FORWARDERS / "smstools", event, file], env=environment, check=True, timeout=60)
    assert payment(api, made["reference"])["status"] == "PENDING"
    subprocess.run([FORWARDERS / "smstools", "RECEIVED", file], env=environment, check=True, timeout=60)
    assert payment(api, made["reference"])["status"] == "SUCCESS"
    # The message centre's time lies months back, or to come: the time of arrival stands for it, and that is told.
    received = running.ask("payment", "list", "--account", account, "--received")
    assert [one["text"] for one in received] == [receipt(made["hpn_code"], 1, currency)]
    refused = subprocess.run(
        [FORWARDERS / "smstools", "RECEIVED", file],
        env=forwarder_file(tmp_path, running, own["path"], secret="another-secret"),
        timeout=60,
        stderr=subprocess.DEVNULL,
    )
    assert refused.returncode != 0


# Kannel


@contextmanager
def kannel(folder: Path, url: str):
    """bearerbox with a fake SMSC, and smsbox with the service of deploy/forwarders: (port of the SMSC, folder of logs)."""
    admin, boxes, smsc, sendsms = (free_port() for _ in range(4))
    service = (FORWARDERS / "kannel.conf").read_text()
    service = service[: service.index("http://127.0.0.1:8084")] + url + service[service.index("&from=") :]
    service = service.replace(
        "bearerbox-host = 127.0.0.1\n",
        f"bearerbox-host = 127.0.0.1\nbearerbox-port = {boxes}\nsendsms-port = {sendsms}\n"
        f"log-file = {folder}/smsbox.log\nlog-level = 0\naccess-log = {folder}/smsbox-access.log\n",
    )
    (folder / "kannel.conf").write_text(
        f"""
group = core
admin-port = {admin}
admin-password = none
admin-interface = 127.0.0.1
smsbox-port = {boxes}
log-file = {folder}/bearerbox.log
log-level = 0
access-log = {folder}/access.log
box-allow-ip = 127.0.0.1
store-type = file
store-location = {folder}/store

group = smsc
smsc = fake
smsc-id = FAKE
port = {smsc}
connect-allow-ip = 127.0.0.1

{service}"""
    )
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    output = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    bearerbox = subprocess.Popen(["/usr/sbin/bearerbox", folder / "kannel.conf"], env=environment, **output)
    smsbox = None
    try:
        await_port(bearerbox, boxes)
        smsbox = subprocess.Popen(["/usr/sbin/smsbox", folder / "kannel.conf"], env=environment, **output)
        await_port(smsbox, sendsms)
        yield smsc
    finally:
        for process in (smsbox, bearerbox):
            if process is not None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(20)


@pytest.mark.skipif(not FAKESMSC.exists(), reason="kannel-extras is not installed")
def test_kannel_hands_over_texts_from_its_fake_smsc_and_sends_nothing_back(merchant, tmp_path):
    running, account, api, made = merchant
    own = line(running, account, "kannel", SECRET)
    second = initialize(api)
    url = f"http://127.0.0.1:{running.port}{own['path']}?secret={SECRET}"
    texts = [
        receipt(made["hpn_code"], 1),
        receipt(second["hpn_code"], 2).replace("GHS 412.30", "GHS 487.30"),
        "What is this?",
    ]
    with kannel(tmp_path, url) as smsc:
        for number, text in enumerate(texts, 1):
            # Of several texts its fake SMSC sends any, so it is given one at a time.
            phone = subprocess.Popen(
                [FAKESMSC, "-H", "127.0.0.1", "-r", str(smsc), "-m", "1", f"MobileMoney 0241112223 text {text}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                eventually(
                    lambda: (tmp_path / "smsbox.log").read_text(errors="replace").count("No reply sent") == number,
                    why=f"text {number} was not answered",
                )
            finally:
                phone.terminate()
                phone.wait(20)
    settled(api, made)
    settled(api, second)
    access = (tmp_path / "access.log").read_text(errors="replace")
    assert access.count("Receive SMS") == 3 and "Sent SMS" not in access and "FAILED Send" not in access
    assert "received 3, dlr 0, sent 0" in (tmp_path / "bearerbox.log").read_text(errors="replace")
    received = running.ask("payment", "list", "--account", account, "--received")
    assert sorted(one["state"] for one in received) == ["MATCHED", "MATCHED", "REVIEW"]


# Twilio's form


def twilio_signature(token: str, url: str, fields: dict[str, str], digest=hashlib.sha1) -> str:
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), digest).digest()).decode()


def test_a_form_that_twilio_signs_is_taken_and_a_changed_one_is_not(shop):
    running = shop(personalities={"harpoon": {"ingestOrigin": "https://relay.example"}}).start()
    account = running.account()
    api = running.api(key(running, account))
    made = initialize(api)
    own = line(running, account, "twilio", SECRET)
    fields = {
        "AccountSid": "AC00000000000000000000000000000001", "Body": receipt(made["hpn_code"], 1),
        "From": "MobileMoney", "MessageSid": "SM00000000000000000000000000000001", "NumMedia": "0", "To": "+233240000001",
    }  # fmt: skip
    url = f"https://relay.example{own['path']}?line=1"

    def post(fields: dict, signature: str, **headers) -> requests.Response:
        return requests.post(
            f"http://127.0.0.1:{running.port}{own['path']}?line=1",
            data=fields,
            headers={"X-Twilio-Signature": signature} | headers,
            timeout=60,
        )

    assert post(fields | {"Body": fields["Body"].replace("75.00", "99.00")}, twilio_signature(SECRET, url, fields)).status_code == 401
    assert post(fields, twilio_signature("another", url, fields)).status_code == 401
    assert post(fields, twilio_signature(SECRET, url.replace("https", "http"), fields)).status_code == 401
    assert running.ask("payment", "list", "--account", account, "--received") == []
    answer = post(fields, twilio_signature(SECRET, url, fields))
    assert answer.status_code == 200 and answer.text == "<Response/>" and answer.headers["Content-Type"] == "text/xml"
    assert payment(api, made["reference"])["status"] == "SUCCESS"
    settings = {"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    other = fields | {"Body": "Hello", "MessageSid": "SM2"}
    assert post(other, twilio_signature(SECRET, url, other, hashlib.sha256), **settings).status_code == 200


# Balances


def test_a_payment_that_does_not_go_on_waits_and_is_freed_or_a_persons(shop):
    running = shop(personalities={"harpoon": {"balanceWait": "2s"}}).start()
    account = running.account()
    secret = key(running, account).secret
    api = running.api(secret)
    file = running.folder / "secret.txt"
    file.write_text(SECRET)
    add = ["--account", account, "--forwarder", "gammu", "--secret-file", str(file)]
    own = running.ask("line", "add", "0241112223", *add)
    assert own["balanceCheck"] is True

    def hand_over(text: str) -> None:
        answer = requests.post(
            f"http://127.0.0.1:{running.port}{own['path']}",
            data={"from": "MobileMoney", "text": text},
            headers={"Authorization": f"Bearer {SECRET}"},
            timeout=60,
        )
        assert answer.status_code == 200

    def paid(made: dict | None, number: int, balance: str, amount: str = "75.00") -> str:
        code = made["hpn_code"] if made else "x"
        return receipt(code, number).replace("412.30", balance).replace("75.00 from", f"{amount} from")

    hand_over(paid(None, 1, "100.00", "1.00"))
    late, early = initialize(api), initialize(api)
    hand_over(paid(late, 3, "250.00"))
    assert payment(api, late["reference"])["status"] == "PROCESSING"
    body = {"transaction_id": telco_id(3)}
    assert api.post(f"/v1/transactions/{late['reference']}/reconcile", body).status == 422
    hand_over(paid(early, 2, "175.00"))
    assert payment(api, early["reference"])["status"] == payment(api, late["reference"])["status"] == "SUCCESS"
    forged = initialize(api)
    hand_over(paid(forged, 4, "9000.00"))
    running.kill()
    running.start()
    api = running.api(secret)
    found = eventually(
        lambda: (one := payment(api, forged["reference"]))["status"] == "MANUAL_REVIEW" and one,
        why="the wait did not end",
    )
    assert found["actual_amount"] == "75.00"
    assert running.ask("payment", "fail", forged["reference"], "--reason", "forged")["status"] == "FAILED"
    file.write_text("another-line-secret-0001")
    assert running.ask("line", "add", "0241112224", *add, "--balance-check", "off")["balanceCheck"] is False


def test_texts_of_one_line_from_many_hands_at_one_instant_are_all_taken(shop):
    running = shop().start()
    account = running.account()
    own = line(running, account, "gammu", SECRET)
    answers: list[int] = []

    def hand_over(number: int) -> None:
        text = receipt("x", number).replace("412.30", f"{100 + number}.00").replace("75.00 from", "1.00 from")
        answer = requests.post(
            f"http://127.0.0.1:{running.port}{own['path']}",
            data={"from": "MobileMoney", "text": text},
            headers={"Authorization": f"Bearer {SECRET}"},
            timeout=60,
        )
        answers.append(answer.status_code)

    hand_over(0)
    threads = [threading.Thread(target=hand_over, args=(number,)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 21
    received = running.ask("payment", "list", "--account", account, "--received")
    assert [one["state"] for one in received] == ["UNMATCHED"] * 21
