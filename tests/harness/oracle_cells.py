"""How a cell is read: trim, missing words, formula errors, and a value by the column's kind.

Written from the rules in words (src/model/README.md says what a property of a column means), as
are oracle_tables.py and the models' oracles.
"""

import re
from datetime import datetime, timedelta
from fractions import Fraction


MISSING = {"", "n/a", "#n/a", "null", "none", "-", "--"}
FORMULA_ERRORS = {
    "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#ERROR!", "LOADING...",
}
# White_Space of Unicode, with the zero width space and the byte order mark
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009" \
        "\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
BLANK = "[ \xa0\u2009\u202f]"


class Unreadable(Exception):
    pass


REJECT, REPAIR = "reject", "repair"


def fold_word(text):
    return re.sub(r"[ -]", "_", ascii_lower(text))


def make_words(values, aliases):
    """What each word stands for; of an alias any spelling that folds to it."""
    words = {fold_word(value): value for value in values}
    for value, others in aliases.items():
        words.update({fold_word(other): value for other in others.split()})
    return words


class Column:
    def __init__(self, name, kind="string", required=False, bad=REJECT, **more):
        self.name, self.kind, self.required, self.bad = name, kind, required, bad
        self.minimum, self.maximum = more.get("minimum"), more.get("maximum")  # both are good
        self.words = more.get("words", {})
        self.has_prefixes = more.get("has_prefixes", False)  # a cell only begins with a word
        self.first_of = more.get("first_of")  # what stands between items; the first is read
        self.unknown = more.get("unknown")  # stands in for a word that is not known
        self.default = more.get("default")  # stands in for a missing cell
        self.case = more.get("case")
        self.not_before = more.get("not_before")
        self.null_when = more.get("null_when")  # a column and the value beside which this is NULL


def trim(text):
    return text.strip(WHITE)


def ascii_lower(text):
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def ascii_upper(text):
    return "".join(c.upper() if "a" <= c <= "z" else c for c in text)


def ungroup(whole):
    """Digits without their separators: 1,234,567 and 1 234 567 and 12,34,567."""
    if re.fullmatch(r"[0-9]+", whole):
        return whole
    for separator in (",", BLANK):
        western = rf"[0-9]{{1,3}}({separator}[0-9]{{3}})+"
        indian = rf"[0-9]{{1,2}}({separator}[0-9]{{2}})*{separator}[0-9]{{3}}"
        if re.fullmatch(western, whole) or re.fullmatch(indian, whole):
            return re.sub(r"[^0-9]", "", whole)
    raise Unreadable


def parse_integer(text):
    found = re.fullmatch(r"([-+\u2212]?)(.*?)(\.0*)?", text, re.DOTALL)
    number = int(ungroup(found[2]))
    number = -number if found[1] in ("-", "\u2212") else number
    if not -(2**63) <= number < 2**63:
        raise Unreadable
    return number


CURRENCY_MARK = r"(?:[$€£₹¥₩]|(?i:[a-z]{3})|(?i:rs\.?))"
# ISO 4217
CURRENCY_CODES = set(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP"
    " BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP"
    " GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR"
    " KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK"
    " MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR"
    " SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS"
    " UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL".split()
)


def parse_money(text):
    """Hundredths. A sign or code on one side, one minus or one pair of brackets."""
    rest, is_negative, signs, currencies = trim(text), False, 0, 0
    while True:
        before = rest
        if rest.startswith("(") and rest.endswith(")"):
            rest, is_negative, signs = trim(rest[1:-1]), True, signs + 1
        elif rest[:1] in ("-", "+", "\u2212") and rest:
            is_negative, rest, signs = rest[0] != "+", trim(rest[1:]), signs + 1
        else:
            front = re.match(CURRENCY_MARK, rest)
            back = re.search(CURRENCY_MARK + r"\Z", rest)
            if front and is_currency(front[0]):
                rest, currencies = trim(rest[front.end():]), currencies + 1
            elif back and is_currency(back[0]):
                rest, currencies = trim(rest[:back.start()]), currencies + 1
        if rest == before:
            break
    if signs > 1 or currencies > 1:
        raise Unreadable
    hundredths = parse_hundredths(rest)
    return -hundredths if is_negative else hundredths


def parse_number(text):
    """Hundredths, too, but of a bare number."""
    is_signed = text[:1] in ("-", "+", "\u2212")
    hundredths = parse_hundredths(text[1:] if is_signed else text)
    return -hundredths if is_signed and text[0] != "+" else hundredths


def parse_hundredths(text):
    found = re.fullmatch(r"([^.]*)(?:\.([0-9]*))?", text)
    if not found:
        raise Unreadable
    whole, fraction = found[1], found[2] or ""
    if not whole and not fraction:
        raise Unreadable
    whole = ungroup(whole) if whole else "0"
    if len(whole.lstrip("0")) > 9:
        raise Unreadable
    hundredths = int(whole + fraction.ljust(2, "0")[:2])
    return hundredths + (fraction[2:3] >= "5")  # half away from zero


