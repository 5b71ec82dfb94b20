#!/usr/bin/env python3
"""Telephone numbers in sentences about people of 26 countries, and the house numbers beside which they must be told.

The people are a published synthetic list (FakeNameGenerator); sentences and house numbers are made here with a fixed seed.
Expressions were written while looking at every other person only; the others say what that is worth.

    detectors_sentences.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import io
import pathlib
import random
import subprocess
import sys
import tempfile

PARE, SOURCE, _ = sys.argv[1:4]
PEOPLE = pathlib.Path(SOURCE, "..", "shared", "data", "exports", "fakenamegenerator", "FakeNameGenerator.com_3000.csv")
POLICY = """pare: 1
dataset: sentences
recipient: tests
purposes: {p: {description: Count what is found, basis: contract}}
fields:
  text: {category: user.content, for: p, multiline: true, do: {redact: {find: [email, phone, card, iban, ip, url, ssn]}}}
"""
SENTENCES = ["my number is {}, thanks", "Contact {} for details.", "I can't reach {} any more"]
ADDRESSES = ["{n} {StreetAddress}\n{City}, {ZipCode}\n{CountryFull}", "Our office is at {n} {StreetAddress} Suite {m}, {City}",
             "{StreetAddress}\n Apt. {m}\n {City}\n {CountryFull} {ZipCode}", "{ZipCode} {City}, {StreetAddress}"]


def redacted(texts):
    with tempfile.TemporaryDirectory() as folder:
        policy, export = pathlib.Path(folder, "policy.yaml"), pathlib.Path(folder, "in.csv")
        policy.write_text(POLICY, encoding="utf-8")
        with export.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["text"], *([text] for text in texts)])
        run = subprocess.run([PARE, "run", "-p", policy, export], capture_output=True, check=False)
        if run.returncode != 0:
            sys.exit(run.stderr.decode("utf-8", "replace"))
        return [row[0] for row in csv.reader(io.StringIO(run.stdout.decode("utf-8"), newline=""))][1:]


def main():
    if not PEOPLE.exists():
        sys.exit(77)
    with PEOPLE.open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))
    chance = random.Random(5)
    texts, wanted, halves = [], [], []
    for number, person in enumerate(people):
        for sentence in SENTENCES:
            texts.append(sentence.format(person["TelephoneNumber"]))
            wanted.append(sentence.format("[phone]"))
        numbers = {"n": chance.randint(1000, 9999) if chance.random() < 0.5 else chance.randint(1, 99999),
                   "m": chance.randint(1, 999)}
        for address in ADDRESSES:
            texts.append(address.format(**person, **numbers))
            wanted.append(None)
        halves += [number % 2] * (len(SENTENCES) + len(ADDRESSES))
    outcome = redacted(texts)
    if len(outcome) != len(texts):
        sys.exit(f"{len(texts)} texts in, {len(outcome)} out")
    failed = False
    for half in (0, 1):
        mine = [(out, want) for out, want, of in zip(outcome, wanted, halves) if of == half]
        labels = [out == want for out, want in mine if want is not None]
        false = sum(out.count("[phone]") for out, want in mine if want is None)
        found = sum(labels)
        recall, precision = found / len(labels), found / (found + false)
        print(f"{'others' if half else 'looked at'}: {len(labels)} numbers, recall {recall:.3f}; {len(mine) - len(labels)} addresses, "
              f"{false} false, precision {precision:.3f}")
        failed = failed or recall < 0.96 or precision < 0.99
    sys.exit(1 if failed else 0)


main()
