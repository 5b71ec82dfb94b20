"""The README's example: the export is what its generator makes, and the dataset is what Python makes of it."""
import csv
import datetime
import gzip
import importlib.util
import io
import json
import re
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))

from cli_case import KEY, SOURCE, CliCase, main, token

EXPORT = SOURCE / "fixtures" / "crm-export.csv.gz"
POLICY = SOURCE / "fixtures" / "crm-policy.yaml"
AS_OF = datetime.date(2026, 6, 30)
OLDEST = datetime.date(2024, 6, 30)  # AS_OF minus 24 months


def expected_row(row):
    """By the policy's intent; None: the record is dropped. Notes are judged apart."""
    try:
        last_order = datetime.date.fromisoformat(row["last_order_at"])
    except ValueError:
        return None
    recommend = row["marketing_consent"] == "yes"
    measure = row["do_not_sell"] in ("no", "")
    if last_order < OLDEST or not (recommend or measure):
        return None
    signup = row["signup_ts"]
    return {
        "customer_id": token(KEY, "acme-analytics", "customer", row["customer_id"]),
        "birth_decade": row["birth_date"][:3] + "0s" if recommend else "",
        "region": row["postal_code"][:2] if measure else "",
        "country": row["country"],
        "signup_quarter": f"{signup[:4]}-Q{(int(signup[5:7]) + 2) // 3}" if measure else "",
        "last_order_month": row["last_order_at"][:7],
        "loyalty_tier": row["loyalty_tier"],
        "lifetime_value": str(int(float(row["lifetime_value"])) // 50 * 50) if recommend else "",
        "interests": row["interests"] if recommend else "",
    }


class Demo(CliCase):
    def test_fixture_is_reproducible(self):
        spec = importlib.util.spec_from_file_location("make_fixtures", SOURCE / "fixtures" / "make_fixtures.py")
        make_fixtures = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(make_fixtures)
        self.assertEqual(gzip.decompress(EXPORT.read_bytes()), make_fixtures.export())

    def test_policy_is_clean(self):
        done = self.pare("check", "-p", POLICY, "--deny-warnings")
        self.assert_exit(done, 0)
        self.assertIn("2 of 2 tests passed", done.stdout)

    def test_dataset(self):
        self.write("k.key", KEY)
        done = self.pare("run", "-p", POLICY, "--key-file", "k.key", "--as-of", AS_OF, "-o", "out.csv.gz", EXPORT)
        self.assert_exit(done, 0)
        rows = list(csv.DictReader(io.StringIO(gzip.decompress(EXPORT.read_bytes()).decode(), newline="")))
        made = gzip.decompress((self.folder / "out.csv.gz").read_bytes()).decode()
        got = list(csv.DictReader(io.StringIO(made, newline="")))
        wanted = [(row, expected_row(row)) for row in rows]
        wanted = [(row, want) for row, want in wanted if want is not None]
        self.assertGreater(len(wanted), 300)
        self.assertEqual(len(got), len(wanted))
        for (row, want), have in zip(wanted, got):
            notes = have.pop("notes")
            self.assertEqual(have, want)
            if row["marketing_consent"] != "yes":
                self.assertEqual(notes, "")
            elif not re.search(r"@|900|555|\d{4}|GB\d\d|https?:|\d+\.\d+\.\d+", row["notes"]):
                self.assertEqual(notes, row["notes"])
            self.assertIsNone(re.search(r"@|7700 900|555-01|4111|5555|3782|GB\d\dWEST|192\.0\.2\.|crm\.example", notes), notes)
        manifest = json.loads((self.folder / "out.csv.gz.datapackage.json").read_text())
        self.assertEqual(manifest["pare"]["counts"]["read"], len(rows))
        self.assertEqual(manifest["pare"]["counts"]["written"], len(got))
        everything = json.dumps(manifest) + done.stderr
        for row in rows:
            for column in ("email", "phone", "street", "customer_id"):
                self.assertNotIn(row[column], everything)


main()
