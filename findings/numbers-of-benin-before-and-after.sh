#!/usr/bin/env bash
# What: since 30 November 2024 every number of Benin has ten digits, 01 before the old eight. Debian 12's phonenumbers
#   and Perl's Number::Phone say that +229 01 97 12 34 56 is no valid number and that the dead +229 97 12 34 56 is;
#   today's phonenumbers says the reverse. And where a number is built of country_code and national_number, the new
#   ones lose their 0: +229197123456. Neither tells that the one is the other.
# Why it surprises: E.164 numbers read as if they did not age, and a distribution's stable package as if old were safe:
#   it is right for Ghana and Nigeria, and wrong for a whole country. National numbers start with 0 in few plans:
#   Benin, Ivory Coast since 2021, Congo: with national_number, Accra's and Lagos's tests pass.
# Where it bites: a server on Debian 12 refuses each customer in Benin as invalid; one with today's package drops the
#   contacts that were stored before; mobile money asks for a number that is one digit short. Way round: migrate stored
#   +229 numbers by "01", take the metadata from a package that is renewed, and build numbers with format_number(E164).
# Source: ITU-T E.164 and Benin's numbering plan of 30 November 2024 (ITU, national numbering plans); documentation of
#   libphonenumber on italian_leading_zero ("some countries' national numbers have a leading zero that is meaningful").
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="python3-phonenumbers libnumber-phone-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
cat > "$work/check.py" <<'PY'
import phonenumbers
for text in "+22997123456", "+2290197123456", "+2250707123456", "+233241234567":
    number = phonenumbers.parse(text)
    print(text, phonenumbers.is_valid_number(number), "+%d%d" % (number.country_code, number.national_number))
PY
newest=$("$work/venv/bin/python" "$work/check.py")
stable=$(/usr/bin/python3 -I "$work/check.py")
perl=$(perl -MNumber::Phone -e 'for (@ARGV) { print $_, Number::Phone->new($_) ? " True\n" : " False\n" }' \
    +22997123456 +2290197123456 +2250707123456 +233241234567)
expect() {
    printf '%s: number, valid, country_code and national_number\n%s\n' "$1" "$2"
    [ "$2" = "$3" ] || { echo "CHANGED: expected"; echo "$3"; exit 1; }
}
expect "phonenumbers 9.0.43 of PyPI" "$newest" "+22997123456 False +22997123456
+2290197123456 True +229197123456
+2250707123456 True +225707123456
+233241234567 True +233241234567"
expect "phonenumbers of Debian 12" "$stable" "+22997123456 True +22997123456
+2290197123456 False +229197123456
+2250707123456 True +225707123456
+233241234567 True +233241234567"
expect "Number::Phone of Debian 12" "$perl" "+22997123456 True
+2290197123456 False
+2250707123456 True
+233241234567 True"
echo "guess: a valid number stays valid, and is its country code and its national number"
echo "seen: a country's numbers changed places, and lose a digit on the way"
