"""From sheets to tables: silver, quarantine, warnings, counts of rules, and the files of them.

A NULL is an empty field, an empty text is "". Numbers that are not whole stand with as many
digits as it takes to read the same double back.
"""

import csv
import io
import json
import os
import re
import sys
from collections import namedtuple

from oracle_cells import (
    FORMULA_ERRORS, MISSING, REPAIR, Unreadable, ascii_lower, ascii_upper, parse, trim)

# --- Reading a sheet -------------------------------------------------------------------------


class Table:
    """A sheet as it was read: its header and its rows, cut or filled to one width."""

    def __init__(self, path):
        with open(path, "rb") as file:
            text = file.read().decode("utf-8-sig")
        first_line = re.split(r"[\r\n]", text, maxsplit=1)[0]
        bare = re.sub(r'"[^"]*"', "", first_line)
        delimiter = max(",;\t", key=lambda sign: (bare.count(sign), sign == ","))
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        self.header = lines[0]
        self.width = max(len(line) for line in lines)
        self.rows = [line + [""] * (self.width - len(line)) for line in lines[1:]]


def fold_header(text):
    return re.sub(r"[^a-z0-9\x80-\U0010ffff]+", "_", ascii_lower(trim(text))).strip("_")


def find_columns(sheet, table):
    """For each column of the model the place where it stands in the sheet."""
    places = {}
    for place, text in enumerate(table.header):
        places.setdefault(fold_header(text), place)
    return {column.name: places.get(column.name) for column in sheet.columns}


def letters(place):
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


# --- Silver ----------------------------------------------------------------------------------

STEP_FORMULA, STEP_PARSE, STEP_RANGE, STEP_DUPLICATE, STEP_REFERENCE = range(3, 8)


# The column in which a row and its parent's have to agree, or else the rule rejects the row; and
# whether an empty cell takes the parent's value.
Match = namedtuple("Match", "column rule inherits")


class Reference:
    def __init__(self, parent, *columns, match=None):
        self.parent, self.columns, self.match = parent, columns, match


class Sheet:
    def __init__(self, name, columns, references=(), key=None, unique_keys=()):
        self.name, self.columns, self.references = name, columns, references
        self.key = key or (columns[0].name,)
        self.unique_keys = unique_keys


class Row:
    def __init__(self, number, cells, places):
        self.number, self.cells, self.places = number, cells, places
        self.values, self.warnings, self.faults = {}, [], []

    def raw(self, column_name):
        place = self.places[column_name]
        return "" if place is None else self.cells[place]

    def add_fault(self, step, rule, column_name):
        self.faults.append((step, self.places[column_name], rule, column_name))

    def reject(self):
        """The fault that is recorded: the earliest step, then the leftmost cell."""
        return min(self.faults, key=lambda fault: fault[:2]) if self.faults else None


def clean_cell(row, column, date_forms):
    text = trim(row.raw(column.name))
    if ascii_lower(text) in MISSING:
        if column.default is None and column.required:
            row.add_fault(STEP_RANGE, "required", column.name)
        return column.default
    if ascii_upper(text) in FORMULA_ERRORS:
        row.add_fault(STEP_FORMULA, "formula_error", column.name)
        return None
    try:
        value = parse(column, text, date_forms)
    except Unreadable:
        return bad_cell(row, column, STEP_PARSE, "parse")
    if ((column.minimum is not None and value < column.minimum)
            or (column.maximum is not None and value > column.maximum)):
        return bad_cell(row, column, STEP_RANGE, "range")
    return value


def bad_cell(row, column, step, rule):
    if column.unknown is not None:
        row.warnings.append((column.name, "unknown_value"))
        return column.unknown
    if column.bad == REPAIR:
        row.warnings.append((column.name, rule))
    else:
        row.add_fault(step, rule, column.name)
    return None


def clean_row(sheet, row, date_forms):
    for column in sheet.columns:
        row.values[column.name] = clean_cell(row, column, date_forms)
    for column in sheet.columns:
        drop_inapplicable(row, column)
        check_order(row, column)


def drop_inapplicable(row, column):
    if not column.null_when or row.values[column.name] is None:
        return
    other, value = column.null_when
    if row.values[other] == value:
        row.values[column.name] = None
        row.warnings.append((column.name, "not_applicable"))


def check_order(row, column):
    if not column.not_before:
        return
    first, last = row.values[column.not_before], row.values[column.name]
    if first is not None and last is not None and last < first:
        row.values[column.name] = bad_cell(row, column, STEP_RANGE, "range")


def values_of(row, names):
    return tuple(row.values[name] for name in names)


