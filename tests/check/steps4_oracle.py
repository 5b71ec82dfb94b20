"""Holds `shift`, `noise`, `round`, `geo` and the ZIP codes that ship against docs/STEPS.md, computed anew with Python's datetime, decimal, hmac.

Three ways: as cases for the unit test's program (tests/unit/step_cases.c), under its working key; through `pare run`,
under keys derived here by RFC 5869; and as properties of what comes out: intervals kept, never moved by nothing, all
shifts as likely as each other, noise of the shape and width that was asked for. The vectors printed in docs/STEPS.md are
recomputed too. The seed is fixed.

    python3 steps4_oracle.py PARE SOURCE_DIR BUILD_DIR
"""

import csv
import datetime
import decimal
import fractions
import hashlib
import hmac
import math
import os
import random
import re
import subprocess
import sys
import tempfile

RIG_KEY = bytes(range(32))
rng = random.Random(20261124)
D = decimal.Decimal
decimal.getcontext().prec = 100
EPOCH = datetime.date(1, 1, 1).toordinal()
LAST = datetime.date(9999, 12, 31).toordinal()


# --- what docs/STEPS.md says -----------------------------------------------------------------------------------------


def mac_of(key, message):
    return hmac.new(key, message.encode(), hashlib.sha256).digest()


def working_key(master, method, recipient, domain):
    """RFC 5869 with SHA-256, and the info of docs/TOKENS.md; 32 bytes."""
    info = b"".join(len(t.encode()).to_bytes(4, "big") + t.encode() for t in (method, recipient, domain, ""))
    pseudorandom = hmac.new(b"pare/1", master, hashlib.sha256).digest()
    return hmac.new(pseudorandom, info + b"\1", hashlib.sha256).digest()


def shift_days(mac, days):
    choices = 2 * days
    fair = 2 ** 64 - 2 ** 64 % choices
    for at in range(0, 32, 8):
        number = int.from_bytes(mac[at:at + 8], "big")
        if number < fair:
            choice = number % choices
            return choice - days if choice < days else choice - days + 1
    return None


def minus_log2(number):
    whole = number.bit_length() - 1
    rest = number << (63 - whole)
    log = whole
    for _ in range(48):
        square = rest * rest
        one = square >> 127
        rest = square >> (63 + one)
        log = 2 * log + one
    return 53 * 2 ** 48 - log


def half_away(number):
    """A Fraction to the nearest whole number, the middle away from zero."""
    whole = int(abs(number) + fractions.Fraction(1, 2))
    return -whole if number < 0 else whole


def noise_units(mac, scale, decimals):
    number = (int.from_bytes(mac[:8], "big") >> 11) + 1
    exponential = minus_log2(number) * 0xB17217F7D1CF79AB >> 64
    units = half_away(fractions.Fraction(exponential, 2 ** 48) * fractions.Fraction(scale) * 10 ** decimals)
    return -units if mac[8] & 1 else units


def fixed(units, decimals):
    digits = str(abs(units)).rjust(decimals + 1, "0")
    text = digits if decimals == 0 else digits[:-decimals] + "." + digits[-decimals:]
    return "-" + text if units < 0 else text


def noised(text, mac, scale, decimals=None, low=None, high=None):
    if decimals is None:
        decimals = len(text.partition(".")[2])
    units = half_away(fractions.Fraction(text) * 10 ** decimals) + noise_units(mac, scale, decimals)
    if low is not None:
        units = max(units, math.ceil(fractions.Fraction(low) * 10 ** decimals))
    if high is not None:
        units = min(units, math.floor(fractions.Fraction(high) * 10 ** decimals))
    return fixed(units, decimals)


def plain(number):
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


MONTHS = ("January February March April May June July August September October November December").split()


