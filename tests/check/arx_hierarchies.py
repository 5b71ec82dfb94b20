"""Generalizes ARX's own example data by ARX's own hierarchy files, at every level, and reads the same files by hand.

Each table of ../shared/data/risk/arx is run once for each level, with every column that has a hierarchy of that depth; what
comes out must be what the hierarchy's line says, or nothing where there is no such line (test_dirty.csv has one).

    python3 arx_hierarchies.py PARE SOURCE_DIR BUILD_DIR
"""

import csv
import os
import subprocess
import sys
import tempfile

TABLES = (("adult.csv", "adult"), ("../../exports/adult/adult.csv", "adult"), ("test2.csv", "test2"),
          ("test.csv", "test"), ("test_dirty.csv", "test"))


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [line.split(";") for line in file.read().replace("\r\n", "\n").split("\n") if line]


def run(pare, folder, table, hierarchies, level):
    """What `pare run` makes of the table: its header, and its records."""
    policy, made = os.path.join(folder, "policy.yaml"), os.path.join(folder, "out.csv")
    with open(policy, "w", encoding="utf-8") as file:
        file.write("pare: 1\ndataset: arx\nrecipient: tests\npurposes: {check: {basis: contract}}\nfields:\n")
        for column, path in hierarchies.items():
            file.write("  %s: {category: user.demographic, for: check, do: {generalize: {hierarchy: {file: '%s', level: %d}}}}\n"
                       % (column, path, level))
    done = subprocess.run([pare, "run", "-q", "-p", policy, "-o", made, table], capture_output=True, text=True, check=False)
    if done.returncode:
        return None, done.stderr
    with open(made, encoding="utf-8", newline="") as file:
        records = list(csv.reader(file, delimiter=";"))
    return records[0], records[1:]


def check(pare, folder, data, name, prefix):
    """How many values agree. Raises ValueError where one does not."""
    records = read(os.path.join(data, name))
    header, records, agreed, missing = records[0], records[1:], 0, 0
    lines = {}
    for column in header:
        path = os.path.join(data, "%s_hierarchy_%s.csv" % (prefix, column))
        if os.path.exists(path):
            lines[column] = (path, {line[0]: line for line in read(path)})
    deepest = max(len(next(iter(table.values()))) - 1 for _, table in lines.values())
    for level in range(1, deepest + 1):
        chosen = {c: p for c, (p, table) in lines.items() if len(next(iter(table.values()))) > level}
        columns, found = run(pare, folder, os.path.join(data, name), chosen, level)
        if columns != [c for c in header if c in chosen] or len(found) != len(records):
            raise ValueError("%s, level %d: %s" % (name, level, found if columns is None else columns))
        for given, out in zip(records, found):
            for column, value in zip(columns, out):
                line = lines[column][1].get(given[header.index(column)])
                expected = "" if line is None else line[level]
                missing += line is None
                if value != expected:
                    raise ValueError("%s, level %d, %s: %r instead of %r" % (name, level, column, value, expected))
                agreed += 1
    if (missing > 0) != (name == "test_dirty.csv"):
        raise ValueError("%s: %d values without a line" % (name, missing))
    return agreed


def main():
    pare, source = sys.argv[1], sys.argv[2]
    data = os.path.abspath(os.path.join(source, "..", "shared", "data", "risk", "arx"))
    if not os.path.isdir(data):
        print("skipped: there is no", data)
        return 77
    agreed = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name, prefix in TABLES:
                agreed += check(pare, folder, data, name, prefix)
        except ValueError as problem:
            print(problem)
            return 1
    print("%d values agree" % agreed)
    return 0


sys.exit(main())
