#!/usr/bin/env bash
# What: vobject reads contacts of all three versions of vCard, and tells which number is the mobile one for version 3
#   alone. "TEL;CELL:" of vCard 2.1, which Android phones export, has no parameters at all, and written again is
#   "TEL:"; TYPE="cell,voice" of vCard 4 is one type of that name. A name that 2.1 folds in quoted-printable ends the
#   whole file with an error unless allowQP is given.
# Why it surprises: all of them are read without a word, with the right number and the right version; `params` is where
#   types are, and for TYPE=CELL they are there. The bare ones are in `singletonparams`, which serialize() leaves out.
# Where it bites: an import that takes "the mobile number" of each contact for texts takes the first, which is the land
#   line, or none, for everybody who exported from a phone; a synchronised address book loses the kinds of its numbers.
# Source: vCard 2.1 section 2.1.3 (a parameter's name may be left out: TEL;CELL), RFC 6350 sections 5.6 and 6.4.1 (TYPE
#   is a list, also as one quoted value: TYPE="voice,home"); vobject's docstring of ContentLine (params,
#   singletonparams).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check vobject==0.9.9
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
import vobject

print("vobject", version("vobject"))
def card(release, office, mobile):
    return "BEGIN:VCARD\r\nVERSION:%s\r\nN:Doe;Ann;;;\r\nFN:Ann Doe\r\n%s\r\n%s\r\nEND:VCARD\r\n" % (release, office, mobile)
def mobiles(contact):
    return [number.value for number in contact.tel_list if "cell" in (kind.lower() for kind in number.params.get("TYPE", []))]
OFFICE, MOBILE = "+233302123456", "+233241234567"
for release, office, mobile, expected, written in [
    ("3.0", "TEL;TYPE=WORK:" + OFFICE, "TEL;TYPE=CELL:" + MOBILE, [MOBILE], "TEL;TYPE=CELL:" + MOBILE),
    ("3.0", "TEL;TYPE=WORK:" + OFFICE, "TEL;TYPE=CELL,VOICE:" + MOBILE, [MOBILE], "TEL;TYPE=CELL,VOICE:" + MOBILE),
    ("4.0", "TEL;TYPE=work:" + OFFICE, 'TEL;TYPE="cell,voice":' + MOBILE, [], 'TEL;TYPE="cell,voice":' + MOBILE),
    ("2.1", "TEL;WORK:" + OFFICE, "TEL;CELL;PREF:" + MOBILE, [], "TEL:" + MOBILE)]:
    contact = vobject.readOne(card(release, office, mobile))
    found = mobiles(contact)
    again = [line for line in contact.serialize().splitlines() if line.endswith(MOBILE)]
    print("vCard %s %-34s mobile numbers: %-18s params: %-26s written: %s" % (release, mobile.split(":")[0], found, contact.tel_list[1].params, again[0].split(":")[0]))
    if found != expected or again != [written] or [number.value for number in contact.tel_list] != [OFFICE, MOBILE]:
        raise SystemExit("CHANGED: expected %s, %s" % (expected, written))
LONG = "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ann =C3=96zil of the warehouse=\r\n=20in Tema"
text = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Ann;;;\r\n%s\r\nEND:VCARD\r\n" % LONG
try:
    vobject.readOne(text)
    raise SystemExit("CHANGED: folded quoted-printable is read")
except vobject.base.ParseError as error:
    print("vCard 2.1 with a folded name:", error)
name = vobject.readOne(text, allowQP=True).fn.value
print("with allowQP:", name)
if name != "Ann \u00d6zil of the warehouse in Tema":
    raise SystemExit("CHANGED: allowQP")
PY
echo "guess: the mobile number is the one of type cell"
echo "seen: in one version of three"
