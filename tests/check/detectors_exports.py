#!/usr/bin/env python3
"""Redact the contact columns of real-looking exports with the shipped detectors: what is left of each value?

Each column holds one kind of thing and nothing else, so what a detector finds whole becomes exactly its label. The
shares are floors that have been reached; what is below 1 is told in the comment beside it.
"""
import csv
import io
import os
import subprocess
import sys
import tempfile

PARE, SOURCE, _ = sys.argv[1:4]
EXPORTS = os.path.join(SOURCE, "..", "shared", "data", "exports")
# file, column, label, share of values that must be found whole
COLUMNS = [
    ("us-500/us-500.csv", "phone1", "phone", 1.0),
    ("us-500/us-500.csv", "phone2", "phone", 1.0),
    ("us-500/us-500.csv", "email", "email", 1.0),
    ("us-500/us-500.csv", "web", "url", 1.0),
    ("datablist/customers-10000.csv", "Email", "email", 1.0),
    ("datablist/customers-10000.csv", "Website", "url", 1.0),
    ("datablist/customers-10000.csv", "Phone 1", "phone", 0.94),  # the rest: 9 bare digits, 10 that begin with 1
    ("fakenamegenerator/FakeNameGenerator.com_3000.csv", "EmailAddress", "email", 1.0),
    ("fakenamegenerator/FakeNameGenerator.com_3000.csv", "TelephoneNumber", "phone", 0.97),  # the rest: 6 digits
    ("fakenamegenerator/FakeNameGenerator.com_3000.csv", "Domain", "url", 1.0),
]
POLICY = """pare: 1
dataset: contacts
recipient: tests
purposes:
  measure: {{description: Count what is found, basis: legitimate_interests, allowed_when: {{field: "{column}", is_not: ["-"]}}}}
fields:
  "{column}":
    category: user.content
    for: [measure]
    do: {{redact: {{find: [email, phone, card, iban, ipv4, ipv6, url, ssn]}}}}
"""


def redacted(path, column, folder):
    """The column's values as pare writes them, in order."""
    policy = os.path.join(folder, "policy.yaml")
    with open(policy, "w", encoding="utf-8") as file:
        file.write(POLICY.format(column=column))
    run = subprocess.run([PARE, "run", "-p", policy, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit(f"{path}, {column}: pare exits with {run.returncode}: {run.stderr.decode('utf-8', 'replace')}")
    rows = list(csv.reader(io.StringIO(run.stdout.decode("utf-8"), newline="")))
    return [row[0] if row else "" for row in rows[1:]]


def main():
    seen, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, column, label, floor in COLUMNS:
            path = os.path.join(EXPORTS, name)
            if not os.path.exists(path):
                continue
            seen += 1
            with open(path, encoding="utf-8-sig", newline="") as file:
                values = [row[column] for row in csv.DictReader(file) if row[column]]  # an empty value permits nothing
            outcome = redacted(path, column, folder)
            if len(outcome) != len(values):
                sys.exit(f"{name}, {column}: {len(values)} values in, {len(outcome)} out")
            share = sum(out == f"[{label}]" for out in outcome) / len(outcome)
            print(f"{name}, {column}: {share:.4f} of {len(outcome)} are [{label}], floor {floor}")
            failed += share < floor
    if seen == 0:
        sys.exit(77)
    sys.exit(1 if failed else 0)


main()
