#!/usr/bin/env python3
"""What a column's name says to the detectors, from the header of an export to what is redacted.

The documents of a corpus that hid SSNs from a tool are run as the exports that they are: a label must be gone from the
output, and where there is none every value must come out as it went in.

    detectors_columns.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.cli_case import SOURCE, CliCase, main  # noqa: E402

DOCUMENTS = SOURCE / ".." / "shared" / "data" / "pii-ferret-score" / "cases.share.jsonl"
POLICY = """pare: 1
dataset: d
recipient: tests
purposes: {{p: {{description: Test, basis: contract}}}}
input: {{{input}}}
fields:
  "*": {{category: user.content, for: p, multiline: true, do: {{redact: {{find: [{find}]}}}}}}
"""

REGIONS = """pare: 1
dataset: d
recipient: tests
purposes: {{p: {{description: Test, basis: contract}}}}
fields:
  note: {{category: user.content, for: p, do: {{redact: {{find: phone, {region}}}}}}}
  country: {{category: user.location, for: p, do: keep}}
"""


class Columns(CliCase):
    def redacted(self, export, find, settings="header: true"):
        self.write("policy.yaml", POLICY.format(find=find, input=settings))
        done = self.pare("run", "-p", "policy.yaml", self.write("in.csv", export))
        self.assert_exit(done, 0)
        return done.stdout

    def test_names_announce(self):
        out = self.redacted("passport_no,dob,note,TrackingNumber\n"
                            "C01X00T47,1985-03-12,C01X00T47 1985-03-12,130-07-5728\n", "passport, birth_date, ssn")
        self.assertEqual(out, "passport_no,dob,note,TrackingNumber\n"
                              "[passport],[birth_date],C01X00T47 1985-03-12,130-07-5728\n")

    def test_names_from_the_policy_announce_too(self):
        out = self.redacted("1,123456789\n2,130-07-5728\n", "ssn, us_passport",
                            'header: false, columns: [passport, "order number"]')
        self.assertEqual(out, "passport,order number\n1,123456789\n2,130-07-5728\n")
        out = self.redacted("1,123456789\n", "us_passport", "header: false, columns: [id, passport]")
        self.assertEqual(out, "id,passport\n1,[us_passport]\n")

    def test_each_column_has_its_own_name(self):
        out = self.redacted("id,passport,other\n111222333,111222334,111222335\n", "us_passport")
        self.assertEqual(out, "id,passport,other\n111222333,[us_passport],111222335\n")

    def test_numbers_are_those_of_the_record_s_country(self):
        export = ("note,country\nid 91234567,Singapore\nid 91234567,Germany\nid 91234567,?\n"
                  "6123456789,TR\n6123456789,USA\n0494949 49,\n")
        self.write("in.csv", export)
        self.write("policy.yaml", REGIONS.format(region="region_field: country, region: DE"))
        done = self.pare("run", "-p", "policy.yaml", "in.csv")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout, "note,country\nid [phone],Singapore\nid 91234567,Germany\nid 91234567,?\n"
                                      "6123456789,TR\n[phone],USA\n[phone],\n")
        for region, code in (("region: Germany", "PR062"), ("region: XX", "PR062"), ('region: ""', "PR0"),
                             ("find: email, region: DE", "PR061")):
            policy = REGIONS.format(region=region)
            self.write("policy.yaml", policy.replace("find: phone, find", "find"))
            done = self.pare("check", "-p", "policy.yaml")
            self.assert_exit(done, 78)
            self.assertIn(f"error[{code}", done.stderr + done.stdout)
        self.write("policy.yaml", REGIONS.format(region="region_field: land"))
        done = self.pare("run", "-p", "policy.yaml", "in.csv")
        self.assert_exit(done, 78)
        self.assertIn("`land`", done.stderr)

    def test_documents(self):
        if not DOCUMENTS.exists():
            self.skipTest("the corpus is not here")
        n_documents = n_labels = n_negatives = 0
        for line in DOCUMENTS.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            text = document["input"]
            table = as_table(text)
            if document["checks"] != ["SSN"] or table is None:
                continue
            header = document["name"] not in ("c44_no_header_bare9", "c45_tsv_no_header", "c49_ssn_in_header_row",
                                              "c41_all_numeric_header")
            names = ", ".join(f"c{chr(97 + i)}" for i in range(len(table[0])))
            settings = ("header: true, " if header else f"header: false, columns: [{names}], ") + f'delimiter: "{delimiter_of(text)}"'
            out = self.redacted(text, "ssn", settings)
            n_documents += 1
            for label in document["labels"]:
                n_labels += 1
                self.assertNotIn(label["value"], out, document["name"])
            if not document["labels"]:
                n_negatives += 1
                self.assertNotIn("[ssn]", out, document["name"])
        print(f"{n_documents} documents as exports: {n_labels} of {n_labels} labels gone, "
              f"{n_negatives} of {n_negatives} without labels as they were")
        self.assertGreater(n_labels, 50)
        self.assertGreater(n_negatives, 5)


def delimiter_of(text):
    counts = {mark: text.split("\n")[0].count(mark) for mark in ",;|\t"}
    best = max(counts, key=counts.get)
    return {"\t": "\\t"}.get(best, best)


def as_table(text):
    """Its rows, if it is an export: two rows at least, of equal length, of two columns at least, and names that differ."""
    delimiter = {"\\t": "\t"}.get(delimiter_of(text), delimiter_of(text))
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter))
    widths = {len(row) for row in rows}
    regular = len(widths) == 1 and len(rows) >= 2 and len(rows[0]) >= 2 and len(set(rows[0])) == len(rows[0])
    quotes = text.replace(delimiter + '"', "").replace('"' + delimiter, "").count('"') % 2 == 0 and "{" not in text
    return rows if regular and quotes else None


main()