def drop_duplicates(rows, key):
    """Of several rows with the same values the last one counts; with an empty one among them they
    are not the same."""
    compared = [row for row in rows if not row.faults and None not in values_of(row, key)]
    last = {values_of(row, key): row for row in compared}
    for row in compared:
        winner = last[values_of(row, key)]
        if row is not winner:
            is_same = row.cells == winner.cells
            row.add_fault(STEP_DUPLICATE, "duplicate_row" if is_same else "duplicate_key", key[0])


def check_references(sheet, rows, silver):
    for reference in sheet.references:
        parents = {values_of(row, reference.columns): row for row in silver[reference.parent]}
        for row in rows:
            if not row.faults or row.reject()[0] == STEP_REFERENCE:
                check_reference(reference, row, parents)


def check_reference(reference, row, parents):
    wanted = values_of(row, reference.columns)
    if None in wanted:
        return
    parent = parents.get(wanted)
    if parent is None:
        # of a reference of several columns, the first one names what is missing
        row.add_fault(STEP_REFERENCE, "foreign_key", reference.columns[0])
    elif reference.match:
        check_match(reference.match, row, parent)


def check_match(match, row, parent):
    ours, theirs = row.values[match.column], parent.values[match.column]
    if ours is None and match.inherits:
        row.values[match.column] = theirs
    elif ours != theirs:
        row.add_fault(STEP_REFERENCE, match.rule, match.column)


class Cleaned:
    """What became of a sheet."""

    def __init__(self, sheet, table, date_forms, silver):
        self.sheet, self.table = sheet, table
        places = find_columns(sheet, table)
        self.names = name_columns(self)
        rows = [Row(number, cells, places) for number, cells in enumerate(table.rows, 2)
                if any(trim(cell) for cell in cells)]
        self.checked_count = len(rows)
        for row in rows:
            clean_row(sheet, row, date_forms)
        for key in (sheet.key, *sheet.unique_keys):
            drop_duplicates(rows, key)
        check_references(sheet, rows, silver)
        self.kept = [row for row in rows if not row.faults]
        self.rejected = [row for row in rows if row.faults]


# --- Audit -----------------------------------------------------------------------------------

REJECT_RULES = ("formula_error", "parse", "required", "range", "duplicate_key", "duplicate_row",
                "foreign_key")
WARNING_RULES = ("parse", "range", "unknown_value")


def record_key(cleaned, row):
    """As silver has it; of what cannot be read, as it was typed."""
    parts = []
    for name in cleaned.sheet.key:
        text = trim(row.raw(name))
        if ascii_lower(text) in MISSING:
            return None
        parts.append(text if row.values[name] is None else str(row.values[name]))
    return "|".join(parts)


def fault_of(cleaned, row, column_name):
    place = row.places[column_name]
    return {
        "row_number": row.number, "cell": f"{letters(place)}{row.number}",
        "record_key": record_key(cleaned, row),
        "column_name": column_name, "value": row.cells[place],
    }


def rejected_rows(cleaned_sheets):
    result = []
    for cleaned in cleaned_sheets:
        name = cleaned.sheet.name
        for row in cleaned.rejected:
            _, _, rule, column_name = row.reject()
            result.append({
                "source_table": f"bronze_{name}", "target_table": f"silver_{name}", "rule": rule,
                **fault_of(cleaned, row, column_name), "row_json": row_json(cleaned, row),
            })
    return result


# written as escapes, so that people see that they are there
INVISIBLE = "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"


def name_columns(cleaned):
    """The bronze name of every column: the model's, else what its header says, else where it
    stands; a repeated one is numbered. Headers of their own choose first."""
    header, width = cleaned.table.header, cleaned.table.width
    places = find_columns(cleaned.sheet, cleaned.table)
    names = {place: name for name, place in places.items() if place is not None}
    taken = RESERVED | set(places)

    def take(place, name):
        number, base = 2, name
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names[place] = name

    folded = [fold_header(text) for text in header]
    for place in range(len(header)):
        if folded[place] and place not in names and folded[place] not in folded[:place]:
            starts_with_digit = folded[place][0].isdigit()
            take(place, "c_" + folded[place] if starts_with_digit else folded[place])
    for place in range(width):
        if place not in names:
            is_repeated = place < len(header) and folded[place]
            take(place, names[folded.index(folded[place])] if is_repeated
                 else "column_" + letters(place).lower())
    return [names[place] for place in range(width)]


# columns that bronze has for itself, or that SQL would take for something else
RESERVED = {"snapshot_id", "loaded_at", "rowid", "oid"}


def row_json(cleaned, row):
    """The row as it was typed, by bronze column."""
    cells = dict(zip(cleaned.names, row.cells))
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    return re.sub(INVISIBLE, lambda found: f"\\u{ord(found[0]):04x}", text)