def formatted(date, pattern, clock="09:05:59"):
    """strftime without the platform's habits for years below 1000."""
    values = {
        "Y": "%04d" % date.year, "y": "%02d" % (date.year % 100), "m": "%02d" % date.month, "d": "%02d" % date.day,
        "e": "%2d" % date.day, "j": "%03d" % date.timetuple().tm_yday, "b": MONTHS[date.month - 1][:3],
        "B": MONTHS[date.month - 1], "H": clock[:2], "M": clock[3:5], "S": clock[6:], "%": "%", "z": "+05:30",
        "F": date.isoformat(), "T": clock,
    }
    return re.sub("%(.)", lambda m: values[m.group(1)], pattern)


# --- cases for the unit test's program -------------------------------------------------------------------------------


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Cases:
    def __init__(self):
        self.lines, self.values = [], 0

    def block(self, do):
        self.lines += ["", "do: " + do]

    def by(self, person):
        self.lines.append("by: " + quote(person))

    def value(self, given, expected):
        self.values += 1
        self.lines.append(quote(given) + " => " + ("!unreadable" if expected is None else quote(expected)))


def random_day():
    if rng.random() < 0.2:
        return datetime.date.fromordinal(rng.choice((EPOCH, LAST)))
    if rng.random() < 0.3:
        year = rng.choice((1600, 1900, 1996, 2000, 2024, 2100))
        return datetime.date(year, rng.choice((2, 3)), rng.choice((1, 2, 28)))
    return datetime.date.fromordinal(rng.randint(EPOCH, LAST))


def moved(date, days):
    ordinal = date.toordinal() + days
    return datetime.date.fromordinal(ordinal) if EPOCH <= ordinal <= LAST else None


def shifts(cases):
    for days in (1, 2, 30, 365, 999, 36500):
        cases.block("{shift: {days: %d, by: id}}" % days)
        for _ in range(60):
            person = str(rng.randrange(10 ** 6)) if rng.random() < 0.9 else "p" * rng.randrange(50, 90)
            by_days = shift_days(mac_of(RIG_KEY, person), days)
            assert by_days and -days <= by_days <= days
            cases.by(person)
            for _ in range(5):
                date = random_day()
                to = moved(date, by_days)
                tail = rng.choice(("", "", "T00:00", " 23:59:60", "t09:05:59.000120", "T09:05Z", " 09:05 +0530", "T09:05:01.5-08"))
                cases.value(date.isoformat() + tail, None if to is None else to.isoformat() + tail)
    for pattern in ("%d.%m.%Y", "%Y%m%d", "%e %b %Y", "%B %d, %Y", "%Y-%j", "%m/%d/%Y %H:%M", "%F %T %z", "%d/%m/%y",
                    "%T; %d %b %Y", "100%% %Y/%m/%d"):
        cases.block("{shift: {days: 400, by: id, format: %s}}" % quote(pattern))
        for _ in range(25):
            person = str(rng.randrange(10 ** 6))
            by_days = shift_days(mac_of(RIG_KEY, person), 400)
            cases.by(person)
            for _ in range(6):
                date = random_day()
                if "%y" in pattern:
                    date = datetime.date.fromordinal(rng.randint(datetime.date(1969, 1, 1).toordinal(),
                                                                 datetime.date(2068, 12, 31).toordinal()))
                to = moved(date, by_days)
                if to is not None and "%y" in pattern and not 1969 <= to.year <= 2068:
                    to = None
                given, expected = formatted(date, pattern), None if to is None else formatted(to, pattern)
                case = rng.choice((str, str.upper, str.lower)) if "%b" in pattern or "%B" in pattern else str
                cases.value(case(given), expected and case(expected))
                if pattern == "%d.%m.%Y":
                    cases.value("%d.%d.%04d" % (date.day, date.month, date.year), expected)


def random_number():
    text = str(rng.randrange(10 ** rng.choice((1, 2, 3, 5, 9, 15))))
    if rng.random() < 0.6:
        text += "." + "".join(rng.choice("0000123456789") for _ in range(rng.choice((1, 2, 3, 8, 18))))
    return rng.choice(("", "", "-", "+")) + rng.choice(("", "", "0")) + text


