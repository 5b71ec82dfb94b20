"""Same input, policy and key: same bytes, of the dataset and of its manifest, in 100 runs over threads, read sizes, locales,
time zones, environments and folders.

    faults_same_bytes.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import collections
import gzip
import hashlib
import itertools
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import HEAD, KEY, export  # noqa: E402
from support.faults import is_long  # noqa: E402

PARE = os.path.abspath(sys.argv[1])
POLICY = HEAD + """\
retention: [{field: born, keep: 60 years}]
fields:
  id: {category: user.unique_id, for: [counting], do: {pseudonymize: {domain: customer, rotate: yearly}}}
  text: {category: user.content, for: [counting], do: [{redact: {find: [email, phone, card]}}, {normalize: [lower, nfkc]}]}
  number: {category: user.contact, for: [counting], do: {pseudonymize: {method: ff1, alphabet: digits, domain: number}}}
  born: {category: user.demographic.date_of_birth, for: [counting], do: {shift: {days: 30, by: id}}}
unlisted: drop
"""
LOCALES = ["C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "nowhere"]
ZONES = ["UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "PARE-27:30"]


def main():
    runs = 500 if is_long() else 100
    records = 60000 if is_long() else 12000
    dice = random.Random(20260115)
    data = export(records).replace(b"plain", "größer ﬁ İ ΣΑΣ".encode())
    ways = list(itertools.product([1, 2, 8], [0, 4096, 4097, 65537, 1 << 20], LOCALES, ZONES))
    dice.shuffle(ways)
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "policy.yaml").write_text(POLICY)
        (folder / "in.csv").write_bytes(data)
        (folder / "in.csv.gz").write_bytes(gzip.compress(data, 1, mtime=0))
        (folder / "key").write_bytes(KEY)
        (folder / "key").chmod(0o600)
        for source, target in (("in.csv", "out.csv"), ("in.csv.gz", "out.csv.gz")):
            seen = collections.Counter()
            for number, (threads, read_bytes, locale, zone) in enumerate(ways[:runs // 2]):
                out = folder / f"run-{number % 7}"
                out.mkdir(exist_ok=True)
                more = ["--read-bytes", str(read_bytes)] if read_bytes else []
                done = subprocess.run(
                    [PARE, "run", "--quiet", "-p", "policy.yaml", "--key-file", "key", "--as-of", "2026-01-15", "--threads",
                     str(threads), *more, "-o", out / target, source], cwd=folder, capture_output=True, timeout=120,
                    env={"PATH": os.environ["PATH"], "LC_ALL": locale, "LANG": locale, "TZ": zone,
                         "MALLOC_PERTURB_": str(number % 256)}, check=False)
                if done.returncode != 0 or done.stderr:
                    failures += 1
                    print(f"FAIL {threads} threads, {read_bytes}, {locale}, {zone}: {done.returncode}: {done.stderr!r}")
                    continue
                manifest = (out / (target + ".datapackage.json")).read_bytes()
                whole = (out / target).read_bytes()
                seen[hashlib.sha256(whole).hexdigest(), hashlib.sha256(manifest).hexdigest()] += 1
                if number == 0:
                    lines = (gzip.decompress(whole) if whole[:2] == b"\x1f\x8b" else whole).count(b"\n")
                    assert lines > records // 4, lines
            print(f"{source}: {sum(seen.values())} runs, {len(seen)} digest of dataset and manifest")
            failures += len(seen) != 1
    sys.exit(1 if failures else 0)


main()
