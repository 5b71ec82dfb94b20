"""The manifest against what a run really did: digests, figures and names, all counted here a second time.

The export is made here, with the outcome of every record and value known while it is made; the policy is run; what the
manifest says must be what was known. docs/MANIFEST.md lists what always holds.

    manifest.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import collections
import csv
import datetime
import gzip
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PARE = sys.argv[1]

POLICY = """\
pare: 1
dataset: Weekly Recommendations!
recipient: acme-analytics
description: 'Says "hi" to C:\\dir'
input: {nulls: ["", "NULL"]}
purposes:
  recommendations:
    description: Choose products
    basis: consent
    allowed_when: {field: consent, is: ["yes"]}
  measurement:
    description: Count orders
    basis: legitimate_interests
    allowed_when: {field: do_not_sell, is: ["no"]}
retention:
  - {field: last_order, keep: 24 months}
fields:
  customer_id:
    category: user.unique_id
    for: [recommendations, measurement]
    do: {pseudonymize: {domain: customer}}
  birth:
    category: user.demographic.date_of_birth
    for: [measurement]
    do: {generalize: {date: year}}
    as: birth_year
  region: {category: user.contact.address.state, for: [measurement], do: keep}
  notes:
    category: user.content
    for: [recommendations]
    do:
      - redact: {find: [email]}
      - truncate: 500
  email: {do: drop}
