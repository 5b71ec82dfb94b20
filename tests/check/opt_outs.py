"""Opt-out lists, consent tiers and IAB strings through the whole program, against an oracle of their own.

The oracle never reads what it is about to judge: strings of the Global Privacy Platform are built here from what each
person decided (field tables typed in from the IAB's specifications), lists are Python sets, and which record may serve
which purpose is worked out from the people, not from the export.

    opt_outs.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import gzip
import hashlib
import io
import itertools
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import unittest

PARE = pathlib.Path(sys.argv[1]).resolve()
CANARY = "zz-canary"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

# name -> (section number, version -> names of its 2-bit fields from the first on that this test looks at, how many there
# are in all, whether there is a segment for Global Privacy Control)
STATE = ["notice", "sale_notice", "ta_notice", "sale", "ta"]
STATE_LATER = ["covered", "mode", "notice", "sale_notice", "ta_notice", "sale", "ta"]
STATE_SENSITIVE = ["notice", "sale_notice", "ta_notice", "sensitive_notice", "sale", "ta"]
NATIONAL = ["notice", "sale_notice", "sharing_notice", "ta_notice", "sensitive_notice", "limit_notice",
            "sale", "sharing", "ta"]
CALIFORNIA = ["sale_notice", "sharing_notice", "limit_notice", "sale", "sharing"]
SECTIONS = {
    "usnat": (7, {1: (NATIONAL, 9 + 12 + 2 + 1 + 3), 2: (NATIONAL, 9 + 16 + 3 + 1 + 3)}, True),
    "usca": (8, {1: (CALIFORNIA, 5 + 9 + 2 + 1 + 3)}, True),
    "usva": (9, {1: (STATE, 5 + 8 + 1 + 3)}, False),
    "usco": (10, {1: (STATE, 5 + 7 + 1 + 3)}, True),
    "usut": (11, {1: (STATE_SENSITIVE, 6 + 8 + 1 + 3)}, False),
    "usct": (12, {1: (STATE, 5 + 8 + 3 + 3)}, True),
    "usfl": (13, {1: (STATE, 5 + 8 + 3 + 1 + 3)}, False),
    "usmt": (14, {1: (STATE, 5 + 8 + 3 + 1 + 3)}, True),
    "usor": (15, {1: (STATE, 5 + 11 + 3 + 1 + 3)}, True),
    "ustx": (16, {1: (STATE, 5 + 8 + 1 + 1 + 3)}, True),
    "usde": (17, {1: (STATE, 5 + 9 + 5 + 1 + 3)}, True),
    "usia": (18, {1: (STATE_SENSITIVE, 6 + 8 + 1 + 3)}, True),
    "usne": (19, {1: (STATE, 5 + 8 + 1 + 1 + 3)}, True),
    "usnh": (20, {1: (STATE, 5 + 8 + 3 + 1 + 3)}, True),
    "usnj": (21, {1: (STATE, 5 + 10 + 5 + 1 + 3)}, True),
    "ustn": (22, {1: (STATE, 5 + 8 + 1 + 1 + 3)}, True),
    "usmn": (23, {1: (STATE, 5 + 8 + 1 + 1 + 3)}, True),
    "usmd": (24, {1: (STATE_LATER, 7 + 1)}, True),
    "usin": (25, {1: (STATE_LATER, 7 + 2)}, False),
    "usky": (26, {1: (STATE_LATER, 7 + 2)}, False),
    "usri": (27, {1: (STATE_LATER, 7 + 2)}, False),
}
SIGNALS = {"sale": "sale", "sharing": "sharing", "targeted_advertising": "ta"}


def base64url(bits, pad=6):
    bits += "0" * (-len(bits) % pad)
    bits += "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(bits[i:i + 6], 2)] for i in range(0, len(bits), 6))


def fibonacci(number):
    terms = [1, 2]
    while terms[-1] <= number:
        terms.append(terms[-1] + terms[-2])
    code = ""
    for term in reversed(terms):
        code = ("1" if term <= number else "0") + code
        number -= term if term <= number else 0
    return code.rstrip("0") + "1"


def header(numbers, kind=3, version=1):
    """Numbers in a row as a range, others one by one."""
    groups = []
    for number in sorted(numbers):
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    bits, last = f"{kind:06b}{version:06b}{len(groups):012b}", 0
    for group in groups:
        bits += ("1" if len(group) > 1 else "0") + fibonacci(group[0] - last)
        if len(group) > 1:
            bits += fibonacci(group[-1] - group[0])
        last = group[-1]
    return base64url(bits)


def section(name, decided, version=1, gpc=None, rng=None, pad=6, tail=""):
    _, versions, _ = SECTIONS[name]
    fields, n = versions.get(version, next(iter(versions.values())))
    values = [decided.get(field, rng.randrange(3) if rng else 0) for field in fields]
    values += [rng.randrange(3) if rng else 0 for _ in range(n - len(values))]
    text = base64url(f"{version:06b}" + "".join(f"{value:02b}" for value in values) + tail, pad)
    return text + ("" if gpc is None else "." + base64url("01" + str(int(gpc))))


def gpp(sections):
    """{number: text} -> the string."""
    return "~".join([header(sections)] + [sections[number] for number in sorted(sections)])


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        data = text.encode()
        (self.path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    def table(self, name, rows):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        self.write(name, out.getvalue())

    def run_pare(self, *arguments, status=0):
        run = subprocess.run([PARE, *map(str, arguments)], cwd=self.path, capture_output=True, timeout=300)
        self.assertEqual(run.returncode, status, run.stderr.decode())
        return run

    def minimize(self, policy, rows, threads=1):
        """What came out, and the counts of the manifest."""
        self.write("policy.yaml", policy if isinstance(policy, str) else json.dumps(policy))
        self.table("in.csv", rows)
        self.run_pare("run", "-p", "policy.yaml", "--threads", threads, "-o", "out.csv", "in.csv")
        with open(self.path / "out.csv", newline="") as file:
            out = list(csv.DictReader(file))
        manifest = json.loads((self.path / "out.csv.datapackage.json").read_text())
        self.files = manifest["pare"]["files"]
        return out, manifest["pare"]["counts"]

    def expect_files(self, *expected):
        """(name, use, entries, matches) of each file that the manifest must name; what is in them is read here."""
        for entry, (name, use, entries, matches) in zip(self.files, expected, strict=True):
            data = (self.path / name).read_bytes()
            self.assertEqual(list(entry.items()), [("name", name), ("use", use), ("bytes", len(data)),
                                                   ("sha256", hashlib.sha256(data).hexdigest()),
                                                   ("entries", entries), ("matches", matches)])


def policy_for(purposes, columns, **more):
    return {"pare": "1", "dataset": "d", "recipient": "r", "purposes": purposes,
            "fields": {name: {"category": "user", "for": uses, "do": "keep", "because": "test"}
                       for name, uses in columns.items()}, **more}


class Lists(Case):
    """Four lists at once over people whose names are spelt in many ways."""
    def people(self, n=4000, seed=4):
        rng = random.Random(seed)
        for i in range(n):
            email = f"Person{rng.randrange(900)}@Example.org"
            email = rng.choice([email, email.lower(), email.upper(), f"  {email} ", "", "NULL", "   ", f'"{email}"'])
            phone = f"0{rng.randrange(7700900000, 7700900400)}"
            phone = rng.choice([phone, f"{phone[:5]} {phone[5:8]}-{phone[8:]}", "", "none"])
            yield [str(i), email, phone, str(rng.randrange(3000)), "1", "1"]

    def expected(self, rows, lists, keep):
        """[(id, ads, stats)] of what is written, and how many opted out."""
        out, opted_out = [], 0
        for number, email, phone, customer, _, _ in rows:
            allowed = {"ads", "stats"}
            plain = email.strip().lower()
            if (plain in lists["emails"]) if plain and email not in ("", "NULL") else not keep["email"]:
                allowed -= {"ads"}
            digits = "".join(c for c in phone if c.isdigit())
            if (digits in lists["phones"]) if digits else not keep["phone"]:
                allowed -= {"stats"}
            if customer in lists["customers"]:
                allowed.clear()
            if allowed:
                out.append({"id": number, "ads": "1" if "ads" in allowed else "",
                            "stats": "1" if "stats" in allowed else ""})
            else:
                opted_out += 1
        return out, opted_out

    def test_lists(self):
        rows = list(self.people())
        rng = random.Random(5)
        lists = {"emails": {f"person{i}@example.org" for i in rng.sample(range(900), 300)},
                 "phones": {f"0{p}" for p in rng.sample(range(7700900000, 7700900400), 150)},
                 "customers": {str(i) for i in rng.sample(range(3000), 400)}}
        spelt = [rng.choice([e, e.upper(), f" {e}\t"]) for e in sorted(lists["emails"])]
        self.table("emails.csv.gz", [["when", "E-Mail"]] + [["2026-01-01", e] for e in spelt + spelt[:50]])
        digests = [hashlib.sha256(p.encode()).hexdigest() for p in sorted(lists["phones"])]
        self.table("phones.csv", [["sha256"]] + [[rng.choice([d, d.upper()])] for d in digests])
        self.write("customers.txt", "".join(f"{c}\n" for c in sorted(lists["customers"])))
        for keep_email, keep_phone in itertools.product([False, True], repeat=2):
            keep = {"email": keep_email, "phone": keep_phone}
            word = {name: "keep" if kept else "withdraw" for name, kept in keep.items()}
            policy = policy_for(
                {"ads": {"basis": "legitimate_interests"}, "stats": {"basis": "legitimate_interests"}},
                {"id": ["ads", "stats"], "ads": "ads", "stats": "stats"},
                input={"nulls": ["", "NULL"]},
                opt_outs=[
                    {"file": "emails.csv.gz", "column": "E-Mail", "match": "email", "normalize": ["trim", "lower"],
                     "purposes": ["ads"], "unreadable": word["email"]},
                    {"file": "phones.csv", "column": "sha256", "match": "phone", "normalize": "digits",
                     "digest": "sha256", "purposes": "stats", "unreadable": word["phone"]},
                    {"file": "customers.txt", "column": "#1", "header": "false", "match": "customer"}])
            expected, opted_out = self.expected(rows, lists, keep)
            self.assertTrue(0 < len(expected) < len(rows))
            for threads in (1, 3):
                with self.subTest(keep=keep, threads=threads):
                    out, counts = self.minimize(policy, [["id", "email", "phone", "customer", "ads", "stats"]] + rows,
                                                threads)
                    self.assertEqual(out, expected)
                    self.assertEqual(counts["dropped"]["opted_out"], opted_out)
                    self.assertEqual(counts["dropped"]["no_purpose"], 0)
                    self.expect_files(
                        ("emails.csv.gz", "opt_outs", len(spelt) + 50,
                         sum(email.strip().lower() in lists["emails"] for _, email, *_ in rows)),
                        ("phones.csv", "opt_outs", len(digests),
                         sum("".join(c for c in phone if c.isdigit()) in lists["phones"] for _, _, phone, *_ in rows)),
                        ("customers.txt", "opt_outs", len(lists["customers"]),
                         sum(customer in lists["customers"] for _, _, _, customer, *_ in rows)))

    def test_who_consented_to_nothing_did_not_opt_out(self):
        """Records that no purpose allows anyway are counted as that, also if the person is on a list."""
        self.table("no.csv", [["id"], ["1"], ["2"]])
        policy = policy_for({"ads": {"basis": "consent", "allowed_when": {"field": "yes", "is": "y"}}}, {"id": "ads"},
                            opt_outs={"file": "no.csv", "column": "id", "match": "id"})
        out, counts = self.minimize(policy, [["id", "yes"], ["1", "y"], ["2", "n"], ["3", "y"]])
        self.assertEqual(out, [{"id": "3"}])
        self.assertEqual((counts["dropped"]["opted_out"], counts["dropped"]["no_purpose"]), (1, 1))
        self.expect_files(("no.csv", "opt_outs", 2, 2))  # two are on it, whatever became of them

    def test_policy_tests_see_the_lists(self):
        self.table("no.csv", [["email"], ["A@b.example"]])
        policy = policy_for({"ads": {"basis": "contract"}}, {"id": "ads"},
                            opt_outs={"file": "no.csv", "column": "email", "match": "email", "normalize": "lower"},
                            tests=[{"given": {"id": "1", "email": "a@B.example"}, "expect": "dropped"},
                                   {"given": {"id": "1", "email": "c@b.example"}, "expect": {"id": "1"}}])
        self.write("policy.yaml", json.dumps(policy))
        self.run_pare("test", "-p", "policy.yaml")

    def test_a_list_across_many_batches(self):
        """Entries at every place of a file of several megabytes are found; their neighbours are not."""
        self.table("no.csv.gz", [["note", "id"]] + [["x" * (i % 60), f"id-{2 * i}"] for i in range(100_000)])
        rows = [[f"id-{i}"] for i in itertools.chain(range(0, 200_000, 37), range(199_000, 200_500))]
        policy = policy_for({"ads": {"basis": "contract"}}, {"id": "ads"},
                            opt_outs={"file": "no.csv.gz", "column": "id", "match": "id"})
        out, _ = self.minimize(policy, [["id"]] + rows)
        self.assertEqual([row["id"] for row in out],
                         [r[0] for r in rows if int(r[0][3:]) % 2 == 1 or int(r[0][3:]) >= 200_000])


class Broken(Case):
    """A list that can't be trusted: no dataset, the promised exit status, and none of its entries in a message."""
    def refused(self, status, name="no.csv", **entry):
        policy = policy_for({"ads": {"basis": "contract"}}, {"id": "ads"},
                            opt_outs={"file": name, "column": "id", "match": "id", **entry})
        self.write("policy.yaml", json.dumps(policy))
        self.table("in.csv", [["id"], ["1"]])
        run = self.run_pare("run", "-p", "policy.yaml", "-o", "out.csv", "in.csv", status=status)
        self.assertFalse((self.path / "out.csv").exists())
        self.assertNotIn(CANARY.encode(), run.stdout + run.stderr)
        self.assertIn(name.encode(), run.stderr)
        self.run_pare("check", "-p", "policy.yaml", status=78)  # its verdict is about the policy
        return run.stderr.decode()

    def test_missing(self):
        self.refused(66)

    def test_empty_file(self):
        self.write("no.csv", "")
        self.refused(65)

    def test_ragged(self):
        self.write("no.csv", f"id,why\n{CANARY},x\n{CANARY}\n")
        self.assertIn("entry 2", self.refused(65))

    def test_stray_quote(self):
        self.write("no.csv", f'id,why\n{CANARY},x\nab"c{CANARY},x\n')
        self.refused(65)

    def test_bad_utf8(self):
        (self.path / "no.csv").write_bytes(b"id\nzz-canary\xff\n")
        self.refused(65)

    def test_truncated_gzip(self):
        self.table("no.csv.gz", [["id"]] + [[f"{CANARY}{i}"] for i in range(50_000)])
        data = (self.path / "no.csv.gz").read_bytes()
        (self.path / "no.csv.gz").write_bytes(data[:len(data) // 2])
        self.refused(65, "no.csv.gz")

    def test_no_digests(self):
        self.table("no.csv", [["id"], ["0" * 64], [CANARY]])
        self.assertIn("entry 2", self.refused(65, digest="sha256"))

    def test_no_such_column(self):
        self.table("no.csv", [["email"], [CANARY]])
        self.refused(78)

    def test_column_twice(self):
        self.table("no.csv", [["id", "id"], [CANARY, CANARY]])
        self.refused(78)

    def test_position_beyond(self):
        self.write("no.csv", f"{CANARY}\n")
        self.refused(65, column="#2", header="false")

    def test_export_lacks_the_column(self):
        self.table("no.csv", [["id"], ["9"]])
        self.refused_export = policy_for({"ads": {"basis": "contract"}}, {"id": "ads"},
                                         opt_outs={"file": "no.csv", "column": "id", "match": "email"})
        self.write("policy.yaml", json.dumps(self.refused_export))
        self.table("in.csv", [["id"], ["1"]])
        run = self.run_pare("run", "-p", "policy.yaml", "-o", "out.csv", "in.csv", status=78)
        self.assertIn(b"opt-out", run.stderr)


class Tiers(Case):
    PURPOSES = {"service": {"basis": "consent"}, "ads": {"basis": "consent"},
                "stats": {"basis": "consent", "allowed_when": {"field": "stats_ok", "is": "1"}}}
    ALLOW = {"none": [], "essential": "service", "personalized": ["service", "ads", "stats"]}
    COLUMNS = {"id": ["service", "ads", "stats"], "service": "service", "ads": "ads", "stats": "stats"}

    def expected(self, people):
        out = []
        for number, tier, stats_ok in people:
            uses = self.ALLOW.get(tier, [])
            allowed = {uses} if isinstance(uses, str) else set(uses)
            allowed -= set() if stats_ok == "1" else {"stats"}
            if allowed:
                out.append({"id": number, **{p: "1" if p in allowed else "" for p in self.PURPOSES}})
        return out

    def people(self):
        rng = random.Random(6)
        tiers = ["none", "essential", "personalized", "", "NULL", "Essential", "essential ", "gold"]
        return [(str(i), rng.choice(tiers), rng.choice("01")) for i in range(2000)]

    def test_column(self):
        people = self.people()
        rows = [["id", "tier", "stats_ok", "service", "ads", "stats"]] + [[*p, "1", "1", "1"] for p in people]
        policy = policy_for(self.PURPOSES, self.COLUMNS, input={"nulls": ["", "NULL"]},
                            tiers={"field": "tier", "allow": self.ALLOW})
        out, counts = self.minimize(policy, rows)
        self.assertEqual(out, self.expected(people))
        self.assertEqual(counts["dropped"]["no_purpose"], len(people) - len(out))

    def test_list(self):
        people = self.people()
        listed = [(n, t) for n, t, _ in people if int(n) % 5]
        twice = {n for n, _ in listed[::50]}
        entries = listed + [(n, "personalized") for n in sorted(twice)]
        random.Random(7).shuffle(entries)
        self.table("tiers.csv", [["tier", "who"]] + [[t, f" {n}"] for n, t in entries])
        known = dict(listed)
        for n in twice:  # somebody with two different tiers has none that counts
            known[n] = "personalized" if known[n] == "personalized" else "?"
        rows = [["id", "stats_ok", "service", "ads", "stats"]] + [[n, ok, "1", "1", "1"] for n, _, ok in people]
        policy = policy_for(self.PURPOSES, self.COLUMNS,
                            tiers={"file": "tiers.csv", "key": "who", "tier": "tier", "match": "id",
                                   "normalize": "trim", "allow": self.ALLOW})
        out, _ = self.minimize(policy, rows)
        self.assertEqual(out, self.expected([(n, known.get(n, "?"), ok) for n, _, ok in people]))
        self.expect_files(("tiers.csv", "tiers", len(entries), sum(n in known for n, _, _ in people)))

    def test_missing_list(self):
        policy = policy_for(self.PURPOSES, self.COLUMNS,
                            tiers={"file": "tiers.csv", "key": "who", "tier": "tier", "match": "id",
                                   "allow": self.ALLOW})
        self.write("policy.yaml", json.dumps(policy))
        self.table("in.csv", [["id", "stats_ok", "service", "ads", "stats"]])
        self.run_pare("run", "-p", "policy.yaml", "-o", "out.csv", "in.csv", status=66)


class Strings(Case):
    """One purpose and one column for each section and signal; the column is empty unless its purpose may be served."""
    ASKED = [(name, signal) for name, (_, versions, _) in SECTIONS.items()
             for signal, field in SIGNALS.items() if field in versions[1][0]]

    def judge(self, strings):
        """[(string, {(section, signal)} that are allowed)] -> nothing, or an assertion fails."""
        names = [f"{name}.{signal}" for name, signal in self.ASKED]
        policy = policy_for(
            {"all": {"basis": "contract"},
             **{f"{n}.{s}": {"basis": "consent", "allowed_when": {"field": "gpp", "gpp": {"section": n,
                                                                                          s: "not_opted_out"}}}
                for n, s in self.ASKED}},
            {"id": "all", **{name: name for name in names}})
        rows = [["id", "gpp"] + names] + [[str(i), text] + ["1"] * len(names) for i, (text, _) in enumerate(strings)]
        out, _ = self.minimize(policy, rows)
        for (text, allowed), row in zip(strings, out, strict=True):
            self.assertEqual({name for name in names if row[name]}, {f"{n}.{s}" for n, s in allowed}, text)

    @staticmethod
    def allowed(name, decided, version, gpc):
        fields = SECTIONS[name][1][version][0]
        return {(name, signal) for signal, field in SIGNALS.items()
                if field in fields and decided[f"{field}_notice"] == 1 and decided[field] == 2 and not gpc}

    def test_every_decision_in_every_section(self):
        rng = random.Random(8)
        strings = []
        for name, (number, versions, has_gpc) in SECTIONS.items():
            for version, gpc in itertools.product(versions, [None, False, True] if has_gpc else [None]):
                for notice, choice in itertools.product(range(3), repeat=2):
                    for target in ("sale", "sharing", "ta"):
                        decided = {key: rng.randrange(3) for f in ("sale", "sharing", "ta") for key in (f, f + "_notice")}
                        decided.update({target: choice, target + "_notice": notice})
                        text = section(name, decided, version, gpc, rng, rng.choice([6, 8]))
                        strings.append((gpp({number: text}), self.allowed(name, decided, version, gpc)))
        self.judge(strings)

    def test_several_sections(self):
        rng = random.Random(9)
        strings = []
        for _ in range(600):
            names = rng.sample(list(SECTIONS), rng.randrange(1, 9))
            sections, allowed = {}, set()
            for name in names:
                number, versions, has_gpc = SECTIONS[name]
                version, gpc = rng.choice(list(versions)), rng.choice([None, False, True]) if has_gpc else None
                decided = {key: rng.choice([1, 1, 2]) if "notice" in key else rng.choice([1, 2, 2])
                           for f in ("sale", "sharing", "ta") for key in (f, f + "_notice")}
                sections[number] = section(name, decided, version, gpc, rng)
                allowed |= self.allowed(name, decided, version, gpc)
            if rng.random() < 0.3:
                sections[2] = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"
            if rng.random() < 0.3:
                sections[rng.choice([28, 31, 40])] = "BAAAAQA"
            strings.append((gpp(sections), allowed))
        self.judge(strings)

    def test_doubt_permits_nothing(self):
        yes = {"sale": 2, "sale_notice": 1, "sharing": 2, "sharing_notice": 1}
        text = section("usca", yes)
        good = gpp({8: text})
        head = header([8])
        self.judge([(good, {("usca", "sale"), ("usca", "sharing")})])
        bad = ["", "1YNN", text, head, head + "~", "~" + text, good + "~", good + "~" + text, good + " ", " " + good,
               good + "=", good[:-1], good + "\n", head + "~" + text + ".", head + "~" + text + ".AA",
               head + "~" + text + ".YA.YA", head + "~" + text + ".IA", header([8, 9]) + "~" + text,
               header([8], kind=4) + "~" + text, header([8], version=2) + "~" + text, good.replace("~", "."),
               head + "~" + section("usca", yes, version=2), head + "~" + section("usca", yes, version=0),
               head + "~" + section("usca", {**yes, "sale": 3}), head + "~" + section("usca", yes, tail="01"),
               head + "~" + text[:4] + "+" + text[5:], head + "~" + text[:4] + "é" + text[5:], good.lower(),
               head[:-1] + "~" + text, head + "A" * 5000 + "~" + text, "D" * 4000, "DB__" + "_" * 40 + "~" + text]
        self.judge([(text, set()) for text in bad])

    def test_published_strings(self):
        """Strings from the IAB's own encoder: its defaults say nothing, the others opt out."""
        self.judge([("DBABTA~1YNN", set()), ("DBABBg~BAAAAABA.QA", set()), ("DBABBg~BVWSSSVY.YA", set()),
                    ("DBABLA~BAAAAAAAAQA.QA", set()), ("DBABLA~BVVVkkkklWA.YA", set())])

    def test_us_privacy(self):
        policy = policy_for({"all": {"basis": "contract"},
                             "plain": {"basis": "consent", "allowed_when": {"field": "s", "usp": {"sale": "not_opted_out"}}},
                             "within": {"basis": "consent", "allowed_when":
                                        {"field": "g", "gpp": {"section": "uspv1", "sale": "not_opted_out"}}}},
                            {"id": "all", "plain": "plain", "within": "within"})
        texts = ["1" + "".join(t) for t in itertools.product("YN-", repeat=3)]
        texts += ["", "1YN", "1YNNN", "2YNN", "1XNN", "1YNX", "1Y\u2212N", " 1YNN", "1ynn", "----", "1---"]
        rows = [["id", "s", "g", "plain", "within"]]
        rows += [[str(i), t, gpp({6: t}), "1", "1"] for i, t in enumerate(texts)]
        out, _ = self.minimize(policy, rows)
        for text, row in zip(texts, out, strict=True):
            may = "1" if text.upper() in ("1YNY", "1YNN", "1YN-") else ""
            self.assertEqual((row["plain"], row["within"]), (may, may), text)


class Memory(Case):
    def peak(self, policy, rows):
        """KiB at most, of a process of its own."""
        self.write("policy.yaml", json.dumps(policy))
        self.table("in.csv", rows)
        code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL,"
                " stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        run = subprocess.run([sys.executable, "-c", code, PARE, "run", "-p", "policy.yaml", "--threads", "1", "in.csv"],
                             cwd=self.path, capture_output=True, timeout=300, check=True)
        return int(run.stdout)

    def test_a_million_people(self):
        if b"__asan_init" in PARE.read_bytes() or b"__tsan_init" in PARE.read_bytes():
            self.skipTest("sanitizers keep memory of their own")
        n = 1_000_000
        with gzip.open(self.path / "no.csv.gz", "wt", compresslevel=1) as file:
            file.write("email\n" + "".join(f"person{i}@mail{i % 97}.example.org\n" for i in range(n)))
        rows = [["email"], ["person5@mail5.example.org"], ["nobody@example.org"]]
        purposes = {"ads": {"basis": "contract"}}
        without = self.peak(policy_for(purposes, {"email": "ads"}), rows)
        policy = policy_for(purposes, {"email": "ads"}, opt_outs={"file": "no.csv.gz", "column": "email",
                                                                  "match": "email", "normalize": "email-1"})
        with_list = self.peak(policy, rows)
        self.assertLess((with_list - without) * 1024 / n, 25, "bytes of memory for an entry")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