def warnings(cleaned_sheets):
    result = []
    for cleaned in cleaned_sheets:
        for row in cleaned.kept:
            for column_name, rule in row.warnings:
                result.append({"source_table": f"bronze_{cleaned.sheet.name}", "rule": rule,
                               **fault_of(cleaned, row, column_name)})
    return result


def reject_rules(sheet):
    matches = [reference.match for reference in sheet.references if reference.match]
    return REJECT_RULES + tuple(match.rule for match in matches)


def warning_rules(sheet):
    can_be_inapplicable = any(column.null_when for column in sheet.columns)
    return WARNING_RULES + (("not_applicable",) if can_be_inapplicable else ())


def count_line(table, rule, severity, checked, failed):
    return {"table_name": table, "rule": rule, "severity": severity, "checked": checked,
            "failed": failed}


def count_rules(cleaned_sheets):
    result = []
    for cleaned in cleaned_sheets:
        table, checked = f"silver_{cleaned.sheet.name}", cleaned.checked_count
        for rule in reject_rules(cleaned.sheet):
            failed = sum(row.reject()[2] == rule for row in cleaned.rejected)
            result.append(count_line(table, rule, "error", checked, failed))
        for rule in warning_rules(cleaned.sheet):
            failed = sum(found == rule for row in cleaned.kept for _, found in row.warnings)
            result.append(count_line(table, rule, "warning", checked, failed))
    return result


# --- Output ----------------------------------------------------------------------------------


def money(hundredths):
    return hundredths / 100


def show(value):
    if value is None:
        return ""
    if isinstance(value, float):
        for digits in (15, 16, 17):
            text = f"{value:.{digits}g}"
            if float(text) == value:
                return text
    text = str(value)
    if text == "" or re.search(r'[",\r\n]', text):
        return '"' + text.replace('"', '""') + '"'
    return text


def sort_key(row, names):
    key = []
    for name in names:
        value = row[name]
        key.append((0, "") if value is None
                   else (1, value) if isinstance(value, (int, float)) else (2, value.encode()))
    return key


def write_table(folder, name, columns, order, rows):
    rows = sorted(rows, key=lambda row: sort_key(row, order))
    with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        for row in rows:
            file.write(",".join(show(row[column]) for column in columns) + "\n")


def silver_values(sheet, row):
    hundredths = {column.name for column in sheet.columns if column.kind in ("money", "number")}
    return {name: money(value) if name in hundredths and value is not None else value
            for name, value in row.values.items()}


AUDIT = {
    "audit_rejected_rows": (
        "source_table target_table row_number cell record_key rule column_name value row_json",
        "source_table row_number"),
    "audit_warnings": (
        "source_table row_number cell record_key rule column_name value",
        "source_table row_number column_name"),
    "audit_dq_results": ("table_name rule severity checked failed", "table_name rule severity"),
}


# sheets: parents before children, the columns in the order of silver. gold: per table its columns
# and what it is ordered by. make_gold: from the silver rows of each sheet, money in hundredths,
# the rows of each of these tables and lines for audit_dq_results.
Model = namedtuple("Model", "sheets date_forms gold make_gold")


def clean_sheets(model, inputs):
    silver, cleaned_sheets = {}, []
    for sheet in model.sheets:
        table = Table(os.path.join(inputs, sheet.name + ".csv"))
        cleaned_sheets.append(Cleaned(sheet, table, model.date_forms, silver))
        silver[sheet.name] = cleaned_sheets[-1].kept
    return cleaned_sheets


def compute(model, inputs):
    """Per table its columns, its order, and its rows."""
    cleaned_sheets, tables = clean_sheets(model, inputs), {}
    for cleaned in cleaned_sheets:
        sheet = cleaned.sheet
        tables[f"silver_{sheet.name}"] = (
            [column.name for column in sheet.columns], sheet.key,
            [silver_values(sheet, row) for row in cleaned.kept])
    rows_of, checks = model.make_gold(
        {cleaned.sheet.name: [row.values for row in cleaned.kept] for cleaned in cleaned_sheets})
    rows_of.update({
        "audit_rejected_rows": rejected_rows(cleaned_sheets),
        "audit_warnings": warnings(cleaned_sheets),
        "audit_dq_results": count_rules(cleaned_sheets) + checks,
    })
    for name, (columns, order) in {**model.gold, **AUDIT}.items():
        tables[name] = (columns.split(), order.split(), rows_of[name])
    return tables


def write_tables(model):
    """What a model's oracle does when it is called."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: {os.path.basename(sys.argv[0])} INPUTS OUTPUT")
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, (columns, order, rows) in compute(model, sys.argv[1]).items():
        write_table(sys.argv[2], name, columns, order, rows)