unlisted: drop
"""
COLUMNS = ["customer_id", "email", "birth", "region", "notes", "consent", "do_not_sell", "last_order", "inner secret"]
AS_OF = datetime.date(2026, 1, 15)
OLDEST = datetime.date(2024, 1, 15)  # 24 months before


def make_export():
    """Rows, and what must become of them."""
    counts = collections.Counter()
    fields = {name: collections.Counter() for name in ("customer_id", "birth_year", "region", "notes")}
    hits = 0
    rows = []
    for i in range(997):
        consent, do_not_sell = ("yes", "no", "")[i % 3], ("no", "yes", "no", "no", "?")[i % 5]
        last = ["2025-06-01", "2023-12-31", "2024-01-15", "2024-01-14", "not a date", "2026-01-01"][i // 7 % 6]
        birth = ["1984-02-11", "", "soon", "NULL", "1990-12-31"][i % 5 if i % 2 else i // 5 % 5]
        region = ["GB", "", "FR", "NULL"][i // 3 % 4]
        mails = i // 2 % 3
        notes = " ".join(["said hello"] + [f"from p{i}.{k}@mail.example today" for k in range(mails)]) if i % 11 else ""
        rows.append([str(100000 + i), f"person{i}@home.example", birth, region, notes, consent, do_not_sell, last, "zzz"])

        counts["read"] += 1
        allowed = {"recommendations": consent == "yes", "measurement": do_not_sell == "no"}
        try:
            expired = datetime.date.fromisoformat(last) < OLDEST
        except ValueError:
            counts["no_date"] += 1
            continue
        if expired:
            counts["retention"] += 1
            continue
        for purpose in allowed:
            counts["allowed " + purpose] += allowed[purpose]
        if not any(allowed.values()):
            counts["no_purpose"] += 1
            continue
        counts["written"] += 1

        def count(name, value, is_allowed, outcome):
            if not is_allowed:  # the purpose is asked first, whatever the value is
                outcome = "suppressed"
            elif value in ("", "NULL"):
                outcome = "null"
            fields[name][outcome] += 1
            return outcome

        count("customer_id", rows[-1][0], True, "released")
        count("birth_year", birth, allowed["measurement"], "unreadable" if birth == "soon" else "released")
        count("region", region, allowed["measurement"], "released")
        if count("notes", notes, allowed["recommendations"], "released") == "released":
            hits += mails
    return rows, counts, fields, hits


def run(folder, *arguments, policy="policy.yaml", expect=0):
    result = subprocess.run([PARE, "run", "-p", policy, "--key-file", "pare.key", "--as-of", str(AS_OF), *arguments],
                            cwd=folder, capture_output=True, timeout=120, check=False)
    if result.returncode != expect:
        raise AssertionError(f"pare run ended with {result.returncode}, not {expect}: {result.stderr.decode()}")
    return result


class Manifest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.rows, cls.counts, cls.fields, cls.hits = make_export()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(cls.rows[:400])
        (cls.folder / "one.csv").write_text(text.getvalue())
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(cls.rows[400:])
        (cls.folder / "two.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
        (cls.folder / "policy.yaml").write_text(POLICY)
        subprocess.run([PARE, "keygen", cls.folder / "pare.key"], check=True, capture_output=True)
        run(cls.folder, "-o", "out.csv.gz", "one.csv", "two.csv.gz")
        cls.text = (cls.folder / "out.csv.gz.datapackage.json").read_text(encoding="utf-8")
        cls.manifest = json.loads(cls.text, object_pairs_hook=cls.no_duplicates)
        cls.output = (cls.folder / "out.csv.gz").read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @staticmethod
    def no_duplicates(pairs):
        assert len(dict(pairs)) == len(pairs), f"a key stands twice among {[key for key, _ in pairs]}"
        return dict(pairs)

    def test_package(self):
        package = self.manifest
        self.assertEqual(package["$schema"], "https://datapackage.org/profiles/2.0/datapackage.json")
        self.assertEqual(package["name"], "weekly-recommendations")
        self.assertEqual(package["description"], 'Says "hi" to C:\\dir')
        self.assertNotIn("created", package)
        self.assertEqual(list(package), ["$schema", "name", "description", "resources", "pare"])
        self.assertEqual(len(package["resources"]), 1)
        self.assertTrue(self.text.endswith("}\n"))

    def test_resource_is_the_file(self):
        resource = self.manifest["resources"][0]
        self.assertEqual(resource["path"], "out.csv.gz")
        self.assertEqual((resource["format"], resource["mediatype"], resource["encoding"], resource["compression"]),
                         ("csv", "text/csv", "utf-8", "gz"))
        self.assertEqual(resource["bytes"], len(self.output))
        self.assertEqual(resource["hash"], "sha256:" + hashlib.sha256(self.output).hexdigest())
        # as the Data Package profile wants paths and hashes
        self.assertRegex(resource["path"], r"^(?=[^./~])(?!file:)((?!/\.\./)(?!\\)(?!://).)*$")
        self.assertRegex(resource["hash"], r"^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32}|)$")

    def test_dialect_and_schema_read_the_file(self):
        resource = self.manifest["resources"][0]
        dialect = resource["dialect"]
        self.assertEqual((dialect["header"], dialect["lineTerminator"], dialect["doubleQuote"]), (True, "\n", True))
        text = gzip.decompress(self.output).decode(resource["encoding"])
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect["delimiter"],
                               quotechar=dialect["quoteChar"], strict=True))
        names = [field["name"] for field in resource["schema"]["fields"]]
        self.assertEqual(rows[0], names)
        self.assertEqual(names, ["customer_id", "birth_year", "region", "notes"])
        self.assertEqual([field["name"] for field in self.manifest["pare"]["fields"]], names)
        self.assertTrue(all(field["type"] == "string" and field["description"] for field in resource["schema"]["fields"]))
        self.assertEqual(resource["schema"]["missingValues"], [""])
        self.assertEqual(len(rows) - 1, self.manifest["pare"]["counts"]["written"])
        # what is empty in the file is what was withheld or had no value
        for column, field in enumerate(self.manifest["pare"]["fields"]):
            n_filled = sum(row[column] not in ("", "NULL") for row in rows[1:])
            self.assertEqual(n_filled, field["counts"]["released"], field["name"])

    def test_counts_of_records(self):
        expected = {"read": 997, "written": self.counts["written"],
                    "dropped": {reason: self.counts[reason] for reason in ("retention", "no_date", "no_purpose")},
                    "quarantined": 0, "quarantined_by": {}}
        self.assertTrue(all(expected["dropped"].values()) and expected["written"])  # each case did occur
        expected["dropped"]["opted_out"] = 0  # no list of people here: opt_outs.py has some
        self.assertEqual(self.manifest["pare"]["counts"], expected)
        self.assertEqual(expected["read"], expected["written"] + sum(expected["dropped"].values()))

    def test_counts_of_fields(self):
        for field in self.manifest["pare"]["fields"]:
            expected = {key: self.fields[field["name"]][key] for key in ("released", "suppressed", "null", "unreadable")}
            self.assertEqual(field["counts"], expected, field["name"])
            self.assertEqual(sum(expected.values()), self.counts["written"])

    def test_fields_say_what_the_policy_says(self):
        fields = {field["name"]: field for field in self.manifest["pare"]["fields"]}
        self.assertEqual(fields["birth_year"]["source"], "birth")
        self.assertEqual(fields["customer_id"]["category"], "user.unique_id")
        self.assertEqual(fields["customer_id"]["purposes"], ["recommendations", "measurement"])
        self.assertEqual(fields["notes"]["purposes"], ["recommendations"])
        self.assertEqual(fields["notes"]["steps"], ["redact", "truncate"])
        self.assertEqual(fields["region"]["steps"], ["keep"])
        self.assertEqual(fields["notes"]["hits"], {"email": self.hits})
        self.assertGreater(self.hits, 0)
        self.assertTrue(all(field["says"] for field in fields.values()))
        self.assertNotIn("hits", fields["region"])

    def test_purposes(self):
        purposes = self.manifest["pare"]["purposes"]
        self.assertEqual([(p["name"], p["basis"], p["description"]) for p in purposes],
                         [("recommendations", "consent", "Choose products"),
                          ("measurement", "legitimate_interests", "Count orders")])
        for purpose in purposes:
            self.assertLessEqual(purpose["allowed"], self.counts["read"])
            self.assertGreaterEqual(purpose["allowed"], self.counts["allowed " + purpose["name"]])

    def test_inputs_policy_and_key(self):
        section = self.manifest["pare"]
        for entry, (name, kind) in zip(section["inputs"], [("one.csv", "plain"), ("two.csv.gz", "gzip")], strict=True):
            content = (self.folder / name).read_bytes()
            self.assertEqual(entry, {"name": name, "kind": kind, "bytes": len(content),
                                     "sha256": hashlib.sha256(content).hexdigest()})
        self.assertEqual(section["policy"]["sha256"], hashlib.sha256(POLICY.encode()).hexdigest())
        self.assertRegex(section["key_fingerprint"], r"^[0-9a-f]{16}$")
        self.assertEqual(section["as_of"], str(AS_OF))
        self.assertEqual((section["dataset"], section["recipient"]), ("Weekly Recommendations!", "acme-analytics"))

    def test_files_that_the_policy_names(self):
        """Each once, as the policy writes its name, and of a whole path no folder."""
        self.assertEqual(self.manifest["pare"]["files"], [])
        (self.folder / "side").mkdir()
        region = self.folder / "side" / "region.csv.gz"
        region.write_bytes(gzip.compress(b"from,to\r\nGB,Europe\r\nFR,Europe\r\n", mtime=0))
        tree = self.folder / "side" / "tree.csv"
        tree.write_bytes(b"GB,Europe,*\nFR,Europe,*\nUS,America,*\n")
        policy = POLICY.replace("for: [measurement], do: keep}",
                                "for: [measurement], do: {replace: {map_file: side/region.csv.gz}}}\n"
                                f"  customer_no: {{category: user, for: [measurement], do: {{replace: {{map_file: "
                                f"'{region}'}}}}}}\n"
                                "  area: {category: user, for: [measurement], do: {generalize: {hierarchy: {file: "
                                "side/tree.csv, level: 1}}}}\n"
                                "  area2: {category: user, for: [measurement], do: {generalize: {hierarchy: {file: "
                                "side/tree.csv, level: 2}}}}")
        self.assertNotEqual(policy, POLICY)
        (self.folder / "files.yaml").write_text(policy)
        (self.folder / "areas.csv").write_text(
            ",".join(COLUMNS + ["customer_no", "area", "area2"]) + "\n"
            "1,a@b.example,1999-01-01,GB,,yes,no,2025-06-01,,GB,GB,FR\n")
        run(self.folder, "-o", "areas.out.csv", "areas.csv", policy="files.yaml")
        text = (self.folder / "areas.out.csv.datapackage.json").read_text(encoding="utf-8")
        facts = [{"name": name, "use": use, "bytes": path.stat().st_size,
                  "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "entries": entries}
                 for name, use, path, entries in [("side/region.csv.gz", "map_file", region, 2),
                                                  ("region.csv.gz", "map_file", region, 2),
                                                  ("side/tree.csv", "hierarchy", tree, 3)]]
        self.assertEqual(json.loads(text)["pare"]["files"], facts)
        self.assertNotIn(str(self.folder), text)
        self.assertNotIn("America", text)
        with open(self.folder / "areas.out.csv", newline="", encoding="utf-8") as file:
            row, = csv.DictReader(file)
        self.assertEqual([row[name] for name in ("region", "customer_no", "area", "area2")],
                         ["Europe", "Europe", "Europe", "*"])

    def test_withheld_columns_are_named(self):
        self.assertEqual(self.manifest["pare"]["withheld"],
                         {"by_rule": ["email"], "unlisted": ["consent", "do_not_sell", "last_order", "inner secret"]})

    def test_no_value_and_no_claim(self):
        for row in self.rows[:50]:
            for value in (row[0], row[1], row[4]):
                self.assertTrue(value == "" or value not in self.text)
        self.assertNotIn("home.example", self.text)
        self.assertNotIn("zzz", self.text)
        self.assertEqual(self.manifest["pare"]["note"], "minimized and pseudonymized; not anonymous")
        self.assertNotIn(str(self.folder), self.text)

    def test_the_same_run_writes_the_same_manifest(self):
        again = self.folder / "again"
        again.mkdir()
        run(self.folder, "-o", "again/out.csv.gz", "--threads", "1", "one.csv", "two.csv.gz")
        self.assertEqual((again / "out.csv.gz.datapackage.json").read_text(encoding="utf-8"), self.text)

    def test_stamp_plain_file_and_tabs(self):
        (self.folder / "tabs.yaml").write_text(POLICY + "output: {format: tsv}\n")
        run(self.folder, "-o", "out.tsv", "--stamp", "one.csv", policy="tabs.yaml")
        manifest = json.loads((self.folder / "out.tsv.datapackage.json").read_text(encoding="utf-8"))
        resource = manifest["resources"][0]
        self.assertEqual((resource["format"], resource["mediatype"]), ("tsv", "text/tab-separated-values"))
        self.assertNotIn("compression", resource)
        self.assertEqual(resource["dialect"]["delimiter"], "\t")
        created = datetime.datetime.strptime(manifest["created"], "%Y-%m-%dT%H:%M:%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        self.assertLess(abs(now - created), datetime.timedelta(minutes=10))

    def test_a_refused_run_leaves_no_manifest(self):
        (self.folder / "gate.yaml").write_text(POLICY + "gates: {min_records: 100000}\n")
        run(self.folder, "-o", "gated.csv", "one.csv", policy="gate.yaml", expect=1)
        self.assertEqual([p.name for p in self.folder.iterdir() if "gated" in p.name], [])

    def test_standard_output_has_a_manifest_where_it_is_asked_for(self):
        result = run(self.folder, "--manifest", "stdout.json", "one.csv")
        resource = json.loads((self.folder / "stdout.json").read_text(encoding="utf-8"))["resources"][0]
        self.assertEqual(resource["hash"], "sha256:" + hashlib.sha256(result.stdout).hexdigest())
        self.assertTrue(re.fullmatch(r"weekly-recommendations\.csv", resource["path"]))


unittest.main(argv=["manifest"], verbosity=0)
