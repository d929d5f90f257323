#!/usr/bin/env bash
# What: the pattern ^\+?\d{7,15}$ in a JSON Schema takes a phone number that was typed in Arabic-Indic digits, or in a
#   Japanese keyboard's wide ones, by jsonschema, fastjsonschema and pydantic; jsonschema-rs refuses it. For ^\p{L}+$,
#   a name of letters, the first two raise an error about the pattern, on every value.
# Why it surprises: patterns of JSON Schema are ECMAScript's, where \d is 0 to 9 in any mode; these validators hand them
#   to the regular expressions of their own language, where \d is each of Unicode's digits. Tests with ASCII agree.
# Where it bites: numbers and codes typed on phones in Arabic, Persian, Bengali: the API's check passes them, int() and
#   phonenumbers read them, and the row in the database, a lookup by number or the SMS gateway does not. Two services
#   behind one document disagree. Way round: [0-9].
# Source: JSON Schema Core 2020-12 section 6.4 and Validation section 6.3.3 (patterns are ECMA-262's, in unicode mode);
#   ECMA-262, CharacterClassEscape (\d: the ten characters 0 to 9); documentation of Python's re (\d in str patterns)
#   and of the Rust crate regex (\d is Unicode's by default), which pydantic uses.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check jsonschema==4.26.0 fastjsonschema==2.22.3 jsonschema-rs==0.61.2 \
    pydantic==2.14.4 phonenumbers==9.0.43
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
from typing import Annotated
import fastjsonschema, jsonschema, jsonschema_rs, phonenumbers, pydantic

INVALID = (jsonschema.ValidationError, fastjsonschema.JsonSchemaException, jsonschema_rs.ValidationError, pydantic.ValidationError)
VALIDATORS = {
    "jsonschema": lambda schema: jsonschema.Draft202012Validator(schema).validate, "fastjsonschema": fastjsonschema.compile,
    "pydantic": lambda schema: pydantic.TypeAdapter(Annotated[str, pydantic.Field(pattern=schema["pattern"])]).validate_python,
    "jsonschema-rs": lambda schema: jsonschema_rs.validator_for(schema).validate,
}
for name in VALIDATORS:
    print(name, version(name))
def judged(name, pattern, value):
    try:
        VALIDATORS[name]({"type": "string", "pattern": pattern})(value)
        return "takes"
    except INVALID:
        return "error" if name == "fastjsonschema" and "\\p" in pattern else "refuses"
    except Exception:
        return "error"
ASCII = "0241234567"
ARABIC, WIDE = ("".join(chr(zero + int(digit)) for digit in ASCII) for zero in (0x0660, 0xFF10))
PHONE, LETTERS = r"^\+?\d{7,15}$", r"^\p{L}+$"
for label, pattern, value, expected in [
    ("ASCII digits", PHONE, ASCII, ["takes"] * 4), ("letters", PHONE, "0241x34567", ["refuses"] * 4),
    ("Arabic-Indic digits", PHONE, ARABIC, ["takes", "takes", "takes", "refuses"]),
    ("wide digits", PHONE, WIDE, ["takes", "takes", "takes", "refuses"]),
    ("Arabic-Indic, [0-9]", r"^\+?[0-9]{7,15}$", ARABIC, ["refuses"] * 4),
    ("a name", LETTERS, "Doe", ["error", "error", "takes", "takes"])]:
    seen = [judged(name, pattern, value) for name in VALIDATORS]
    print("%-20s by %-18s %s" % (label, pattern, ", ".join("%s %s" % pair for pair in zip(VALIDATORS, seen))))
    if seen != expected:
        raise SystemExit("CHANGED: expected %s" % expected)
if not int(ARABIC) == int(ASCII) or phonenumbers.parse(ARABIC, "GH") != phonenumbers.parse(ASCII, "GH") or ARABIC == ASCII:
    raise SystemExit("CHANGED: int() or phonenumbers")
print("int() and phonenumbers read them as the ASCII ones; as text they differ")
PY
echo "guess: \\d is a digit from 0 to 9"
echo "seen: to three validators of four it is any of hundreds"
