"""Tokens that can be reversed: against docs/TOKENS.md and Python's own ciphers, back through `pare reveal`, and what
`reveal` asks for, refuses and leaves behind.

    reveal.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import hashlib
import io
import json
import os
import pathlib
import random
import re
import stat
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "check"))

import pseudonyms
import token_vectors
from cli_case import KEY, SOURCE, CliCase, fingerprint, main

POLICY = """\
pare: 1
dataset: small
recipient: {recipient}
purposes: {{counting: {{description: Count, basis: contract}}}}
fields:
{fields}
"""
FIELD = "  {name}: {{category: user.unique_id, for: [counting], optional: true, do: {{pseudonymize: {{{params}}}}}}}\n"


def policy(recipient="tester", **fields):
    return POLICY.format(recipient=recipient, fields="".join(FIELD.format(name=n, params=p) for n, p in fields.items()))


def page_rows():
    text = (SOURCE / "docs" / "TOKENS.md").read_text(encoding="utf-8")
    rows = [row for _, found in token_vectors.tables(text.splitlines()) for row in found]
    keys = {row["key"]: bytes.fromhex(row["key bytes"]) for row in rows if "key bytes" in row}
    return keys, [row for row in rows if "pseudonym" in row]


def csv_text(rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


class Reveal(CliCase):
    def setUp(self):
        super().setUp()
        self.write("key", KEY)
        self.write("p.yaml", policy(id="method: ff1, domain: customer", note="method: siv", one_way="domain: x"))

    def tokens(self, values, name="id", policy_file="p.yaml", *more):
        done = self.pare("run", "-p", policy_file, "--key-file", "key", "--quiet", *more,
                         stdin=csv_text([[name], *([v] for v in values)]))
        self.assert_exit(done, 0)
        rows = list(csv.reader(io.StringIO(done.stdout)))
        self.assertEqual(rows[0], [name])
        return [row[0] if row else "" for row in rows[1:]]

    def reveal(self, *more, stdin=b"", field="id", audit="audit.log", because="request 4711", policy_file="p.yaml"):
        return self.pare("reveal", "-p", policy_file, "--key-file", "key", "--field", field, "--because", because,
                         "--audit", audit, *more, stdin=stdin)

    def audit_lines(self, name="audit.log"):
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    # ---- tokens ----

    def test_the_page(self):
        keys, rows = page_rows()
        self.assertGreaterEqual(len(rows), 20)
        for row in rows:
            with self.subTest(row["value"], method=row["method"]):
                rotate = {0: "never", 4: "yearly", 7: "monthly"}[len(row["epoch"])]
                params = [f"method: {row['method']}", f"domain: {row['domain']}", f"rotate: {rotate}", row["more"],
                          f"normalize: [{row['normalize']}]" if row["normalize"] else ""]
                day = {0: "2030-05-05", 4: row["epoch"] + "-07-01", 7: row["epoch"] + "-30"}[len(row["epoch"])]
                self.write("page.yaml", policy(row["recipient"], value=", ".join(filter(None, params))))
                self.write("key", keys[row["key"]])
                self.assertEqual(self.tokens([row["value"]], "value", "page.yaml", "--as-of", day), [row["pseudonym"]])
                done = self.reveal("--as-of", day, stdin=row["pseudonym"].encode(), field="value", policy_file="page.yaml")
                self.assert_exit(done, 0)
                expected = token_vectors.normalize(row)
                if row["method"] == "ip":  # one spelling of an address
                    expected = {"2001:DB8:0:0:1::": "2001:db8:0:0:1::"}.get(expected, expected)
                self.assertEqual(done.stdout, expected + "\n")

    def test_random_values_against_python(self):
        draw = random.Random(20261123)
        segments = "(?P<keep_a>[a-z]{2})?[0-9]+(?P<keep_z>x*)"
        cases = {
            "digits": ({}, "0123456789 -", 14),
            "alnum": ({"alphabet": "alnum"}, pseudonyms.ALPHABETS["alnum"] + ". ", 9),
            "base62": ({"alphabet": "base62"}, pseudonyms.ALPHABETS["base62"] + "_", 11),
            "own": ({"alphabet": "äöüß0123abcd"}, "äöüß0123abcdxyz", 12),
            "segments": ({"segments": segments}, None, 0),
            "luhn": ({"check_digit": "luhn"}, "0123456789 ", 12),
        }
        for name, (more, characters, length) in cases.items():
            key = token_vectors.working_key(KEY, ("ff1", "tester", "customer", ""), 32)
            values = ["".join(draw.choice(characters) for _ in range(length)) for _ in range(12)] if characters else [
                draw.choice(["", "ab", "zz"]) + str(draw.randrange(10 ** 9)) + "x" * draw.randrange(3) for _ in range(12)]
            if name == "luhn":  # all but the first two are valid
                values[2:] = [next(v for v in (value + str(d) for d in range(10)) if pseudonyms.luhn(v))
                              for value in values[2:]]
            params = ", ".join(f"{k}: '{v}'" for k, v in {"method": "ff1", "domain": "customer", **more}.items())
            self.write("own.yaml", policy(id=params))
            expected = [pseudonyms.ff1_pseudonym(key, "customer", value, **more) or "" for value in values]
            with self.subTest(name):
                self.assertTrue(any(expected))
                self.assertEqual(self.tokens(values, policy_file="own.yaml"), expected)
                done = self.reveal(stdin="\n".join(expected).encode() + b"\n", policy_file="own.yaml")
                self.assert_exit(done, 0)
                self.assertEqual(done.stdout.split("\n")[:-1], [v if t else "" for v, t in zip(values, expected)])

    def test_unfit(self):
        short = ["12345", "1", "abc", "999-99"]
        self.assertEqual(self.tokens(short), ["", "", "", ""])
        self.write("fail.yaml", policy(id="method: ff1, unfit: fail"))
        done = self.pare("run", "-p", "fail.yaml", "--key-file", "key", stdin=b"id\n1234567\n12345\n")
        self.assert_exit(done, 65)
        self.assertNotIn("12345", done.stderr)
        self.write("hmac.yaml", policy(id="method: ff1, unfit: hmac, domain: d", other="domain: d"))
        done = self.pare("run", "-p", "hmac.yaml", "--key-file", "key", "--quiet", stdin=b"id,other\n12345,12345\n")
        self.assert_exit(done, 0)
        row = done.stdout.splitlines()[1].split(",")
        self.assertEqual(row[0], row[1])  # the token of the method hmac in that domain
        self.assert_exit(self.reveal(stdin=row[0].encode(), policy_file="hmac.yaml"), 65)

    def test_domains_join_across_datasets_and_recipients_do_not(self):
        values = [str(1234567 + i) for i in range(50)]
        for method in ("ff1", "siv", "hmac"):
            with self.subTest(method):
                self.write("a.yaml", policy("acme", id=f"method: {method}, domain: customer"))
                self.write("b.yaml", policy("acme", kunde=f"method: {method}, domain: customer").replace("small", "other"))
                self.write("c.yaml", policy("rival", id=f"method: {method}, domain: customer"))
                self.write("d.yaml", policy("acme", id=f"method: {method}, domain: order"))
                mine = self.tokens(values, policy_file="a.yaml")
                self.assertEqual(mine, self.tokens(values, "kunde", "b.yaml"))
                self.assertEqual(len(set(mine)), 50)
                for other in ("c.yaml", "d.yaml"):
                    self.assertFalse(any(a == b for a, b in zip(mine, self.tokens(values, policy_file=other))))

    # ---- what reveal leaves behind ----

    def test_audit_line(self):
        values = ["1234567", "7654321"]
        tokens = self.tokens(values)
        for count in (1, 2):
            done = self.reveal(stdin=("\r\n".join(tokens) + "\r\n").encode(), because='she asked "why", ü')
            self.assert_exit(done, 0)
            self.assertEqual(done.stdout.splitlines(), values)
            self.assertEqual(len(self.audit_lines()), count)  # appended
        line = self.audit_lines()[-1]
        digest = hashlib.sha256((self.folder / "p.yaml").read_bytes()).hexdigest()
        self.assertRegex(line.pop("time"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(line, {"user": os.getuid(), "action": "reveal", "policy": digest, "field": "id",
                                "key": fingerprint(KEY), "reason": 'she asked "why", ü', "count": 2})
        path = self.folder / "audit.log"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        for text in values + tokens:
            self.assertNotIn(text, path.read_text() + done.stderr)

    def test_nothing_is_printed_without_an_audit_line(self):
        token = self.tokens(["1234567"])[0].encode()
        self.write("open.log", "", mode=0o644)
        os.symlink("audit.log", self.folder / "link.log")
        os.mkfifo(self.folder / "pipe.log", 0o600)
        for audit in ("open.log", "link.log", "pipe.log", ".", "no/such/folder"):
            with self.subTest(audit):
                done = self.reveal(stdin=token, audit=audit)
                self.assert_exit(done, 73)
                self.assertEqual(done.stdout, "")
        if os.path.exists("/dev/full"):
            self.assertNotEqual(self.reveal(stdin=token, audit="/dev/full").returncode, 0)

    def test_cap(self):
        tokens = self.tokens([str(1000000 + i) for i in range(101)])
        done = self.reveal(stdin="\n".join(tokens).encode())
        self.assert_exit(done, 1)
        self.assertEqual((done.stdout, self.audit_lines()), ("", []))
        self.assertIn("100", done.stderr)
        self.assert_exit(self.reveal(stdin="\n".join(tokens[:100]).encode()), 0)
        self.assert_exit(self.reveal("--max-rows", "101", stdin="\n".join(tokens).encode()), 0)
        self.assert_exit(self.reveal("--max-rows", "3", stdin="\n".join(tokens[:4]).encode()), 1)
        self.write("t.csv", "id\n" + "\n".join(tokens) + "\n")
        done = self.reveal("--column", "id", "t.csv")
        self.assert_exit(done, 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual([line["count"] for line in self.audit_lines()], [100, 101])

    # ---- what it refuses ----

    def test_what_must_be_given(self):
        given = {"-p": "p.yaml", "--field": "id", "--because": "b", "--audit": "a.log"}
        for left_out in given:
            with self.subTest(left_out):
                rest = [text for pair in given.items() if pair[0] != left_out for text in pair]
                self.assert_exit(self.pare("reveal", "--key-file", "key", *rest, stdin=b"1"), 2)
        self.assert_exit(self.reveal(because="  "), 2)
        self.assert_exit(self.reveal(because="x" * 1001), 2)
        self.assert_exit(self.reveal("--max-rows", "0"), 2)
        done = self.pare("reveal", "-p", "p.yaml", "--field", "id", "--because", "b", "--audit", "a.log", stdin=b"1")
        self.assert_exit(done, 77)
        self.assertFalse((self.folder / "a.log").exists())

    def test_fields_that_cannot_be_revealed(self):
        self.write("p.yaml", policy(id="method: ff1", one_way="domain: x") + """\
  kept: {category: user.unique_id, for: [counting], do: keep, because: it is public}
  gone: {do: drop}
  cut: {category: user.unique_id, for: [counting], do: [pseudonymize: {method: siv}, truncate: 20]}
  two: [{when: {field: id, is: "1"}, category: user, for: [counting], do: {pseudonymize: {method: siv}}},
        {category: user, for: [counting], do: {pseudonymize: {method: ff1}}}]
  "code_*": {category: user.unique_id, for: [counting], do: [normalize: trim, pseudonymize: {method: ff1}]}
  mail: {category: user.unique_id, for: [counting], as: address, do: {pseudonymize: {method: siv}}}
