#!/usr/bin/env bash
# What: the same 157 characters of an SMS are one part with "GHS 75" and three with "GH₵75" (smsutil counts as
#   networks do). py-smsify saves the parts by writing "GHC75": GHC is the currency that Ghana withdrew in 2007, at
#   10,000 to one.
# Why it surprises: a single sign outside of GSM 03.38 turns the whole text to UCS-2, 70 characters a part and 67 of
#   more than one; and a library that makes text fit is expected to change looks, not amounts.
# Where it bites: who pays by the part pays three times for a template that was written with the sign from a keyboard;
#   who transliterates names a currency of another worth on a payment notice. The Akan letters do the same to parts.
# Source: 3GPP TS 23.038 (default alphabet, extension table: the euro is in it, the cedi is not) and TS 23.040
#   (parts); ISO 4217 lists GHC as historic, GHS as current; anyascii's table, which py-smsify uses.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check smsutil==1.1.3 py-smsify==0.2.1
PYTHONIOENCODING=utf-8 "$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
import smsutil
from py_smsify import SmsMessage

print("smsutil", version("smsutil"), "py-smsify", version("py-smsify"))
def message(amount):
    text = "You paid %s to Ama's Shop. " % amount
    return text + "x" * (157 - len(text))
for amount, encoding, parts, written in [
    ("GHS 75", "gsm0338", 1, "GHS 75"), ("GH\u20b575", "utf_16_be", 3, "GHC75"), ("\u20b575", "utf_16_be", 3, "C75"), ("\u20ac75", "gsm0338", 1, "EUR75")]:
    text = message(amount)
    split = smsutil.split(text)
    smsified = SmsMessage(text).encoded_text.split(" to Ama")[0].removeprefix("You paid ")
    print("%-7s %d characters: smsutil %-9s %d part(s); py-smsify sends it as %s" % (amount, len(text), split.encoding, len(split.parts), smsified))
    if (split.encoding, len(split.parts), smsified) != (encoding, parts, written):
        raise SystemExit("CHANGED: expected %s" % ((encoding, parts, written),))
for letters in "Medaase", "M\u025b da wo ase":
    split = smsutil.split(letters + "x" * (157 - len(letters)))
    print("%-14s %d part(s)" % (letters, len(split.parts)))
    if len(split.parts) != (1 if letters.isascii() else 3):
        raise SystemExit("CHANGED: " + letters)
PY
echo "guess: a currency sign costs a character, and keeps its currency"
echo "seen: it costs two more parts, or names the currency of before 2007"
