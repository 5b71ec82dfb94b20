"""The runs that are put under faults: small, and together they go through every reader, codec, step and kind of output.

Every value of the exports holds CANARY, so that one on standard error or in a manifest is seen.
"""
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import zlib

from support.faults import is_long

KEY = bytes(range(100, 132))

HEAD = """\
pare: 1
dataset: faults
recipient: tester
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
"""
KEEP = HEAD + """\
fields:
  id: {category: user.unique_id, for: [counting], do: keep, because: these are invented}
  text: {category: user.content, for: [counting], do: keep, because: these are invented}
unlisted: drop
"""
REDACT = HEAD + """\
fields:
  id: {category: user.unique_id, for: [counting], do: {mask: {keep_last: 2}}}
  text: {category: user.content, for: [counting], do: [{redact: {find: [email, phone, card], echo: [id]}}, {truncate: 60}]}
  born: {category: user.demographic.date_of_birth, for: [counting], do: {generalize: {date: year}}}
gates: {min_records: 2, max_quarantined: 1%}
unlisted: drop
"""
KEYED = HEAD + """\
opt_outs: [{file: list.csv, column: id, match: id, normalize: [trim, lower], purposes: [counting]}]
retention: [{field: born, keep: 100 years}]
fields:
  id: {category: user.unique_id, for: [counting], do: {pseudonymize: {domain: customer}}}
  text: {category: user.content, for: [counting], do: {pseudonymize: {method: siv, domain: text}}}
  number: {category: user.contact, for: [counting], do: {pseudonymize: {method: ff1, alphabet: digits, domain: number}}}
  born: {category: user.demographic.date_of_birth, for: [counting], do: {shift: {days: 30, by: id}}}
unlisted: drop
"""
SEARCHED = HEAD + """\
output: {formulas: quote}
scan_released: {find: [core], on_hit: quarantine}
fields:
  id: {category: user.unique_id, for: [counting], do: keep, because: these are invented}
  text: {category: user.content, for: [counting], do: [{redact: {find: [phone]}}, {normalize: [trim]}]}
  number: {category: system, for: [counting], do: {mask: {keep_last: 2}}}
unlisted: drop
"""
LENIENT = KEEP.replace("purposes:", "input: {lenient: true, encoding: latin-1}\npurposes:", 1)


def export(records, start=1):
    lines = ["id,text,number,born,use\n"]
    for i in range(start, start + records):
        text = [f'"CANARY says ""{i}"", or not"', f"CANARY{i}.x@example.com or call +49 30 12345{i % 10}7",
                f"CANARY plain {i}"][i % 3]
        lines.append(f"CANARY-{i:05},{text},0049301234{i:04},19{i % 60 + 35}-02-{i % 28 + 1:02},{'no' if i % 4 == 0 else 'yes'}\n")
    return "".join(lines).encode()


def ragged(records):
    return export(records).replace(b"plain 5,", b'pl"ain 5,').replace(b"CANARY says", b"CANARY \xe9 says")


def broken(records):
    """Some of them with a field too many."""
    return export(records).replace(b"CANARY plain", b"CANARY,plain")


class Scenario:
    """`files` stand in the folder before each run; `data`, `manifest` and `refused` are what may appear, "-" being standard
    output."""

    def __init__(self, name, policy, arguments, files, data="out.csv", manifest="out.csv.datapackage.json", stdin=None,
                 old=None, refused=None):
        self.name, self.policy, self.arguments, self.files = name, policy, arguments, files
        self.data, self.manifest, self.stdin, self.old, self.refused = data, manifest, stdin, old or {}, refused


