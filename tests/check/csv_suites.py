"""The record reader against other parsers' conformance suites.

Each case passes, or stands in the table of docs/CSV.md with its reason. A difference that is not listed fails, and so does
a listed one that is none, or whose reason does not hold: reasons are checked against what the reader said or what the
case asks for.

Usage: csv_suites.py PARE SOURCE_DIR BUILD_DIR [--list]
"""
import json
import os
import re
import subprocess
import sys

source, build = sys.argv[2], sys.argv[3]
data = os.path.join(source, "..", "shared", "data")
dump = os.environ.get("PARE_RECORD_DUMP") or os.path.join(build, "tests", "unit_record_dump")

# What pare's error says where the reason is a rule of strict reading; None: decided by the case itself.
REASONS = {
    "ragged": r"^record has \d+ fields?, the header has",
    "blank": r"blank line: record has 1 field",
    "quote": r"quote inside an unquoted field|text behind a closing quote|never closed",
    "cr": r"carriage return without a line feed",
    "encoding": r"invalid UTF-8",
    "empty": r"there is no header",
    "final": None,   # the suite counts an empty record behind the last line end
    "crlf": None,    # the suite rewrites CRLF inside quotes
    "option": None,  # the case asks for something that pare does not do
    "column": None,  # a blank line in a file of one column is a record
    "rename": None,  # the suite gives header names that stand twice new ones
    "tsv": None,     # the suite's TSV has no quotes: here they mean what they mean in CSV
}

# Options of the suites that leave the text's meaning alone, or that the dump is told.
HARMLESS = {"header", "delimiter", "newline", "fastMode", "opt_Comma", "opt_ReuseRecord", "opt_UseFieldsPerRecord"}


def read(text, delimiter):
    """(records, error) as pare reads them."""
    result = subprocess.run([dump, "dump", delimiter, "strict"], input=text, capture_output=True, check=True)
    records = [json.loads(line) for line in result.stdout.decode("utf-8").splitlines()]
    if records and isinstance(records[-1], dict):
        return records[:-1], records[-1]["error"]
    return records, None


def one_byte(delimiter):
    return isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n'


