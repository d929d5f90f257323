#!/usr/bin/env bash
# What: one template for order lines, four results. An item without a price gets the order's own price from chevron
#   and pystache (Mustache looks outwards) and none from Handlebars (pybars3). chevron leaves a 0 out of a list of
#   numbers; and a key that a list happens to have as a Python method, "{{items.count}}", prints "<built-in method
#   count ...>". pystache writes None where a value is null.
# Why it surprises: the templates use nothing but {{name}} and {{#section}}, which both languages share, and fail
#   nowhere.
# Where it bites: moving a hosted vendor's Handlebars templates to a Mustache library or back: a receipt shows a
#   price, a name or a link that belongs to another level, and only for incomplete data.
# Source: mustache(5) ("if there is no key, the parent contexts will be checked recursively"); the Mustache
#   specification (interpolation: null is empty; sections: each item is pushed); Handlebars' guide, which has ../ for
#   going outwards.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check chevron==0.14.0 pystache==0.6.8 pybars3==0.9.7
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
import chevron, pybars, pystache

ENGINES = [("chevron", chevron.render), ("pystache", pystache.render), ("pybars3", lambda template, data: str(pybars.Compiler().compile(template)(data)))]
print(" ".join("%s %s" % (name, version(name)) for name, _ in ENGINES))
ORDER = {"price": 90, "name": "Order 7", "items": [{"name": "Cloth", "price": 75}, {"name": "Gift"}]}
for template, data, expected in [
    ("{{#items}}{{name}}: {{price}}; {{/items}}", ORDER, ["Cloth: 75; Gift: 90; ", "Cloth: 75; Gift: 90; ", "Cloth: 75; Gift: ; "]),
    ("{{#points}}[{{.}}]{{/points}}", {"points": [3, 0, 2]}, ["[3][2]", "[3][0][2]", "[3][0][2]"]),
    ("{{#ok}}{{points}} points{{/ok}}", {"ok": True, "points": 0}, ["0 points", "0 points", "0 points"]),
    ("Dear {{name}},", {"name": None}, ["Dear ,", "Dear None,", "Dear ,"]),
    ("{{#a}}{{b.c}}{{/a}}", {"a": {"b": {}}, "b": {"c": "outer"}}, ["outer", "", ""])]:
    seen = [render(template, data) for _, render in ENGINES]
    print("%-44s %s" % (template, "   ".join("%s %r" % (name, text) for (name, _), text in zip(ENGINES, seen))))
    if seen != expected:
        raise SystemExit("CHANGED: expected %s" % expected)
seen = chevron.render("{{items.count}} items", ORDER)
print("%-44s chevron %r" % ("{{items.count}} items", seen))
if not seen.startswith("&lt;built-in method count"):
    raise SystemExit("CHANGED: chevron and methods")
PY
echo "guess: {{price}} in a section is the item's price or nothing, and zeros are shown"
echo "seen: another level's price, and a list without its zeros"