def all_scenarios():
    small, packed = export(40), gzip.compress(export(60), mtime=0)
    return [
        Scenario("plain to plain", KEEP, ["-o", "out.csv", "--read-bytes", "512", "in.csv"], {"in.csv": small}),
        Scenario("gzip to gzip", REDACT, ["-o", "out.csv.gz", "--read-bytes", "128", "in.csv.gz"], {"in.csv.gz": packed},
                 data="out.csv.gz", manifest="out.csv.gz.datapackage.json"),
        Scenario("zlib only", REDACT, ["-o", "out.csv.gz", "--portable", "--compress", "gzip:6", "--no-clobber", "in.csv.gz"],
                 {"in.csv.gz": packed}, data="out.csv.gz", manifest="out.csv.gz.datapackage.json"),
        Scenario("live", KEEP, [], {}, data="-", manifest=None, stdin=small),
        Scenario("live gzip", KEEP, ["--compress", "gzip:1", "-"], {}, data="-", manifest=None, stdin=packed),
        Scenario("spool", REDACT, ["--spool", "in.csv"], {"in.csv": small}, data="-", manifest=None),
        Scenario("spool, manifest", KEEP, ["--spool", "--compress", "gzip:5", "--manifest", "sub/m.json", "in.csv"],
                 {"in.csv": small}, data="-", manifest="sub/m.json"),
        Scenario("keyed", KEYED, ["-o", "out.csv", "--key-file", "key", "in.csv"],
                 {"in.csv": export(24), "key": KEY, "list.csv": b"id\nCANARY-00003\ncanary-00005\n"}),
        Scenario("manifest elsewhere, over an old delivery", KEEP, ["-o", "out.csv", "--manifest", "sub/m.json", "in.csv"],
                 {"in.csv": small}, manifest="sub/m.json", old={"out.csv": b"old data\n", "sub/m.json": b"{}\n"}),
        Scenario("bad records set aside", KEEP, ["-o", "out.csv", "--on-bad-record", "quarantine=bad.json", "in.csv"],
                 {"in.csv": broken(40)}, refused="bad.json"),
        Scenario("bad records dropped, read twice", KEEP, ["-o", "out.csv", "--on-bad-record", "drop", "--cross-check", "in.csv"],
                 {"in.csv": broken(40)}),
        Scenario("searched before it leaves", SEARCHED, ["-o", "out.csv", "--on-bad-record", "drop", "in.csv"],
                 {"in.csv": small.replace(b"CANARY plain", b"=CANARY p\xc3\xa4ain")}),
        Scenario("lenient latin-1", LENIENT, ["-o", "out.csv", "in.csv"], {"in.csv": ragged(40)}),
        Scenario("several inputs, two threads", KEEP, ["-o", "out.csv", "--threads", "2", "a.csv", "b.csv.gz", "c.csv.z"],
                 {"a.csv": small, "b.csv.gz": gzip.compress(export(30, 41), mtime=0), "c.csv.z": zlib.compress(export(9, 71))}),
    ]


