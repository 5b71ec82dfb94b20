"""Every token of docs/TOKENS.md must come out of the program itself: policy, key file and CSV in, token out.

Where token_vectors.py recomputes the page from the standards, this holds `pare run` against the page.

usage: token_program.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import io
import os
import subprocess
import sys
import tempfile

import token_vectors

POLICY = """pare: 1
dataset: vectors
recipient: {recipient}
purposes:
  vectors: {{description: Compare tokens with the page, basis: legitimate_interests}}
fields:
  value:
    category: user.unique_id
    for: [vectors]
    do: {{pseudonymize: {{domain: {domain}, bits: {bits}, encoding: {encoding}, prefix: "{prefix}", {more}}}}}
"""


def more_of(row):
    rotate = {0: "never", 4: "yearly", 7: "monthly"}[len(row["epoch"])]
    return f"rotate: {rotate}, normalize: [{row['normalize']}]" if row["normalize"] else f"rotate: {rotate}"


def as_of(row):
    """The first day of the epoch; any day where there is none."""
    return {0: "2030-05-05", 4: row["epoch"] + "-01-01", 7: row["epoch"] + "-01"}[len(row["epoch"])]


def run(program, folder, row, key):
    policy, key_file = os.path.join(folder, "policy.yaml"), os.path.join(folder, "key")
    with open(policy, "w", encoding="utf-8") as out:
        out.write(POLICY.format(more=more_of(row), **row))
    with open(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(key)
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["value"], [row["value"]]])
    command = [program, "run", "-p", policy, "--key-file", key_file, "--as-of", as_of(row), "--quiet"]
    result = subprocess.run(command, input=text.getvalue().encode("utf-8"), capture_output=True, check=False)
    if result.returncode != 0:
        return f"exit {result.returncode}: {result.stderr.decode('utf-8', 'replace')}"
    rows = list(csv.reader(io.StringIO(result.stdout.decode("utf-8"))))
    return rows[1][0] if len(rows) == 2 and rows[0] == ["value"] and len(rows[1]) == 1 else f"wrote {rows}"


def main():
    with open(os.path.join(sys.argv[2], "docs", "TOKENS.md"), encoding="utf-8") as page:
        rows = [row for _, found in token_vectors.tables(page.read().splitlines()) for row in found]
    keys = {row["key"]: bytes.fromhex(row["key bytes"]) for row in rows if "key bytes" in row}
    tokens = [row for row in rows if "token" in row]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in tokens:
            got = run(sys.argv[1], folder, row, keys[row["key"]])
            if got != row["token"]:
                wrong += 1
                print(f"value {row['value']!r}: the page has {row['token']}, pare has {got}")
    print(f"{len(tokens) - wrong} of {len(tokens)} tokens are as the page has them")
    return 0 if tokens and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
