#!/usr/bin/env bash
# A model is data: no line of C knows a sheet, a column, a KPI table or a rule of a shipped model. They
# are looked for in string literals and in names of C's own, alone and as a part between underscores
# (SHEET_TICKETS); comments may have examples. Tests are not looked at.
set -euo pipefail
cd "$GOLDLEAF_SOURCE_DIR"
python3 - <<'PYTHON'
import collections, glob, json, re, sys

# Words that C has for reasons of its own.
general = {
    "age": "of a sheet, in `status`",
    "amount": "what money is called in messages",
    "capacity": "of a growing buffer",
    "content_type": "a header of HTTP",
    "currency": "a type of the model format",
    "date": "a type of the model format",
    "day": "a part of a date",
    "email": "a format of the Data Package standard; the address of a service account",
    "events": "a member of struct pollfd",
    "gate": "what holds a sheet's new version back",
    "month": "a part of a date",
    "month_name": "a part of a date",
    "name": "everything has one",
    "quarter": "of a block of bytes",
    "reason": "why a cell or a row was turned away",
    "state": "SQLSTATE, and where something stands",
    "status": "of a run, an HTTP answer, a file",
    "title": "a property of the Data Package standard; of a tab",
    "users": "people, in messages",
    "year": "a part of a date",
}

def names_of(package):
    tables = package["resources"] + package.get("goldleaf:gold", [])
    yield from (table["name"] for table in tables)
    yield from (field["name"] for table in tables for field in table["schema"]["fields"])
    yield from (check["rule"] for kind in ("checks", "invariants") for check in package.get("goldleaf:" + kind, []))

models = glob.glob("src/models/*/datapackage.json")
names = {name for path in models for name in names_of(json.load(open(path)))}

token = re.compile(r'''/\*.*?\*/ | //[^\n]* | ^\#include[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\])*' | [A-Za-z_]\w*''',
                   re.S | re.M | re.X)

def parts(word):
    """Every run of parts of a_b_c: a, b, c, a_b, b_c, a_b_c."""
    steps = word.lower().strip("_").split("_")
    return {"_".join(steps[i:j]) for i in range(len(steps)) for j in range(i + 1, len(steps) + 1)}

used, faults, looked_at = set(), [], 0
for path in sorted(glob.glob("src/**/*.[ch]", recursive=True) + glob.glob("auth/*.[ch]")):
    text = open(path).read()
    for match in token.finditer(text):
        if match.group().startswith(("/*", "//", "#include")):
            continue
        for word in re.findall(r"[A-Za-z_]\w*", match.group()):
            looked_at += 1
            for name in parts(word) & names:
                used.add(name)
                if name not in general:
                    line = text.count("\n", 0, match.start()) + 1
                    faults.append(f"{path}:{line}: \"{word}\" knows {name} of a model")
faults += [f"\"{word}\" is allowed and not needed" for word in sorted(names & set(general) - used)]
for fault in faults:
    print(fault, file=sys.stderr)
print(f"{len(names)} names of {len(models)} models, {looked_at} words of C")
sys.exit(bool(faults) or len(names) < 30 or looked_at < 10000)
PYTHON