""")
        for field, words in {"one_way": "one way", "kept": "does not pseudonymize", "gone": "does not pseudonymize",
                             "cut": "behind `pseudonymize`", "two": "several rules", "nobody": "no such field"}.items():
            with self.subTest(field):
                done = self.reveal(field=field, stdin=b"1234567")
                self.assert_exit(done, 78)
                self.assertIn(words, done.stderr)
                self.assertEqual((done.stdout, self.audit_lines()), ("", []))
        for field in ("code_a", "code_*"):
            self.assert_exit(self.reveal(field=field, stdin=b"1234567"), 0)
        for field in ("mail", "address"):
            self.assert_exit(self.reveal(field=field), 0)

    def test_tokens_of_others(self):
        good = self.tokens(["a", "b"], "note")
        other = good[1][:-1] + ("A" if good[1][-1] != "A" else "E")
        for text in (other, good[1] + "A", good[1][:-1], "é", "12345", good[1] + " ", " " + good[1], "=" * 30):
            with self.subTest(text):
                done = self.reveal(stdin=f"{good[0]}\n{text}\n".encode(), field="note")
                self.assert_exit(done, 65)
                self.assertIn("2", done.stderr)
                self.assertNotIn(text, done.stderr)
                self.assertEqual((done.stdout, self.audit_lines()), ("", []))
        self.write("key", bytes(reversed(KEY)))
        self.assert_exit(self.reveal(stdin=good[0].encode(), field="note"), 65)

    # ---- how it reads and writes ----

    def test_columns_of_csv(self):
        tokens = self.tokens(["1234567", "7654321"])
        self.write("t.csv", csv_text([["a;b", "x,y", "id"], ["1", "", tokens[0]], ["2", "q\"q", ""], ["3", "", tokens[1]]]))
        done = self.reveal("--column", "id", "t.csv")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout, "1234567\n\n7654321\n")
        self.assert_exit(self.reveal("--column", "nobody", "t.csv"), 65)
        self.assert_exit(self.reveal("--column", "a;b", "t.csv"), 65)  # `1` is no token
        self.assert_exit(self.reveal("no-such-file"), 66)

    def test_values_with_line_breaks(self):
        self.write("p.yaml", policy(note="method: siv").replace("do: ", "multiline: true, do: "))
        values = ["a\nb", '"quoted"', "Smith, John", "c\r"]
        done = self.reveal(stdin="\n".join(self.tokens(values, "note")).encode(), field="note")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout, '"a\nb"\n"""quoted"""\nSmith, John\n"c\r"\n')

    def test_rotated_keys(self):
        self.write("p.yaml", policy(id="method: ff1, rotate: monthly"))
        token = self.tokens(["1234567"], "id", "p.yaml", "--as-of", "2026-11-05")[0].encode()
        self.assertEqual(self.reveal("--as-of", "2026-11-30", stdin=token).stdout, "1234567\n")
        self.assertNotEqual(self.reveal("--as-of", "2026-12-01", stdin=token).stdout, "1234567\n")

    def test_help_names_it(self):
        done = self.pare("reveal", "--help")
        self.assert_exit(done, 0)
        for option in ("--because", "--audit", "--max-rows", "--column", "--field"):
            self.assertIsNotNone(re.search(option, done.stdout))


main()
