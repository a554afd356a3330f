#!/usr/bin/env bash
# The profile, the program and the README know the same properties of ours, each in the same places.
set -euo pipefail
cd "$GOLDLEAF_SOURCE_DIR"
python3 - <<'PYTHON'
import json, re, sys

code = open("src/model/model_property.c").read()
profile = json.load(open("src/model/profile.json"))["definitions"]
readme = open("src/model/README.md").read()
faults = []

# {"dateForms", PACKAGE | FIELD, TIMES},
table = re.search(r"\bproperties\[\] = \{\n(.*?)\n\};", code, re.S).group(1)
accepted = {name: set(re.findall(r"[A-Z_]+", places))
            for name, places in re.findall(r'\{"(\w+)",\s*([A-Z_ |]+),', table)}
places = {"PACKAGE": "package", "SHEET": "sheet", "SCHEMA": "schema", "FIELD": "field",
          "FOREIGN_KEY": "foreignKey", "GOLD_FIELD": "goldField"}
unknown = set().union(*accepted.values()) - set(places)
if len(accepted) < 10 or unknown:
    faults.append(f"model_property.c is not understood: {sorted(accepted)}, {sorted(unknown)}")

def compare(what, found, wanted):
    if set(found) != set(wanted):
        faults.append(f"{what}: {sorted(found)} is not {sorted(wanted)}")

for place, name in places.items():
    here = {p for p in accepted if place in accepted[p]}
    definition = profile[name]
    compare(f"profile.json, {name}",
            {p.removeprefix("goldleaf:") for p in definition["properties"] if p.startswith("goldleaf:")}, here)
    patterns = [p for p, schema in definition["patternProperties"].items() if schema is False]
    if not here:
        compare(f"profile.json, {name}, patternProperties", patterns, ["^goldleaf:"])
        continue
    words = re.fullmatch(r"\^goldleaf:\(\?!\(([\w|]+)\)\$\)", patterns[0])
    compare(f"profile.json, {name}, patternProperties", words.group(1).split("|") if words else [], here)

# Objects that only we define are closed: {PACKAGE, GOLD, PREFIX "gold", (...){"name", ..., NULL}},
closed = re.findall(r'PREFIX "(\w+)",\s*\(const char \*const\[\]\)\{([^}]*?)NULL\}', code, re.S)
for member, names in closed:
    definition = profile.get({"checks": "check", "invariants": "invariant"}.get(member, member),
                             {"properties": {}, "additionalProperties": True})
    compare(f"profile.json, goldleaf:{member}", definition["properties"], re.findall(r'"(\w+)"', names))
    if definition["additionalProperties"] is not False:
        faults.append(f"profile.json: the objects of goldleaf:{member} are not closed")
compare("closed objects", {m for m, n in closed} & {"match", "gold", "checks"}, {"match", "gold", "checks"})

# | `goldleaf:case` | field of type string | ... |
rows = dict(re.findall(r"^\| `goldleaf:(\w+)` \| ([^|]*) \|", readme, re.M))
compare("README.md", rows, accepted)
words = {"PACKAGE": "package", "SHEET": "resource", "FIELD": "field", "FOREIGN_KEY": "foreign key"}
for name, stands_in in rows.items():
    for place in accepted.get(name, set()) - {"GOLD_FIELD"}:
        if words[place] not in stands_in:
            faults.append(f"README.md: goldleaf:{name} stands in a {words[place]}, too")

for fault in faults:
    print(fault, file=sys.stderr)
print(f"{len(accepted)} properties, {len(closed)} closed objects")
sys.exit(bool(faults))
PYTHON