def is_currency(mark):
    if re.fullmatch(r"[A-Za-z]{3}", mark):
        return ascii_upper(mark) in CURRENCY_CODES
    return True


MONTHS = ("january february march april may june july august september october november"
          " december").split()
DATE_FORMS = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",
    "YYYY/MM/DD": r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
    "DD-MM-YYYY": r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})",
    "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "MM/DD/YYYY": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    "D Mon YYYY": rf"(?P<d>\d{{1,2}}){BLANK}+(?P<name>[A-Za-z]+){BLANK}+(?P<y>\d{{4}})",
    "Month D, YYYY": rf"(?P<name>[A-Za-z]+){BLANK}+(?P<d>\d{{1,2}}),{BLANK}*(?P<y>\d{{4}})",
}
TIME = (rf"(?:(?:{BLANK}+|[Tt])(?P<H>\d{{1,2}}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:\.(?P<f>\d+))?)?"
        rf"(?:{BLANK}*(?P<zone>[Zz]|[-+]\d\d:?\d\d))?)?")


def month_of(name):
    name = ascii_lower(name)
    for number, month in enumerate(MONTHS, 1):
        if name in (month, month[:3]):
            return number
    raise Unreadable


def round_to_second(moment, fraction):
    return moment + timedelta(seconds=1) if Fraction(fraction) >= Fraction(1, 2) else moment


def parse_moment(text, forms):
    """A datetime in UTC, rounded to the second."""
    if re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", text, re.ASCII):
        seconds = Fraction(text) * 86400
        whole = seconds.numerator // seconds.denominator
        if whole > 100000 * 86400:
            raise Unreadable
        moment = datetime(1899, 12, 30) + timedelta(seconds=whole)
        return check_years(round_to_second(moment, seconds - whole))
    for form in forms:
        found = re.fullmatch(DATE_FORMS[form] + TIME, text, re.ASCII)
        if found:
            return check_years(make_moment(found.groupdict()))
    raise Unreadable


def make_moment(part):
    month = month_of(part["name"]) if part.get("name") else int(part["m"])
    try:
        moment = datetime(int(part["y"]), month, int(part["d"]), int(part["H"] or 0),
                          int(part["M"] or 0), int(part["S"] or 0))
        check_years(moment)
        zone = part["zone"]
        if zone and zone not in "Zz":
            hours, minutes = int(zone[1:3]), int(zone[-2:])
            if minutes > 59 or hours * 60 + minutes > 14 * 60:
                raise Unreadable
            offset = timedelta(hours=hours, minutes=minutes)
            moment += offset if zone[0] == "-" else -offset
        return round_to_second(moment, "0." + (part["f"] or "0"))
    except (ValueError, OverflowError):
        raise Unreadable from None


def check_years(moment):
    if not 1900 <= moment.year <= 2100:
        raise Unreadable
    return moment


def parse_email(text):
    text = ascii_lower(text)
    nowhere = WHITE + r"\x00-\x1f\x7f@,;:<>()\[\]\"\\"
    label = rf"[^{nowhere}/_.]"
    if not re.fullmatch(rf"[^{nowhere}]+@({label}+\.)+{label}{{2,}}", text):
        raise Unreadable
    return text


def parse_currency(column, text):
    found = column.words.get(fold_word(text))
    if found:
        return found
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise Unreadable
    return ascii_upper(text)


def parse_enum(column, text):
    word = fold_word(text)
    known = [known for known in column.words if word == known
             or (column.has_prefixes and word.startswith(known))]
    if not known:
        raise Unreadable
    return column.words[max(known, key=len)]


def title_case(text):
    """A word goes on over digits, apostrophes and letters beyond ASCII."""
    return re.sub(rf"(?:[A-Za-z0-9']|[^\x00-\x7f{WHITE}])+",
                  lambda word: ascii_upper(word[0][0]) + ascii_lower(word[0][1:]), text)


FOLDS = {None: str, "lower": ascii_lower, "upper": ascii_upper, "title": title_case}


def parse_string(column, text):
    if not text:  # the first item of ", drama"
        raise Unreadable
    return column.words.get(fold_word(text)) or FOLDS[column.case](text)


def parse(column, text, date_forms):
    if column.first_of:
        text = trim(text.split(column.first_of)[0])
    if column.kind == "integer":
        return parse_integer(text)
    if column.kind == "money":
        return parse_money(text)
    if column.kind == "number":
        return parse_number(text)
    if column.kind == "datetime":
        return parse_moment(text, date_forms).strftime("%Y-%m-%d %H:%M:%S")
    if column.kind == "date":
        return parse_moment(text, date_forms).strftime("%Y-%m-%d")
    if column.kind == "email":
        return parse_email(text)
    if column.kind == "enum":
        return parse_enum(column, text)
    if column.kind == "currency":
        return parse_currency(column, text)
    return parse_string(column, text)
