"""A million canaries: each a value of its own in a field of an input, and none anywhere but where the policy releases it.

A canary is counted when it is planted: a distinct text in one field of one file that pare reads (exports, lists of people,
tables). All begin with one mark and end with another, so that one search finds any of them, whole or half, as it is, in
upper or lower case, backwards, in UTF-16, hex, base64 (three alignments), base32 (five), percent and JSON escapes; and
every text of 32, 40 or 64 hex digits that came out is looked up among the MD5, SHA-1 and SHA-256 of all of them.

    canaries_million.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import base64
import csv
import hashlib
import io
import itertools
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from oracle.run import Bench, gzipped, unpacked  # noqa: E402

SANITIZED = re.search(r"^PARE_SANITIZE:\w+=.", (pathlib.Path(sys.argv[3]) / "CMakeCache.txt").read_text(), re.M) is not None
SCALE = 10 if SANITIZED else 1  # what is slow plants a tenth
GOAL = 1_000_000 // SCALE
START, END = "CANARY", "QZXJKW"
numbers = itertools.count()
planted = set()  # numbers of those that stand in a file


def canary():
    """The next one; letters and digits, so that it is no date, no number and no address."""
    return f"{START}{next(numbers):08d}{END}"


def count_planted(text):
    """`text` becomes a file that pare reads."""
    planted.update(map(int, re.findall(f"{START}([0-9]{{8}}){END}", text)))
    return text


# --- what must not be found ----------------------------------------------------------------------------------------

def shapes_of(mark):
    for text in (mark, mark.lower()):
        raw = text.encode()
        yield re.escape(raw[::-1])
        for wide in ("utf-16-le", "utf-16-be"):
            yield re.escape(text.encode(wide).strip(b"\0"))
        yield re.escape("".join(f"\\u{byte:04x}" for byte in raw).encode())
        for shift in range(3):  # only what the mark alone decides
            whole = base64.b64encode(b"\0" * shift + raw + b"\0" * 3)
            yield re.escape(whole[-(-8 * shift // 6):8 * (shift + len(raw)) // 6])
        for shift in range(5):
            whole = base64.b32encode(b"\0" * shift + raw + b"\0" * 5)
            yield re.escape(whole[-(-8 * shift // 5):8 * (shift + len(raw)) // 5])
            yield re.escape(whole[-(-8 * shift // 5):8 * (shift + len(raw)) // 5].lower())


ANY_CASE = [re.escape(mark.encode()) for mark in (START, END)]
ANY_CASE += [mark.encode().hex().encode() for text in (START, END) for mark in (text, text.lower())]
ANY_CASE += ["".join(f"%{byte:02x}" for byte in mark.encode()).encode() for text in (START, END) for mark in (text, text.lower())]
PATTERN = re.compile(b"(?i:" + b"|".join(ANY_CASE) + b")|" + b"|".join(shape for mark in (START, END) for shape in shapes_of(mark)))
DIGESTS = re.compile(rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9a-fA-F])")
seen_digests = set()


class Look:
    """Looks through everything that comes out, and counts how much that is."""

    def __init__(self, bench):
        self.bench, self.bytes, self.places = bench, 0, 0

    def nowhere(self, data, what):
        data = data.encode() if isinstance(data, str) else data
        self.bytes += len(data)
        self.places += 1
        found = PATTERN.search(data)
        self.bench.expect(found is None, f"{what}: {found and data[max(0, found.start() - 40):found.end() + 40]!r}")
        seen_digests.update(digest.lower() for digest in DIGESTS.findall(data))

    def folder(self, folder, known, what):
        """Names and contents of whatever stands there beside `known`."""
        for path in pathlib.Path(folder).rglob("*"):
            if path.name not in known and path.is_file():
                self.nowhere(path.name, f"{what}: the name of a file")
                self.nowhere(path.read_bytes(), f"{what}: {path.name}")


def self_test(bench):
    """The search finds what it is for."""
    text = canary()
    for planted in (text, text.lower(), text.encode().hex(), text.encode().hex().upper(), text[::-1], text[4:], text[:9],
                    "".join(f"%{byte:02X}" for byte in text.encode()), *(base64.b64encode(b"x" * n + text.encode()).decode()
                                                                       for n in range(3)),
                    *(base64.b32encode(b"x" * n + text.encode()).decode().lower() for n in range(5))):
        bench.expect(PATTERN.search(f"a,{planted},b".encode()), f"the search passes over {planted}")
    bench.expect(PATTERN.search(text.encode("utf-16-le")), "the search passes over UTF-16")
    bench.expect(not PATTERN.search(b'{"name": "canonical", "sha256": "00ff"}'), "the search finds what is none")


# --- exports -------------------------------------------------------------------------------------------------------

AS_IS, LOWER = str, str.lower
# name -> what becomes of it, and how a cell may show its canary (None: not at all)
COLUMNS = {
    "kept": ("do: keep", AS_IS), "renamed": ("do: keep, as: new_name", AS_IS), "many_lines": ("multiline: true, do: keep", AS_IS),
    "lowered": ("do: {normalize: [lower]}", LOWER), "collapsed": ("do: [{normalize: [trim, nfkc, collapse_space]}]", AS_IS),
    "suppressed": ("do: suppress", None), "suppressed_with": ("do: {suppress: gone}", None), "replaced": ("do: {replace: {with: other}}", None),
    "mapped": ("do: {replace: {map: {a: b}}}", None), "masked": ("do: {mask: {keep_last: 2}}", None),
    "masked_more": ("do: {mask: {keep_first: 3, keep_last: 2, skip: separators}}", None), "truncated": ("do: {truncate: 5}", None),
    "extracted": ('do: {extract: {regex: "^(...)", group: 1}}', None), "prefix": ("do: {generalize: {prefix: 4}}", None),
    "token": ("do: {pseudonymize: {domain: d}}", None),
    "token_hex": ("do: {pseudonymize: {encoding: hex, bits: 256, normalize: [lower]}}", None),
    "token_url": ('do: {pseudonymize: {encoding: base64url, prefix: "x."}}', None),
    "token_ff1": ("do: {pseudonymize: {method: ff1, alphabet: alnum}}", None),
    "token_siv": ("do: {pseudonymize: {method: siv}}", None), "token_ip": ("do: {pseudonymize: {method: ip}}", None),
    "no_date": ("do: {generalize: {date: year}}", None), "no_age": ("do: {generalize: {age: {width: 5}, format: \"%d.%m.%Y\"}}", None),
    "no_number": ("do: {generalize: {number: {width: 10}}}", None), "no_bin": ("do: {generalize: {number: {bins: [0, 5]}}}", None),
    "no_ip": ("do: {generalize: {ip: {v4: 24, v6: 48}}}", None), "no_geo": ("do: {generalize: {geo: 1}}", None),
    "no_zip": ("do: {generalize: {hierarchy: {shipped: us-zip3-2000, level: 1}}}", None),
    "no_shift": ("do: {shift: {days: 9, by: kept}}", None), "no_noise": ("do: {noise: {laplace: 2, by: kept}}", None),
    "no_round": ("do: {round: 10}", None), "mail": ("do: {redact: {find: [email, url]}}", None),
    "echoed": ("do: {redact: {echo: [dropped]}}", None), "mail_token": ("do: {redact: {find: email, pseudonymize: {domain: m}}}", None),
    "other_purpose": ("do: keep", None), "when_never": ("when: {field: consent, is: never}, do: keep", None),
    "dropped": (None, None), "unlisted": ("", None), "unlisted_too": ("", None), "glob_1": ("*", None), "glob_2": ("*", None),
}
NAMES = list(COLUMNS)


def make_policy(more_input="", extra="", refuse="", unreadable=""):
    fields = "  consent: {do: drop}\n  'glob_*': {do: drop}\n"
    for name, (how, _) in COLUMNS.items():
        if how is None:
            fields += f"  {name}: {{do: drop}}\n"
        elif how not in ("", "*"):
            how = refuse if name == "mapped" and refuse else how
            fields += f"  {name}: {{category: user, for: [{'second' if name == 'other_purpose' else 'first'}], {how}}}\n"
    return (f"pare: 1\ndataset: canaries\nrecipient: tester\ninput: {{encoding: utf-8{more_input}}}\npurposes:\n"
            '  first: {description: d, basis: consent, allowed_when: {field: consent, is: ["yes"]}}\n'
            '  second: {description: d, basis: consent, allowed_when: {field: consent, is: ["second"]}}\n'
            f"retention: [{{field: day, keep: 2 years{unreadable}}}]\n{extra}fields:\n{fields}")


def plant(rows, delimiter=",", quote="", damage=None):
    """An export of so many records and, of those that may show something, what they may show. Consent and dates go round."""
    lines, allowed = [delimiter.join(["consent", "day", *NAMES])], {}
    for row in range(rows):
        consent = ("yes", "no", "second", "yes", "yes")[row % 5]
        day = ("2023-11-11", "2023-11-11", "2023-11-11", "2001-01-01", "soon")[row % 5]
        values = [canary() if name != "echoed" else "" for name in NAMES]
        for column, (name, (_, shown)) in enumerate(COLUMNS.items()):
            if shown is not None and row % 5 == 0:
                allowed.setdefault("new_name" if name == "renamed" else name, set()).add(shown(values[column]))
            if name == "other_purpose" and row % 5 == 2:
                allowed.setdefault(name, set()).add(values[column])
            if name in ("mail", "mail_token"):
                values[column] += "@example.com"
        values[NAMES.index("echoed")] = f"about {values[NAMES.index('dropped')]} only"
        if damage is not None and row % 50 == 7:
            values = damage(values)
        lines.append(delimiter.join([consent, day] + [f"{quote}{value}{quote}" for value in values]))
    return count_planted("\n".join(lines) + "\n"), allowed


def check_dataset(bench, look, data, allowed, delimiter, what, whole=True):
    """Every cell that shows a canary is one that may; with those taken out, there is nothing."""
    rows = list(csv.reader(io.StringIO(unpacked(data).decode(), newline=""), delimiter=delimiter, strict=True))
    rest, shown = [",".join(rows[0])], 0
    for row in rows[1:]:
        for name, cell in zip(rows[0], row):
            if cell in allowed.get(name, ()):
                shown += 1
            else:
                rest.append(cell)
    look.nowhere("\n".join(rest), f"{what}: other cells of the dataset")
    expected = sum(map(len, allowed.values()))
    bench.expect(shown == expected if whole else shown <= expected, f"{what}: {shown} of {expected} values are there")


class Planter:
    def __init__(self, bench, look):
        self.bench, self.look = bench, look

    def run(self, folder, arguments, stdout=subprocess.PIPE, prepare=None, stdin=b""):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PARE_")}
        clean["TMPDIR"] = str(folder / "tmp")
        return subprocess.run([self.bench.pare, "run", "-p", "policy.yaml", "--key-file", self.bench.key, "--as-of", "2024-01-01",
                               *arguments], cwd=folder, input=stdin, stdout=stdout, stderr=subprocess.PIPE, env=clean, timeout=120,
                              preexec_fn=prepare)

    def prepare(self, policy, data):
        folder = self.bench.new_folder("case")
        (folder / "tmp").mkdir()
        (folder / "policy.yaml").write_text(policy)
        (folder / "in").write_bytes(data)
        return folder

    def good(self, title, rows, arguments, policy=None, delimiter=",", quote="", encode=str.encode, out="out.csv"):
        text, allowed = plant(rows, delimiter, quote)
        folder = self.prepare(policy or make_policy(), encode(text))
        live = "-o" not in arguments
        ran = self.run(folder, [*arguments, "in"])
        if not self.bench.expect(ran.returncode == 0, f"{title}: {ran.stderr[:300]!r}"):
            return
        self.look.nowhere(ran.stderr, f"{title}: messages")
        data = ran.stdout if live else (folder / out).read_bytes()
        check_dataset(self.bench, self.look, data, allowed, "\t" if delimiter == "\t" else delimiter, title)
        if not live:
            self.look.nowhere(ran.stdout, f"{title}: standard output")
            self.verify(folder, out, title)
        self.look.folder(folder, {"policy.yaml", "in", out}, title)

    def verify(self, folder, out, title):
        """What verify finds in a dataset that shows canaries, it tells without them."""
        for more in ([], ["--format", "json"]):
            ran = self.bench.run("verify", "-p", "policy.yaml", "--original", "in", *more, out, cwd=folder)
            self.bench.expect(ran.returncode in (0, 1, 65), f"{title}: verify: {ran.returncode}: {ran.stderr[:200]!r}")
            self.look.nowhere(ran.stdout + ran.stderr, f"{title}: verify")

    def bad(self, title, rows, status, arguments=(), policy=None, damage=None, spoil=None, whole_status=None):
        """The run fails for a reason that lies in the data; or leaves records out and says how many."""
        for how in ("abort", "drop", "quarantine=bad.json"):
            text, allowed = plant(rows, damage=damage)
            data = (spoil or (lambda raw: raw))(text.encode())
            folder = self.prepare(policy or make_policy(), data)
            log = "json" if how == "drop" else "text"
            ran = self.run(folder, ["-o", "out.csv", "--log", log, "--on-bad-record", how, *arguments, "in"])
            expected = status if how == "abort" else status if whole_status is None else whole_status
            name = f"{title}, {how}"
            self.bench.expect(ran.returncode == expected, f"{name}: exit {ran.returncode}, not {expected}: {ran.stderr[:300]!r}")
            self.look.nowhere(ran.stderr + ran.stdout, f"{name}: messages")
            known = {"policy.yaml", "in"}
            if ran.returncode == 0:
                check_dataset(self.bench, self.look, (folder / "out.csv").read_bytes(), allowed, ",", name, whole=False)
                known |= {"out.csv", "bad.json"}  # the one file that holds values, and is asked for
                if (folder / "bad.json").exists():
                    self.bench.equal((folder / "bad.json").stat().st_mode & 0o777, 0o600, f"{name}: mode")
                    ran = self.bench.run("verify", "out.csv", cwd=folder)
                    self.look.nowhere(ran.stdout + ran.stderr, f"{name}: verify")
            self.look.folder(folder, known, name)


def formats(planter, rows):
    for title, arguments, more in [
            ("plain", ["-o", "out.csv"], {}), ("live", [], {}), ("spooled", ["--spool", "--manifest", "m.json"], {}),
            ("gzip", ["-o", "out.csv.gz", "--threads", "2"], {"encode": lambda t: gzipped(t.encode(), 1), "out": "out.csv.gz"}),
            ("portable gzip", ["-o", "out.csv.gz", "--portable"], {"encode": lambda t: gzipped(t.encode(), 1), "out": "out.csv.gz"}),
            ("quoted", ["-o", "out.csv", "--log", "json"], {"quote": '"'}), ("semicolons", ["-o", "out.csv", "--stamp"], {"delimiter": ";"}),
            ("tabs", ["-o", "out.csv", "--quiet"], {"delimiter": "\t"}), ("bars", ["-o", "out.csv"], {"delimiter": "|"}),
            ("read twice", ["-o", "out.csv", "--cross-check", "--quiet"], {}),
            ("latin-1", ["-o", "out.csv"], {"policy": make_policy().replace("utf-8", "latin-1")}),
            ("windows-1252", ["-o", "out.csv"], {"policy": make_policy().replace("utf-8", "windows-1252")}),
            ("utf-16", ["-o", "out.csv"], {"policy": make_policy().replace("utf-8", "utf-16"), "encode": lambda t: t.encode("utf-16")}),
            ("lenient", ["-o", "out.csv"], {"policy": make_policy(", lenient: true"), "encode": lambda t: t.replace("\n", "\r\n").encode()})]:
        planter.good(title, rows, arguments, **more)


def put(column, change):
    def damage(values):
        return values[:column] + [change(values[column])] + values[column + 1:]
    return damage


def failures(planter, rows):
    middle = NAMES.index("dropped")
    refuse = "do: {replace: {map: {a: b}, otherwise: fail}}"
    for title, damage in [("a field too few", lambda v: v[:-1]), ("a field too many", lambda v: [*v, v[0] + "x"]),
                          ("a quote inside", put(3, lambda v: v[:9] + '"' + v[9:])), ("text behind a quote", put(2, lambda v: f'"{v}"{v}')),
                          ("a bare CR", put(4, lambda v: v + "\r" + v)), ("NUL", put(5, lambda v: v + "\0")),
                          ("a long field", put(middle, lambda v: v * 4000)), ("a line break", put(0, lambda v: f'"{v}\n{v}"')),
                          ("a line break elsewhere, and a field too few", lambda v: put(middle, lambda w: f'"{w}\n{w}"')(v)[:-1])]:
        planter.bad(title, rows, 65, damage=damage, whole_status=0)
    planter.bad("bad UTF-8", rows, 65, spoil=lambda raw: raw.replace(END.encode() + b"\n", END.encode() + b"\xff\n", 3), whole_status=0)
    planter.bad("no date", rows, 65, policy=make_policy(unreadable=", unreadable: fail"), whole_status=0)
    planter.bad("a value that is refused", rows, 65, policy=make_policy(refuse=refuse), whole_status=0)
    planter.bad("an open quote", rows, 65, spoil=lambda raw: raw + b'"' + raw[:9000])
    planter.bad("a truncated member", rows, 65, spoil=lambda raw: gzipped(raw, 1)[:-9])
    planter.bad("a wrong checksum", rows, 65, spoil=lambda raw: gzipped(raw, 1)[:-5] + b"\0\0\0\0\0")
    planter.bad("something behind the member", rows, 65, spoil=lambda raw: gzipped(raw, 1) + raw)
    planter.bad("too many bytes", rows, 65, ["--max-bytes", "5000"])
    planter.bad("too dense", rows, 65, ["--max-ratio", "1"], spoil=lambda raw: gzipped(raw, 9))
    planter.bad("too many columns", rows, 65, ["--max-columns", "5"])
    planter.bad("too few records", rows, 1, policy=make_policy(extra="gates: {min_records: 99999999}\n"))
    planter.bad("a column that nobody listed", rows, 78, policy=make_policy(extra="unlisted: fail\n"))
    planter.bad("no header", rows, 78, spoil=lambda raw: raw.split(b"\n", 1)[1])
    planter.bad("another encoding", rows, 65, spoil=lambda raw: raw.decode().encode("utf-16"))


def endings(planter, rows):
    """What stands there while a run goes on and when it is ended: full disks, broken pipes, signals, no core dump."""
    bench, look = planter.bench, planter.look
    text, allowed = plant(rows)
    for arguments in ([], ["--spool"], ["--compress", "gzip"]):
        folder = planter.prepare(make_policy(), text.encode())
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                ran = planter.run(folder, [*arguments, "in"], stdout=full)
                bench.equal(ran.returncode, 74, f"a full disk {arguments}")
                look.nowhere(ran.stderr, "a full disk")
        readable, writable = os.pipe()
        os.close(readable)
        ran = planter.run(folder, [*arguments, "in"], stdout=writable, prepare=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
        os.close(writable)
        look.nowhere(ran.stderr, "a broken pipe")
        look.folder(folder, {"policy.yaml", "in"}, "no room")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV):
        if SANITIZED and number == signal.SIGSEGV:
            continue  # the sanitizer catches it
        text, allowed = plant(rows)
        folder = planter.prepare(make_policy(), b"")
        (folder / "in").unlink()
        process = subprocess.Popen([bench.pare, "run", "-p", "policy.yaml", "--key-file", bench.key, "--as-of", "2024-01-01", "-o",
                                    "out.csv", "--read-bytes", "4096", "-"], cwd=folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))
        process.stdin.write(text.encode())
        process.stdin.flush()
        waited = time.monotonic() + 10
        while len(os.listdir(folder)) < 3 and time.monotonic() < waited:
            time.sleep(0.01)
        for name in os.listdir(folder):
            look.nowhere(name, "the name of a temporary file")
        process.send_signal(number)
        out, messages = process.communicate()
        bench.equal(process.returncode, -number, "dies of the signal")
        look.nowhere(out + messages, f"signal {number}: messages")
        left = set(os.listdir(folder)) - {"policy.yaml", "tmp"}
        for name in left:
            look.nowhere(name, f"signal {number}: a name")
            bench.expect(name.startswith(".out.csv.pare-"), f"signal {number}: {name} was left")
            data = (folder / name).read_bytes()
            if data:  # the dataset so far; killed, nobody could remove it
                rows_left = data[:data.rfind(b"\n") + 1]
                check_dataset(bench, look, rows_left, allowed, ",", f"signal {number}: what is left", whole=False)
        caught = number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        bench.expect(not left or not caught, f"signal {number}: {left} was left")


def tables(planter, rows):
    """Lists of people and tables hold people's data as well: good, twice, ragged, torn, not there."""
    bench, look = planter.bench, planter.look
    opts = "opt_outs: [{file: side.csv, column: who, match: kept, normalize: [trim, lower]}]\n"
    tiers = "tiers: {file: side.csv, key: who, tier: tier, match: kept, allow: {x: [first, second]}}\n"
    by_map = make_policy().replace("{replace: {map: {a: b}}}", "{replace: {map_file: side.csv}}")
    by_tree = make_policy().replace("{replace: {map: {a: b}}}", "{generalize: {hierarchy: {file: side.csv, level: 1}}}")
    for kind, policy in [("opt-outs", make_policy(extra=opts)), ("tiers", make_policy(extra=tiers)), ("map", by_map), ("hierarchy", by_tree)]:
        for state in ("good", "twice", "ragged", "open quote", "bad UTF-8", "cut", "other columns"):
            entries = [(canary(), canary()) for _ in range(rows)]
            lines = ["who,tier"] + [f"{a},{b}" for a, b in entries]
            lines += {"twice": [f"{entries[0][0]},{canary()}"], "ragged": [f"{canary()},{canary()},{canary()}"],
                      "open quote": [f'"{canary()},{canary()}']}.get(state, [])
            data = count_planted("\n".join(lines) + "\n").encode()
            data = data + b"\xff,x\n" if state == "bad UTF-8" else data.replace(b"who,tier", b"a,b") if state == "other columns" else data
            text, _ = plant(20)
            folder = planter.prepare(policy, text.encode())
            (folder / "side.csv").write_bytes(gzipped(data, 1)[:-12] if state == "cut" else data)
            for command in (["check", "-p", "policy.yaml"], ["check", "--format", "json", "-p", "policy.yaml"], ["explain", "-p", "policy.yaml"],
                            ["test", "-p", "policy.yaml"],
                            ["run", "-p", "policy.yaml", "--key-file", bench.key, "--as-of", "2024-01-01", "-o", "out.csv", "in"]):
                ran = bench.run(*command, cwd=folder)
                look.nowhere(ran.stdout + ran.stderr, f"{kind}, {state}: {command[0]}")
            look.folder(folder, {"policy.yaml", "in", "side.csv", "out.csv"}, f"{kind}, {state}")