def noises(cases):
    for scale in ("2", "0.5", "1000", "0.001", "33.25", "999999999999999", "0.000000000000001"):
        for decimals, low, high in ((None, None, None), (0, None, None), (2, "0", None), (None, "-1.25", "100.5"), (18, None, None)):
            extra = "".join(", %s: %s" % pair for pair in (("decimals", decimals), ("min", low), ("max", high)) if pair[1] is not None)
            cases.block("{noise: {laplace: {scale: %s}, by: id%s}}" % (scale, extra))
            for _ in range(25):
                person = str(rng.randrange(10 ** 6))
                cases.by(person)
                for _ in range(3):
                    text = random_number()
                    if decimals == 18 and len(text.partition(".")[0].lstrip("+-0")) > 15:
                        continue
                    digits = len(text.partition(".")[0].lstrip("+-0"))
                    places = len(text.partition(".")[2]) if decimals is None else decimals
                    if digits + places > 34:
                        cases.value(text, None)
                        continue
                    cases.value(text, noised(text, mac_of(RIG_KEY, person), scale, decimals, low, high))
    cases.block("{noise: {laplace: 2}}")
    for _ in range(200):
        text = random_number()
        cases.value(text, noised(text, mac_of(RIG_KEY, text), "2"))


def rounds(cases):
    for to_text in ("10", "1", "0.5", "0.05", "0.25", "3", "7", "2.50", "0.003", "100000000000000000000"):
        to = D(to_text)
        cases.block("{round: %s}" % to_text)
        for i in range(150):
            text = random_number()
            if i % 3 == 0:  # the middle, and just beside it
                text = plain((rng.randint(-50, 50) + D("0.5")) * to + rng.choice((0, D("1e-9"), D("-1e-9"))))
            cases.value(text, plain((D(text) / to).to_integral_value(rounding=decimal.ROUND_HALF_UP) * to))
    for decimals in range(7):
        cases.block("{generalize: {geo: {decimals: %d}}}" % decimals)
        for _ in range(150):
            limit = rng.choice((90, 180))
            degrees = D(rng.randint(-limit * 10 ** 9, limit * 10 ** 9)) / 10 ** 9
            text = plain(degrees) if rng.random() < 0.8 else plain(degrees.quantize(D(1).scaleb(-decimals)) + D(5).scaleb(-decimals - 1))
            if abs(D(text)) > 180:
                cases.value(text, None)
                continue
            grid = int(D(text).scaleb(decimals).to_integral_value(rounding=decimal.ROUND_HALF_UP))
            cases.value(text, fixed(grid, decimals))
            other = str(rng.randint(-180, 180))
            gap = rng.choice((",", ", "))
            pair = fixed(grid, decimals) + gap + fixed(int(other) * 10 ** decimals, decimals)
            cases.value(text + gap + other, pair if abs(D(text)) <= 90 else None)


# 45 CFR 164.514(b)(2)(i)(B), as the guidance of the Department of Health and Human Services lists it for the census of 2000
RESTRICTED = "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split()


def zip_codes(cases):
    cases.block("{generalize: {hierarchy: {shipped: us-zip3-2000, level: 1}}}")
    for prefix in ("%03d" % n for n in range(1000)):
        expected = "000" if prefix in RESTRICTED else prefix
        cases.value(prefix, expected)
        cases.value("%s%02d" % (prefix, rng.randrange(100)), expected)
        cases.value("%s%02d-%04d" % (prefix, rng.randrange(100), rng.randrange(10000)), expected)


