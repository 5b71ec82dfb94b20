"""Holds steps against Python's own calendar, addresses, decimals, Unicode and HMAC on thousands of random values.

The expectations are computed here from docs/STEPS.md with the standard library only (datetime, ipaddress, decimal,
unicodedata, hmac) and written as a case file (the form is explained in tests/unit/step_cases.c), which the unit test's
program then runs; most of them pass through `pare run` too, a column for each block. The seed is fixed: a failure can
be looked at again.

    python3 steps_oracle.py PARE SOURCE_DIR BUILD_DIR
"""

import base64
import csv
import datetime
import decimal
import hashlib
import hmac
import ipaddress
import os
import random
import subprocess
import sys
import tempfile
import unicodedata

KEY = bytes(range(32))  # the rig's working key
AS_OF = datetime.date(2026, 11, 23)
decimal.getcontext().prec = 200
rng = random.Random(20261123)


def quote(text):
    """A text as a case line holds it: quoted, whatever could be misread escaped."""
    out = []
    for c in text:
        code = ord(c)
        if c in '"\\':
            out.append("\\" + c)
        elif 0x20 <= code < 0x7F:
            out.append(c)
        else:
            out.append("\\u%04x" % code if code < 0x10000 else "\\U%08x" % code)
    return '"' + "".join(out) + '"'


class Cases:
    def __init__(self):
        self.lines = []
        self.values = 0
        self.blocks = []  # (do, [(given, expected)]): for the run of the program

    def block(self, do, *settings):
        self.lines += ["", "do: " + do, *settings]
        self.blocks.append((do, []))

    def value(self, given, expected):
        self.values += 1
        self.blocks[-1][1].append((given, expected))
        if expected is None:
            expected = "!unreadable"
        elif not expected.startswith("!w"):
            expected = quote(expected)
        self.lines.append(quote(given) + " => " + expected)


# --- generalize ------------------------------------------------------------------------------------------------------