def papaparse(name):
    with open(os.path.join(data, "csv-papaparse", name + ".jsonl"), encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            config = case.get("config") or {}
            delimiter = config.get("delimiter", "")
            options = set(config)
            if delimiter != "" and not one_byte(delimiter):
                options.add("delimiter of several characters")
                delimiter = ","
            if not isinstance(case["input"], str):
                continue  # a function: nothing to read
            if name == "core" and delimiter == "":
                delimiter = ","  # the core parser does not guess
            yield {"suite": "papaparse " + name, "name": case["description"], "text": case["input"].encode("utf-8"),
                   "delimiter": delimiter, "expected": case["expected"]["data"], "options": options,
                   "wants_error": False,
                   "header": name == "parse" and config.get("header") is True}


def go():
    with open(os.path.join(data, "csv-go", "read.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            options = {key for key in case if key.startswith("opt_")}
            if case.get("opt_FieldsPerRecord") in (0, "0"):
                options.discard("opt_FieldsPerRecord")  # as the first record has: what pare does
            delimiter = case.get("opt_Comma", ",")
            if not one_byte(delimiter):
                options.add("delimiter beyond ASCII")
                delimiter = ","
            yield {"suite": "go", "name": case["name"], "text": bytes.fromhex(case["input_hex"]),
                   "delimiter": delimiter, "expected": case["expected"], "options": options,
                   "wants_error": bool(case.get("errors")), "header": False}


def spectrum():
    folder = os.path.join(data, "csv-spectrum")
    for file in sorted(os.listdir(os.path.join(folder, "csvs"))):
        name = file[:-4]
        with open(os.path.join(folder, "csvs", file), "rb") as text, \
                open(os.path.join(folder, "json", name + ".json"), "rb") as expected:
            yield {"suite": "spectrum", "name": name, "text": text.read(), "delimiter": ",",
                   "expected": json.loads(expected.read().decode("utf-8", "replace")), "options": set(),
                   "wants_error": False, "header": True}


def commons_tests(folder):
    """CSVFileParser/test*.txt: N:[fields joined by ', '], as toString() of the record shows them."""
    for file in sorted(os.listdir(folder)):
        if not re.fullmatch(r"test.*\.txt", file):
            continue
        with open(os.path.join(folder, file), encoding="utf-8") as lines:
            first, _, *rest = lines.read().split("\n")
        words = first.split()
        shown = [line for line in rest if re.match(r"\d+:\[", line)]
        with open(os.path.join(folder, words[0]), "rb") as text:
            yield {"suite": "commons-csv", "name": file, "text": text.read(), "delimiter": ",", "shown": shown,
                   "expected": None, "options": set(words[1:]), "wants_error": False, "header": False}


def commons():
    """Resources of single tests: what they hold is spelled out here, from the files' text."""
    folder = os.path.join(data, "csv-commons-csv")
    yield from commons_tests(os.path.join(folder, "CSVFileParser"))
    plain = {  # file: (delimiter, expected records or None: as splitting lines and delimiters gives, no quotes in it)
        "CSVFileParser/bom.csv": (",", None),
        "CSV-196/emoji.csv": (",", None),
        "CSV-196/japanese.csv": (",", None),
        "CSV-213/999751170.patch.csv": (";", [["CHANELID", "ADDRESS"], ["27", ""]]),
        "CSV-254/csv-254.csv": (",", [["AA", "33", ""], ["AA", "", ""], ["", "33", "CC"]]),
        "CSV-259/sample.txt": (",", None),
        "CSV-290/psql.csv": (",", [["1", "abc", "test line 1\ntest line 2", "", ""],
                                   ["2", "xyz", "\\b:\b \\t:\t \\n:\n \\r:\r", "a", "b"],
                                   ["3", "a", "b,c,d", '"quoted"', "e"]]),
        "CSV-290/psql.tsv": ("\t", None),
        "CSV-141/csv-141.csv": (",", []),
        "csv-167/sample1.csv": (",", []),
        "empty.txt": (",", []),
    }
    for file, (delimiter, expected) in plain.items():
        with open(os.path.join(folder, file), "rb") as stored:
            text = stored.read()
        if expected is None:
            lines = text.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n").split("\n")
            expected = [line.split(delimiter) for line in lines]
        yield {"suite": "commons-csv", "name": file, "text": text, "delimiter": delimiter, "expected": expected,
               "options": set(), "wants_error": False, "header": False}


def univocity():
    with open(os.path.join(data, "csv-univocity-correctness", "correctness.csv"), "rb") as stored:
        text = stored.read()
    # its README: a header and 5 records of 5 fields, one with a line end inside
    yield {"suite": "univocity", "name": "correctness.csv", "text": text, "delimiter": ",", "shape": (6, 5),
           "expected": None, "options": set(), "wants_error": False, "header": False}


def same(case, records, error):
    if case["wants_error"]:
        return error is not None
    if error is not None:
        return False
    if "shape" in case:
        count, width = case["shape"]
        return len(records) == count and all(len(r) == width for r in records) and \
            any("\n" in field for r in records for field in r)
    if "shown" in case:
        return [f"{len(r)}:[{', '.join(r)}]" for r in records] == case["shown"]
    if case["header"]:
        return [dict(zip(records[0], r)) for r in records[1:]] == case["expected"]
    return records == case["expected"]


def holds(case, reason, records, error):
    """Whether the reason given for a difference is the reason."""
    pattern = REASONS[reason]
    expected = case["expected"]
    if pattern is not None:
        return error is not None and re.search(pattern, error) is not None
    if reason == "option":
        return bool(case["options"] - HARMLESS) or not one_byte(case["delimiter"] or ",")
    if reason == "final":
        return error is None and bool(expected) and expected[-1] in ([""], {}) and expected[:-1] == records
    if reason == "column":
        return error is None and all(len(r) == 1 for r in records) and [""] in records
    if reason == "rename":
        return error is None and len(set(records[0])) < len(records[0]) and records[1:] == expected[1:]
    if reason == "tsv":
        return case["delimiter"] == "\t" and error is None and [[f.strip('"') for f in r] for r in expected] == records
    if reason == "crlf":
        return error is None and case["suite"] == "go" and not case["wants_error"] and [[f.replace("\r\n", "\n") for f in r] for r in records] == expected
    return False


def listed():
    """{(suite, case): reason} from the table in docs/CSV.md; texts are JSON strings there."""
    rows = {}
    with open(os.path.join(source, "docs", "CSV.md"), encoding="utf-8") as page:
        for line in page:
            match = re.fullmatch(r"\| (papaparse core|papaparse parse|go|spectrum|commons-csv|univocity) \| `(.*)` \| (\w+) \|\n", line)
            if match:
                key = (match[1], match[2])
                if key in rows:
                    sys.exit(f"docs/CSV.md lists {key} twice")
                rows[key] = match[3]
    return rows


def main():
    if not os.path.isdir(data) or not os.path.exists(dump):
        print("skipped: the suites' data or the dump helper is not here")
        return 77
    known = {} if "--list" in sys.argv else listed()
    seen, failures, passed, cases = set(), [], 0, 0
    names = {}
    for case in [*spectrum(), *papaparse("core"), *papaparse("parse"), *go(), *commons(), *univocity()]:
        cases += 1
        name = re.sub(r"[`|]", "", case["name"]).strip()
        names[case["suite"], name] = names.get((case["suite"], name), 0) + 1
        if names[case["suite"], name] > 1:
            name += f" #{names[case['suite'], name]}"
        key = (case["suite"], name)
        records, error = read(case["text"], case["delimiter"])
        agrees = same(case, records, error)
        if "--list" in sys.argv:
            if not agrees:
                fits = [reason for reason in ["option", *REASONS] if holds(case, reason, records, error)]
                print(f"| {key[0]} | `{key[1]}` | {fits[0] if fits else '?'} |")
                if not fits:
                    print("   ", case["text"][:200], case["expected"], records, error, case["options"], file=sys.stderr)
            continue
        if agrees:
            passed += 1
            if key in known:
                failures.append(f"{key}: listed as a difference, but it is none")
        elif key not in known:
            failures.append(f"{key}: differs and is not listed: {error or records}")
        elif known[key] not in REASONS or not holds(case, known[key], records, error):
            failures.append(f"{key}: its reason '{known[key]}' does not hold: {error or records}")
        seen.add(key)
    if "--list" in sys.argv:
        return 0
    failures += [f"{key}: listed, but there is no such case" for key in known if key not in seen]
    for failure in failures:
        print(failure)
    print(f"{cases} cases: {passed} agree, {len(known)} differ as documented, {len(failures)} wrong")
    return 1 if failures else 0


sys.exit(main())