def run_cases(build, folder):
    program = os.path.join(build, "tests", "unit_step_cases")
    cases = Cases()
    for part in (shifts, noises, rounds, zip_codes):
        part(cases)
    path = os.path.join(folder, "oracle.step")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(cases.lines) + "\n")
    done = subprocess.run([program, path], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return cases.values, None
    place = re.search(re.escape(path) + r":(\d+):", done.stderr)
    where = ""
    if place:
        number = int(place.group(1))
        above = cases.lines[:number]
        where = "\n".join([[x for x in above if x.startswith("do: ")][-1], ([x for x in above if x.startswith("by: ")] or [""])[-1],
                           cases.lines[number - 1]])
    return 0, done.stderr[-1500:] + "\n" + where


# --- through the program, and what must hold of it -------------------------------------------------------------------

POLICY = """pare: 1
dataset: oracle
recipient: %s
input: {nulls: ["", "NULL"]}
purposes: {check: {description: Hold against Python, basis: contract}}
fields:
  born: {category: user.behavior, for: check, do: {shift: {days: 30, by: id}}}
  seen: {category: user.behavior, for: check, do: {shift: {days: 30, by: id, format: "%%d.%%m.%%Y %%H:%%M"}}}
  other: {category: user.behavior, for: check, do: {shift: {days: 30, by: "#1", domain: trial}}}
  income: {category: user.behavior, for: check, do: {noise: {laplace: {scale: 20}, by: id, decimals: 3}}}
  visits: {category: user.behavior, for: check, do: {noise: {laplace: {scale: 2}, by: id, min: 0}}}
"""
PEOPLE = 12000


def run_program(pare, folder, recipient, rows):
    master = bytes(range(7, 47))
    policy, key = os.path.join(folder, "policy.yaml"), os.path.join(folder, "key")
    given, made = os.path.join(folder, "in.csv"), os.path.join(folder, "out-%s.csv" % recipient)
    with open(policy, "w", encoding="utf-8") as file:
        file.write(POLICY % recipient)
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(master)
    with open(given, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", "born", "seen", "other", "income", "visits"]] + rows)
    subprocess.run([pare, "run", "-q", "-p", policy, "--key-file", key, "--as-of", "2026-11-23", "-o", made, given], check=True)
    with open(made, encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))[1:]
    return found, lambda method, domain: working_key(master, method, recipient, domain)


def expected_row(row, key):
    person = row[0]
    if person in ("", "NULL"):
        return ["", "", "", "", ""]
    shift = shift_days(mac_of(key("shift", "shift"), person), 30)
    trial = shift_days(mac_of(key("shift", "trial"), person), 30)
    seen = datetime.datetime.strptime(row[2], "%d.%m.%Y %H:%M") + datetime.timedelta(days=shift)
    born, other = moved(datetime.date.fromisoformat(row[1]), shift), moved(datetime.date.fromisoformat(row[3]), trial)
    return [born.isoformat(), seen.strftime("%d.%m.%Y %H:%M"), other.isoformat(),
            noised(row[4], mac_of(key("noise", "income"), person), "20", 3),
            noised(row[5], mac_of(key("noise", "visits"), person), "2", None, "0")]


def check_missing_column(pare, folder):
    """A person's column that is not there stops the run before anything is written."""
    given, made = os.path.join(folder, "short.csv"), os.path.join(folder, "short-out.csv")
    with open(given, "w", encoding="utf-8") as file:
        file.write("born,seen,other,income,visits\n2024-01-01,01.01.2024 00:00,2024-01-01,1,1\n")
    done = subprocess.run([pare, "run", "-q", "-p", os.path.join(folder, "policy.yaml"), "--key-file", os.path.join(folder, "key"),
                           "-o", made, given], capture_output=True, text=True, check=False)
    if done.returncode != 78 or "`id`, which step `shift` reads" not in done.stderr or os.path.exists(made):
        return "without the column of `by`: %d %s" % (done.returncode, done.stderr)
    return ""


def check_properties(rows, found):
    """What must hold whatever the construction is. Returns what does not."""
    counts, distances, wrong = {}, [], []
    for row, out in zip(rows, found):
        if row[0] in ("", "NULL"):
            continue
        before, after = datetime.date.fromisoformat(row[1]), datetime.date.fromisoformat(out[0])
        seen, seen_after = (datetime.datetime.strptime(x, "%d.%m.%Y %H:%M") for x in (row[2], out[1]))
        days = (after - before).days
        counts[days] = counts.get(days, 0) + 1
        if (seen_after - seen).days != days or (seen_after - seen).seconds:
            wrong.append("an interval has changed")
        distances.append(float(D(out[3]) - D(row[4])))
    if 0 in counts or sorted(counts) != [d for d in range(-30, 31) if d]:
        wrong.append("shifts are %s" % sorted(counts))
    n = len(distances)
    chi2 = sum((c - n / 60) ** 2 / (n / 60) for c in counts.values())
    if chi2 > 110:  # 59 degrees of freedom: beyond 110 once in 20,000 keys
        wrong.append("shifts are not equally likely: chi2 %.1f" % chi2)
    # Kolmogorov-Smirnov against the Laplace distribution of scale 20: beyond 2.2 / sqrt(n) once in 8,000 keys
    distances.sort()
    cdf = [0.5 * math.exp(x / 20) if x < 0 else 1 - 0.5 * math.exp(-x / 20) for x in distances]
    gap = max(max(abs(c - i / n), abs(c - (i + 1) / n)) for i, c in enumerate(cdf))
    if gap > 2.2 / math.sqrt(n):
        wrong.append("noise is not Laplace's: largest gap %.4f" % gap)
    return wrong


def check_program(pare, folder):
    first, last = datetime.date(1940, 1, 1).toordinal(), datetime.date(2026, 1, 1).toordinal()
    rows = []
    for i in range(PEOPLE):
        dates = [datetime.date.fromordinal(rng.randint(first, last)) for _ in range(3)]
        person = rng.choice(("NULL", "")) if i % 500 == 0 else 'c"%d' % i if i % 7 == 0 else str(i)
        rows.append([person, dates[0].isoformat(), dates[1].strftime("%d.%m.%Y ") + "23:59", dates[2].isoformat(),
                     "%d.%02d" % (rng.randrange(90000), rng.randrange(100)), str(rng.randrange(9))])
    found, key = run_program(pare, folder, "acme", rows)
    for row, out in zip(rows, found):
        if expected_row(row, key) != out:
            return "%r gives %r, not %r" % (row, out, expected_row(row, key))
    if len(found) != len(rows):
        return "%d records of %d" % (len(found), len(rows))
    others, _ = run_program(pare, folder, "apex", rows)
    alike = sum(a[0] == b[0] for a, b in zip(found, others) if a[0])
    if alike > PEOPLE / 60 * 1.5:
        return "two recipients share %d shifts" % alike
    return "\n".join(check_properties(rows, found)) or check_missing_column(pare, folder)


# --- the vectors of the page -----------------------------------------------------------------------------------------


def check_vectors(source):
    with open(os.path.join(source, "docs", "STEPS.md"), encoding="utf-8") as file:
        page = file.read()
    shifts_found = re.findall(r"^\| `([^`]+)` \| (\d+) \| `([0-9a-f]{16})…` \| (-?\d+) \|$", page, re.M)
    noise_found = re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{18})…` \| (\d+) \| ([\d.]+) \| (\d+) \| (-?[\d.]+) \|$", page, re.M)
    if len(shifts_found) < 4 or len(noise_found) < 4:
        return "docs/STEPS.md has %d and %d vectors" % (len(shifts_found), len(noise_found))
    for person, days, start, result in shifts_found:
        mac = mac_of(RIG_KEY, person)
        if mac.hex()[:16] != start or shift_days(mac, int(days)) != int(result):
            return "docs/STEPS.md: shift of %s" % person
    for person, start, log, scale, decimals, result in noise_found:
        mac = mac_of(RIG_KEY, person)
        number = (int.from_bytes(mac[:8], "big") >> 11) + 1
        if (mac.hex()[:18] != start or minus_log2(number) != int(log)
                or fixed(noise_units(mac, scale, int(decimals)), int(decimals)) != result):
            return "docs/STEPS.md: noise of %s" % person
        if abs(minus_log2(number) / 2 ** 48 + math.log2(number / 2 ** 53)) > 1e-9:
            return "the logarithm is none"
    return ""


def main():
    pare, source, build = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        values, problem = run_cases(build, folder)
        problem = problem or check_vectors(source) or check_program(pare, folder)
        if problem:
            print(problem)
            return 1
    print("%d values and %d records agree" % (values, PEOPLE))
    return 0


sys.exit(main())