class Stage:
    """A scenario in a folder: set up before a run, judged after it."""

    VERIFY_EVERY = 37  # ask `pare verify` after every so many runs; in the long run after each
    verified = passed = 0  # over all stages

    SERVICE = {"policy.yaml", "standard-input", "standard-output", "standard-error", "tmp", "sub"}

    def __init__(self, pare, scenario):
        self.scenario = scenario
        where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pare-faults-", dir=where))
        threads = [] if "--threads" in scenario.arguments else ["--threads", "1"]
        self.command = [pare, "run", "--quiet", "--as-of", "2026-01-01", "-p", "policy.yaml", *threads, *scenario.arguments]
        self.environment = {"TMPDIR": str(self.folder / "tmp")}
        (self.folder / "tmp").mkdir()
        (self.folder / "sub").mkdir()
        (self.folder / "policy.yaml").write_text(scenario.policy)
        (self.folder / "standard-input").write_bytes(scenario.stdin or b"")
        for name, content in scenario.files.items():
            (self.folder / name).write_bytes(content)
            (self.folder / name).chmod(0o600)
        self.allowed = self.SERVICE | set(scenario.files)
        self.judged = 0
        self.golden = None
        self.reset()

    def reset(self):
        for folder in (self.folder, self.folder / "sub", self.folder / "tmp"):
            for entry in os.scandir(folder):
                if folder != self.folder or entry.name not in self.allowed:
                    os.unlink(entry.path)
        for name, content in self.scenario.old.items():
            (self.folder / name).write_bytes(content)

    def read(self, name):
        if name is None:
            return None
        try:
            return (self.folder / ("standard-output" if name == "-" else name)).read_bytes()
        except FileNotFoundError:
            return None

    def delivered(self):
        return tuple(map(self.read, (self.scenario.data, self.scenario.manifest, self.scenario.refused)))

    def messages(self):
        return self.read("standard-error")

    def keep_golden(self):
        """What stands there now is what every run must make that says it delivered."""
        self.golden = self.delivered()
        data, manifest, refused = self.golden
        assert (refused is None) == (self.scenario.refused is None)
        assert data and (manifest is None) == (self.scenario.manifest is None)
        if manifest is not None:
            resource = json.loads(manifest)["resources"][0]
            assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest() and resource["bytes"] == len(data)
            assert b"CANARY" not in manifest
        text = zlib.decompress(data, 47) if data[:2] == b"\x1f\x8b" else data
        assert text.count(b"\n") > 10

    def leftovers(self):
        """Temporary files, and whatever else nobody asked for."""
        allowed = self.allowed | {self.scenario.data, self.scenario.manifest, self.scenario.refused}
        return [entry for entry in os.listdir(self.folder) if entry not in allowed] + [
            f"{sub}/{entry}" for sub in ("sub", "tmp") for entry in os.listdir(self.folder / sub)
            if f"{sub}/{entry}" not in allowed]

    def verify(self):
        """What is wrong with what `pare verify` says of what stands there now, or None: it may pass on whole deliveries alone."""
        data, manifest, _ = self.delivered()
        self.judged += 1
        if self.scenario.manifest is None or (not is_long() and self.judged % self.VERIFY_EVERY):
            return None
        name = "standard-output" if self.scenario.data == "-" else self.scenario.data
        status = subprocess.run([self.command[0], "verify", "--quiet", "--manifest", self.scenario.manifest, name], cwd=self.folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        Stage.verified += 1
        Stage.passed += status == 0
        whole = (data, manifest) == self.golden[:2]
        return None if (status == 0) == whole and status >= 0 else f"verify: {status}"

    def judge(self, exit_status, may_leave=False, signal=0, silent_allowed=False):
        """What is wrong with how a run ended, or None."""
        return self.judge_run(exit_status, may_leave, signal, silent_allowed) or self.verify()

    def judge_run(self, exit_status, may_leave, signal, silent_allowed):
        data, manifest, refused = self.delivered()
        errors = self.messages() or b""
        if b"CANARY" in errors:
            return "a value in a message"
        if signal in (9, 14):
            return "it hangs"
        if signal not in (0, 13):
            return f"it dies of signal {signal}"
        if not may_leave and self.leftovers():
            return f"left behind: {self.leftovers()}"
        if exit_status == 0:
            return None if (data, manifest, refused) == self.golden else "success, but not what is delivered without the fault"
        if not errors and signal == 0 and not silent_allowed:
            return "failure without a word"
        if refused not in (None, self.golden[2] if may_leave else None):
            return "refused records of a failed run"
        return self.judge_failure(data, manifest, may_leave)

    def judge_failure(self, data, manifest, may_leave):
        """What may stand under the names: nothing, or what stood there before; what can't be removed is whole at least."""
        whole = self.golden if may_leave else (None, None, None)
        if self.scenario.data == "-":
            if not self.golden[0].startswith(data or b""):
                return "standard output got something else"
            if manifest not in (None, whole[1]):
                return "a manifest of a failed run"
            return None
        if manifest not in (None, whole[1], self.scenario.old.get(self.scenario.manifest)):
            return "a manifest of a failed run"
        if data not in (None, whole[0], self.scenario.old.get(self.scenario.data)):
            return "a dataset of a failed run"
        return None

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def file_modes(folder):
    return {name: stat.S_IMODE(os.stat(pathlib.Path(folder) / name).st_mode) for name in os.listdir(folder)}
