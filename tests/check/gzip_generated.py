"""The gzip set through the whole program: what its manifest calls whole is delivered like the plain text, anything else is
exit status 65 with nothing under the output's name; so is every prefix of a file. With both codecs.

Usage: gzip_generated.py PARE SOURCE_DIR BUILD_DIR
"""
import gzip
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile

pare, source = sys.argv[1], sys.argv[2]
folder = os.path.join(source, "..", "shared", "data", "gzip", "generated")
MEMORY = 96 << 20  # bytes of resident memory that any run may reach: bombs are 256 MiB and more

POLICY = """pare: 1
dataset: gzip
recipient: tester
purposes:
  p: {{description: d, basis: contract}}
input: {{format: csv, delimiter: ","}}
fields:
{fields}
"""

# Not gzip streams, or text that the record reader refuses; the rest behaves as its `expect` says.
ELSEWHERE = {
    "zlib-not-gzip.gz": 0,        # the set asks a gzip reader: this one reads zlib too
    "gz-of-gz.csv.gz": 65,        # whole, but compressed twice
    "empty-member.gz": 65,        # whole, but there is no header in nothing
    "bomb-200k-empty-members.gz": 65,
    "bomb-zeros-256MiB.gz": 65,   # NUL
    "bomb-row-256MiB.csv.gz": 65,  # one record beyond every limit
}


def run(work, name, text, columns, *options):
    """(exit status, digest of what was delivered or None, messages) of a run over a file with these bytes."""
    stored, policy, out = (os.path.join(work, part) for part in (name, "policy.yaml", "out.csv"))
    with open(policy, "w", encoding="utf-8") as page:
        page.write(POLICY.format(fields="\n".join(
            f"  {json.dumps(column)}: {{category: user.content, for: [p], multiline: true, because: a test, do: keep}}"
            for column in columns)))
    if text is not None:
        with open(stored, "wb") as file:
            file.write(text)
    else:
        stored = os.path.join(folder, name)
    done = subprocess.run([pare, "run", "--quiet", "-p", policy, "-o", out, *options, stored], capture_output=True,
                          check=False)
    delivered = None
    if os.path.exists(out):
        with open(out, "rb") as file:  # a digest: what this script holds would count as its children's memory
            delivered = hashlib.file_digest(file, "sha256").hexdigest()
    for left in os.listdir(work):
        if left != "policy.yaml":
            os.unlink(os.path.join(work, left))
    return done.returncode, delivered, done.stderr.decode("utf-8", "replace")



def main():
    if not os.path.isdir(folder):
        print("skipped: the gzip set is not here")
        return 77
    with open(os.path.join(folder, "manifest.jsonl"), encoding="utf-8") as lines:
        manifest = [json.loads(line) for line in lines]
    with gzip.open(os.path.join(folder, "plain.csv.gz")) as file:
        plain = file.read()
    columns = plain.split(b"\n")[0].strip().decode("utf-8").split(",")
    failures = []
    with tempfile.TemporaryDirectory() as work:
        status, expected, said = run(work, "plain.csv", plain, columns)
        if status != 0 or not expected:
            sys.exit(f"the plain text itself is not delivered: {status} {said}")
        for line in manifest:
            name, whole = line["file"], line["expect"].startswith("ok")
            wanted = ELSEWHERE.get(name, 0 if whole else 65)
            for options in ([], ["--portable"]):
                mine = columns
                if name.startswith(("bomb", "many-members")):
                    with gzip.open(os.path.join(folder, name)) as file:
                        mine = file.readline(1 << 16).decode("latin-1").strip().split(",")
                    if len(mine) > 100 or mine == [""] or "\0" in mine[0]:
                        mine = columns
                status, delivered, said = run(work, name, None, mine, *options)
                good = status == wanted and (delivered is not None) == (wanted == 0)
                if good and wanted == 0 and line.get("out_len") == len(plain):
                    good = delivered == expected
                if not good:
                    failures.append(f"{name} {options}: exit {status}, wanted {wanted}, "
                                    f"delivered {delivered is not None}: {said.strip()[:300]}")
        with open(os.path.join(folder, "plain.csv.gz"), "rb") as file:
            packed = file.read()
        for length in range(0, len(packed), 61):
            status, delivered, said = run(work, "prefix.csv.gz", packed[:length], columns)
            if status != 65 or delivered is not None:
                failures.append(f"first {length} bytes: exit {status}: {said.strip()[:300]}")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if most > MEMORY and "asan" not in sys.argv[3] and not sanitized():
        failures.append(f"a run reached {most >> 20} MiB of memory")
    for failure in failures:
        print(failure)
    print(f"{len(manifest)} files, {len(failures)} wrong, at most {most >> 20} MiB")
    return 1 if failures else 0


def sanitized():
    """Whether the program carries a sanitizer, whose memory is its own affair."""
    with open(pare, "rb") as file:
        return b"__asan_init" in file.read() or b"__tsan_init" in file.read()


sys.exit(main())