def coarse_date(moment, unit, has_time):
    year, week, _ = moment.isocalendar()
    return {
        "decade": "%04ds" % (moment.year // 10 * 10),
        "year": "%04d" % moment.year,
        "quarter": "%04d-Q%d" % (moment.year, (moment.month + 2) // 3),
        "month": "%04d-%02d" % (moment.year, moment.month),
        "week": "%04d-W%02d" % (year, week),
        "day": moment.date().isoformat(),
        "hour": "%sT%02d" % (moment.date().isoformat(), moment.hour) if has_time else None,
    }[unit]


def dates(cases):
    first, last = datetime.datetime(1, 1, 4), datetime.datetime(9999, 12, 31)
    for unit in ("decade", "year", "quarter", "month", "week", "day", "hour"):
        cases.block("{generalize: {date: %s}}" % unit)
        for i in range(400):
            if i % 2:
                day = datetime.datetime(rng.randint(1900, 2100), rng.choice((1, 12)), rng.choice((1, 2, 3, 4, 29, 30, 31)))
            else:
                day = first + datetime.timedelta(days=rng.randrange((last - first).days))
            moment = day + datetime.timedelta(seconds=rng.randrange(86400))
            text = rng.choice((
                "%s" % moment.date(), "%sT%s" % (moment.date(), moment.time()), "%s %s" % (moment.date(), moment.time()),
                "%sT%02d:%02dZ" % (moment.date(), moment.hour, moment.minute),
                "%sT%s.%03d+05:30" % (moment.date(), moment.time(), rng.randrange(1000))))
            cases.value(text, coarse_date(moment, unit, len(text) > 10))
        for text in ("%04d-%02d-%02d" % (rng.randint(1, 9999), rng.randint(0, 14), rng.randint(0, 33)) for _ in range(200)):
            try:
                moment = datetime.datetime.strptime(text, "%Y-%m-%d")
            except ValueError:
                moment = None
            if moment is None or moment > first:
                cases.value(text, moment and coarse_date(moment, unit, False))


def ages(cases):
    for width, top in ((1, None), (5, 90), (10, None), (7, 65), (3, 100)):
        cases.block("{generalize: {age: {width: %d%s}}}" % (width, "" if top is None else ", top: %d" % top),
                    "as_of: %s" % AS_OF)
        for i in range(300):
            born = AS_OF - datetime.timedelta(days=rng.randrange(-500, 48500))
            if i % 3 == 0:
                born = datetime.date(rng.randint(1890, 2026), 11, rng.randint(22, 24))
            years = AS_OF.year - born.year - ((AS_OF.month, AS_OF.day) < (born.month, born.day))
            if born > AS_OF or years > 130:
                expected = None
            elif top is not None and years >= top:
                expected = "%d+" % top
            else:
                expected = str(years // width * width)
            cases.value(born.isoformat(), expected)


def plain(number):
    """Without exponent, without zeros at the end of a fraction, without -0."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def random_decimal():
    digits = rng.choice((1, 2, 3, 5, 12, 20))
    text = str(rng.randrange(10 ** digits))
    if rng.random() < 0.6:
        text += "." + "".join(rng.choice("0000123456789") for _ in range(rng.choice((1, 2, 3, 8, 25))))
    return rng.choice(("", "", "-", "+")) + rng.choice(("", "", "0", "000")) + text


def floor_to(number, width):
    return (number / width).to_integral_value(rounding=decimal.ROUND_FLOOR) * width


def numbers(cases):
    for width_text in ("1", "10", "0.1", "0.25", "2.50", "7", "1000", "0.003", "33.3", "100000000000000000000"):
        width = decimal.Decimal(width_text)
        for form in ("low", "middle", "range"):
            cases.block("{generalize: {number: {width: %s}, as: %s}}" % (width_text, form))
            for i in range(120):
                text = random_decimal()
                if i % 4 == 0:  # at a class's edge and just beside it
                    text = plain(width * rng.randint(-50, 50) + rng.choice((0, 0, decimal.Decimal("1e-20"),
                                                                           decimal.Decimal("-1e-20"))))
                low = floor_to(decimal.Decimal(text), width)
                cases.value(text, {"low": plain(low), "middle": plain(low + width / 2),
                                   "range": plain(low) + "-" + plain(low + width)}[form])
    for bins in (["0", "18", "65"], ["-2.5", "0.25", "1", "1000"], ["7"], ["0.1", "0.2", "0.30", "0.4"]):
        bounds = [decimal.Decimal(b) for b in bins]
        for form in ("low", "middle", "range"):
            cases.block("{generalize: {number: {bins: [%s]}, as: %s}}" % (", ".join(bins), form))
            for i in range(120):
                text = random_decimal() if i % 2 else plain(rng.choice(bounds) + decimal.Decimal(rng.randint(-3, 3)) / 10 ** rng.randint(0, 9))
                number = decimal.Decimal(text)
                at = sum(b <= number for b in bounds)
                if at == 0:
                    expected = "<" + plain(bounds[0])
                elif form == "low":
                    expected = plain(bounds[at - 1])
                elif at == len(bounds):
                    expected = ">=" + plain(bounds[-1])
                elif form == "middle":
                    expected = plain((bounds[at - 1] + bounds[at]) / 2)
                else:
                    expected = plain(bounds[at - 1]) + "-" + plain(bounds[at])
                cases.value(text, expected)


def addresses(cases):
    for v4, v6 in ((24, 48), (8, 32), (31, 127), (1, 1), (13, 61), (20, 64)):
        cases.block("{generalize: {ip: {v4: %d, v6: %d}}}" % (v4, v6))
        for i in range(200):
            if i % 3 == 0:
                address = ipaddress.IPv4Address(rng.getrandbits(32))
                network = ipaddress.ip_network((address, v4), strict=False)
                cases.value(str(address), str(network.network_address))
                continue
            groups = [rng.choice((0, 0, 0, 1, 0xFFFF, rng.getrandbits(16))) for _ in range(8)]
            number = 0
            for group in groups:
                number = number << 16 | group
            address = ipaddress.IPv6Address(number)
            if address.ipv4_mapped is not None:
                continue
            network = ipaddress.ip_network((address, v6), strict=False)
            expected = network.network_address.compressed
            text = rng.choice((address.compressed, address.exploded, address.exploded.upper()))
            if network.network_address.ipv4_mapped is None:
                cases.value(text, expected)
        for _ in range(30):
            address = ipaddress.IPv4Address(rng.getrandbits(32))
            network = ipaddress.ip_network((address, v4), strict=False).network_address
            cases.value("::ffff:%s" % address, "::ffff:%s" % network)


# --- text ------------------------------------------------------------------------------------------------------------

NASTY = "aZ09 -.@+()\t\x85\xa0ßİıŉǰ\u0301\u0307\u0345ΐΣςև\u0661\u0966ẞ\u1f52\u1fb7\u2028\u200b\u2126\u212b\u3000가\u1100\u1161" \
        "ﬃ\ufdfa１Ａ＋\U00010400\U0001d15f\U0001f600éeiIΩ\x1f"


def random_text():
    alphabet = rng.choice((NASTY, "abcXYZ019 -.@+()", "ΑΣς ασ.ΟΔ'", "+00(0)1٣９ x-"))
    text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(24)))
    return text


def digits(text):
    return "".join(str(unicodedata.decimal(c)) for c in text if unicodedata.decimal(c, None) is not None)


def collapse(text):
    out = []
    for c in text:
        if not c.isspace():
            out.append(c)
        elif not out or out[-1] is not None:
            out.append(None)
    return "".join(" " if c is None else c for c in out)


def phone_1(text):
    text = text.strip()
    international = text.startswith(("+", "\uff0b", "00"))
    if international:
        text = text.removeprefix("00").replace("(0)", "")
    found = digits(text)
    return "+" + found if international and found else found


FORMS = {
    "trim": str.strip,
    "lower": str.lower,
    "upper": str.upper,
    "nfc": lambda s: unicodedata.normalize("NFC", s),
    "nfkc": lambda s: unicodedata.normalize("NFKC", s),
    "digits": digits,
    "collapse_space": collapse,
    "email-1": lambda s: unicodedata.normalize("NFC", s.strip().lower()),
    "phone-1": phone_1,
}


def forms(cases):
    for _ in range(60):
        names = rng.sample(sorted(FORMS), rng.choice((1, 1, 2, 3)))
        cases.block("{normalize: [%s]}" % ", ".join(names))
        for _ in range(60):
            given = expected = random_text()
            for name in names:
                expected = FORMS[name](expected)
            cases.value(given, expected)


def mask(text, first, last, char, skip):
    at = [i for i, c in enumerate(text) if not skip or unicodedata.category(c)[0] in "LMN"]
    hidden = set(at if len(at) <= first + last else at[first:len(at) - last])
    return "".join(char if i in hidden else c for i, c in enumerate(text))


def masks(cases):
    for _ in range(40):
        first, last, char, skip = rng.randrange(5), rng.randrange(5), rng.choice("*#x•ß"), rng.random() < 0.5
        cases.block("{mask: {keep_first: %d, keep_last: %d, char: \"%s\"%s}}"
                    % (first, last, char, ", skip: separators" if skip else ""))
        for _ in range(50):
            text = random_text()
            cases.value(text, mask(text, first, last, char, skip))
    for n in (1, 3, 10):
        for step in ("{truncate: %d}", "{generalize: {prefix: %d}}"):
            cases.block(step % n)
            for _ in range(60):
                text = random_text()
                cases.value(text, text[:n])


def tokens(cases):
    encoders = {
        "base32": lambda b: base64.b32encode(b).decode().rstrip("=").lower(),
        "hex": lambda b: b.hex(),
        "base64url": lambda b: base64.urlsafe_b64encode(b).decode().rstrip("="),
    }
    for bits in range(96, 257, 8):
        encoding, names = rng.choice(sorted(encoders)), rng.sample(sorted(FORMS), rng.choice((0, 1, 2)))
        cases.block("{pseudonymize: {bits: %d, encoding: %s, prefix: \"p.\", normalize: [%s]}}"
                    % (bits, encoding, ", ".join(names)) if names else
                    "{pseudonymize: {bits: %d, encoding: %s, prefix: \"p.\"}}" % (bits, encoding))
        for _ in range(40):
            given = normal = random_text()
            for name in names:
                normal = FORMS[name](normal)
            digest = hmac.new(KEY, normal.encode(), hashlib.sha256).digest()
            cases.value(given, "p." + encoders[encoding](digest[:bits // 8]) if normal else "!withheld")


def run_program(pare, cases, folder):
    """The same through the whole program: a column for each block, withheld values empty. Returns what differs."""
    blocks = [block for block in cases.blocks if "pseudonymize" not in block[0]]  # tokens need the derived key
    policy = os.path.join(folder, "policy.yaml")
    with open(policy, "w", encoding="utf-8") as file:
        file.write("pare: 1\ndataset: oracle\nrecipient: tests\n"
                   "purposes: {check: {description: Hold against Python, basis: contract}}\nfields:\n")
        for i, (do, _) in enumerate(blocks):
            file.write("  c%d: {category: user.behavior, for: check, multiline: true, do: %s}\n" % (i, do))
    rows = [[values[r][0] if r < len(values) else "" for _, values in blocks]
            for r in range(max(len(values) for _, values in blocks))]
    given, made = os.path.join(folder, "in.csv"), os.path.join(folder, "out.csv")
    with open(given, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["c%d" % i for i in range(len(blocks))])
        writer.writerows(rows)
    done = subprocess.run([pare, "run", "-q", "-p", policy, "--as-of", AS_OF.isoformat(), "-o", made, given],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return ["pare run: %d\n%s" % (done.returncode, done.stderr)]
    with open(made, encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))[1:]
    if len(found) != len(rows):
        return ["%d records instead of %d" % (len(found), len(rows))]
    different = []
    for c, (do, values) in enumerate(blocks):
        for r, (text, expected) in enumerate(values):
            wanted = "" if text == "" or expected is None else expected
            if found[r][c] != wanted:
                different.append("%s: %r => %r, not %r" % (do, text, found[r][c], wanted))
    return different


def main():
    pare, build = sys.argv[1], sys.argv[3]
    program = os.path.join(build, "tests", "unit_step_cases")
    if not os.path.exists(program):
        print("skipped: there is no", program)
        return 77
    if unicodedata.unidata_version.split(".")[0] != "14":
        print("note: Python knows Unicode", unicodedata.unidata_version)
    cases = Cases()
    for part in (dates, ages, numbers, addresses, forms, masks, tokens):
        part(cases)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "oracle.step")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(cases.lines) + "\n")
        done = subprocess.run([program, path], capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            print(done.stdout[-2000:], done.stderr[-2000:])
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            for place in [w for w in done.stderr.split() if w.startswith(path) and w.count(":") >= 2]:
                number = int(place.split(":")[1])
                block = max(i for i in range(number) if lines[i].startswith("do: "))
                print(lines[block], "|", lines[number - 1])
            return 1
        different = run_program(pare, cases, folder) if os.path.exists(pare) else []
        if different:
            print("\n".join(different[:20]))
            return 1
    print("%d values agree" % cases.values)
    return 0


sys.exit(main())