def static_texts(bench, look):
    for what in ("man", "complete-bash", "complete-zsh", "complete-fish", "schema"):
        ran = bench.run("--generate", what)
        bench.equal(ran.returncode, 0, what)
        look.nowhere(ran.stdout + ran.stderr, what)


def check_digests(bench):
    """No hash of a canary either: of each as it is and in lower case."""
    found = []
    for number in planted:
        text = f"{START}{number:08d}{END}"
        for raw in (text.encode(), text.lower().encode()):
            for made in (hashlib.md5, hashlib.sha1, hashlib.sha256):
                if made(raw).hexdigest().encode() in seen_digests:
                    found.append(text)
    bench.expect(not found, f"digests of {found[:3]}")


def main():
    bench = Bench(sys.argv)
    if os.access("/dev/shm", os.W_OK):
        shutil.rmtree(bench.folder)
        bench.folder = pathlib.Path("/dev/shm") / bench.folder.name
        bench.folder.mkdir(mode=0o700)
        old, bench.key = bench.key, bench.folder / "key"
        bench.key.touch(mode=0o600)
        bench.key.write_bytes(bytes(range(32)))
    look = Look(bench)
    planter = Planter(bench, look)
    self_test(bench)
    static_texts(bench, look)
    formats(planter, 900 // SCALE)
    failures(planter, 110)
    endings(planter, 150)
    tables(planter, 1500 // SCALE)
    while len(planted) < GOAL:  # the rest, where there are most kinds of everything
        planter.good("more", min(900, (GOAL - len(planted)) // (len(NAMES) - 1) + 1), ["-o", "out.csv", "--threads", "2"])
    check_digests(bench)
    print(f"{len(planted)} canaries planted, {look.places} places and {look.bytes} bytes looked through, {len(seen_digests)} digests")
    bench.finish()


main()
