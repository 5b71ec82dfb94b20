"""`pare verify -p`: what stands in a dataset that its policy forbids is found and counted, and never printed.

Datasets are damaged here, under a manifest that fits them again, so that only the values can tell. Encodings and digests are
those of Python's standard library.

    verify_values.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import base64
import csv
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PARE = sys.argv[1]
POLICY = """\
pare: 1
dataset: verify-values
recipient: nobody
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
fields:
  id: {category: user.unique_id, for: [counting], do: {pseudonymize: {domain: id}}}
  city: {category: user.contact.address.city, for: [counting], do: keep}
  plan: {category: user.content, for: [counting], do: keep, because: these are invented}
  notes: {category: user.content, for: [counting], do: {redact: {find: [email]}}}
  email: {do: drop}
unlisted: drop
"""
NAMES = ["Zanzibar Quillfeather", "Umbriel O'Hanrahan", "Æthelred Øksendal", "Bo"]


def record(i):
    return {"id": f"C-{i:09}", "city": ["Leeds", "Malmö", "Porto"][i % 3], "plan": ["silver", "golden"][i % 2],
            "notes": f"said hello {i % 7} times, see quill{i}@feather.example", "email": f" Quill{i}@Feather.example",
            "name": NAMES[i % 4] + (f" {i}" if i % 4 < 3 else ""), "use": "yes"}


class VerifyValues(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "policy.yaml").write_text(POLICY)
        self.pare("keygen", "-q", "key", expect=0)
        self.records = [record(i) for i in range(60)]
        self.deliver()

    def tearDown(self):
        self.temporary.cleanup()

    def pare(self, *arguments, expect):
        done = subprocess.run([PARE, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, expect, (arguments, done.stdout, done.stderr))
        for word in ("quill", "zanzibar", "hanrahan", "feather"):
            self.assertNotIn(word, (done.stdout + done.stderr).lower())
        return done

    def deliver(self):
        with (self.folder / "in.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(self.records[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.records)
        self.pare("run", "-q", "-p", "policy.yaml", "--key-file", "key", "-o", "out.csv", "in.csv", expect=0)
        with (self.folder / "out.csv").open(newline="") as file:
            self.rows = list(csv.DictReader(file))

    def rewrite(self):
        """The rows, under a manifest that fits."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        data = text.getvalue().encode()
        (self.folder / "out.csv").write_bytes(data)
        path = self.folder / "out.csv.datapackage.json"
        package = json.loads(path.read_text())
        package["resources"][0].update(bytes=len(data), hash="sha256:" + hashlib.sha256(data).hexdigest())
        path.write_text(json.dumps(package))

    def verify(self, *arguments, expect):
        return self.pare("verify", "-p", "policy.yaml", *arguments, "out.csv", expect=expect).stdout

    def compare(self, expect, original="in.csv"):
        return self.verify("--find", "email", "--original", original, expect=expect)

    def plant(self, column, text, form="as it is", source="name"):
        kept = self.rows[7][column]
        self.rows[7][column] = text
        self.rewrite()
        said = self.compare(expect=1)
        self.assertIn(f"column `{column}`: values withheld in `{source}`, {form}: 1 found\n", said)
        self.rows[7][column] = kept

    def test_nothing_found(self):
        self.assertIn("nothing found in 2 columns", self.verify(expect=0))
        self.assertIn("no value that was withheld", self.compare(expect=0))
        (self.folder / "in.csv.gz").write_bytes(gzip.compress((self.folder / "in.csv").read_bytes()))
        self.assertIn("not among the inputs", self.compare(expect=1, original="in.csv.gz"))

    def test_detectors(self):
        self.rows[3]["city"] = "write to bo@nowhere.example"
        self.rows[5]["city"] = "card 4111 1111 1111 1111"
        self.rows[9]["notes"] = "bo@nowhere.example"  # a column that is redacted is not looked through
        self.rewrite()
        said = self.verify(expect=1)
        self.assertIn("column `city`: email: 1 found\n", said)
        self.assertIn("column `city`: card: 1 found\n", said)
        self.assertNotIn("nowhere", said)
        self.assertNotIn("4111", said)
        self.assertNotIn("notes", said)
        self.assertNotIn("card", self.verify("--find", "email", expect=1))
        self.rows[3]["city"] = "bo&#64;nowhere.exam\u200bple"  # disguises are seen through
        self.rows[5]["city"] = "card " + "".join(chr(ord(c) + 0xFEE0) for c in "4111111111111111")
        self.rewrite()
        said = self.verify("--find", "email,card", expect=1)
        self.assertIn("column `city`: email: 1 found\n", said)
        self.assertIn("column `city`: card: 1 found\n", said)
        found = json.loads(self.verify("--find", "email", "--format", "json", expect=1))
        self.assertEqual((found["good"], len(found["findings"])), (False, 1))
        self.verify("--find", "date_of_birth_or_so", expect=78)
        self.verify("--find", "email,", expect=78)

    def test_planted_values(self):
        name = self.records[4]["name"]
        for text in (name, name.lower(), f"  {name.upper()}!", f"he is {name}, they say", f"<{name}>"):
            self.plant("city", text)
            self.plant("notes", text)
            self.plant("id", text)
        self.plant("plan", self.records[2]["name"])  # not ASCII

    def test_planted_forms(self):
        for value, source in ((self.records[1]["name"], "name"), (self.records[2]["name"], "name"),
                              (self.records[5]["email"], "email"), (self.records[9]["id"], "id")):
            for text in {value, value.strip(), value.strip().lower()}:
                data = text.encode()
                if not data.isascii() and text != value:
                    continue  # only ASCII letters are put in lower case
                for planted, form in ((base64.b64encode(data), "base64"), (base64.urlsafe_b64encode(data), "base64"),
                                      (data.hex(), "hex"), (data.hex().upper(), "hex"),
                                      (hashlib.md5(data).hexdigest(), "MD5"), (hashlib.sha1(data).hexdigest(), "SHA-1"),
                                      (hashlib.sha256(data).hexdigest().upper(), "SHA-256")):
                    planted = planted.decode() if isinstance(planted, bytes) else planted
                    self.plant("plan", planted, form, source)
                    self.plant("notes", f"x={planted};", form, source)
        self.plant("notes", urllib.parse.quote(self.records[1]["name"]), "percent-encoded")
        self.plant("notes", urllib.parse.quote(self.records[5]["email"].strip()).lower(), "percent-encoded", "email")

    def test_what_is_no_evidence(self):
        self.rows[7]["notes"] = "Bo"  # shorter than 6 characters
        self.rewrite()
        self.compare(expect=0)

    def test_coincidence(self):
        """A value that another record releases whole is explained; one that only its own record releases is not."""
        self.records[3]["name"] = "silver"
        self.deliver()
        self.compare(expect=0)
        self.records[3]["city"] = self.records[3]["name"] = "Llanfairpwll"
        self.deliver()
        self.assertIn("column `city`: values withheld in `name`, as it is: 1 found", self.compare(expect=1))

    def test_long_values(self):
        words = " ".join(f"word{i}" for i in range(30))
        self.records[3]["name"] = words
        self.deliver()
        self.compare(expect=0)
        self.plant("notes", "so: " + words)
        self.plant("notes", "so: " + " ".join(words.split()[:9]))

    def test_other_policy(self):
        (self.folder / "policy.yaml").write_text(POLICY + "# another\n")
        self.assertIn("another policy", self.verify(expect=1))

    def test_usage(self):
        self.pare("verify", "--find", "email", "out.csv", expect=2)
        self.pare("verify", "--original", "in.csv", "out.csv", expect=2)
        self.verify("--original", "-", expect=2)
        self.verify("--original", "nowhere.csv", expect=66)
        (self.folder / "in.csv").write_text("id,city\n1,x\n")
        self.verify("--original", "in.csv", expect=78)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
