"""Policies that are wrong or doubtful, each with the findings that a newcomer could act on.

tests/cases/bad-policies/NAME.yaml is the policy, NAME.expect names every finding in the order of the document:

    PR021 3:1 | recipent | did you mean `recipient`?

that is, code, line and column of the first character that is wrong, and words that must stand in the message, the label,
the help or the note. There may be no other error or warning. `pare check` must exit with 78 where one of them is an error, else 0.
The examples of docs/POLICY.md are checked as well: they must have neither.
"""
import gzip
import pathlib
import re
import subprocess
import sys
import tempfile

CODE = re.compile(r"^(error|warning|info)\[(PR\d{3})\]: ")
PLACE = re.compile(r"^ *--> .*:(\d+):(\d+)$")


def read_findings(text):
    """[(severity, "PR021 3:1", all its text)] of what `pare check` printed."""
    findings = []
    for line in text.splitlines():
        code, place = CODE.match(line), PLACE.match(line)
        if code:
            findings.append([code[1], code[2], ""])
        if findings:
            if place:
                findings[-1][1] += f" {place[1]}:{place[2]}"
            elif not re.match(r"^ *\d+ \| ", line):  # the source line itself proves nothing
                findings[-1][2] += line + "\n"
    return [finding for finding in findings if finding[0] != "info"]  # lint.py's matter: no policy is wrong for one


def read_expected(path):
    expected = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            place, *words = line.split(" | ")
            expected.append((place, words))
    return expected


def check(program, policy):
    run = subprocess.run([program, "check", "-p", policy.name], cwd=policy.parent, capture_output=True, timeout=60)
    text = (run.stdout + run.stderr).decode("utf-8")
    findings, expected = read_findings(text), read_expected(policy.with_suffix(".expect"))
    problems = []
    if [f[1] for f in findings] != [place for place, _ in expected]:
        problems.append(f"expected {[place for place, _ in expected]}, found {[f[1] for f in findings]}")
    for (place, words), finding in zip(expected, findings):
        problems += [f"{place}: nothing says {word!r}" for word in words if word not in finding[2]]
    wanted = 78 if any(f[0] == "error" for f in findings) else 0
    if run.returncode != wanted:
        problems.append(f"exit status {run.returncode}, not {wanted}")
    return problems, text


def check_documented(program, page):
    """The whole policies that the reference shows must be right, down to the last warning."""
    examples = re.findall(r"^```yaml\n(pare: 1\n.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    failed = 0 if examples else 1
    for number, example in enumerate(examples, 1):
        with tempfile.TemporaryDirectory() as folder:
            policy = pathlib.Path(folder, "policy.yaml")
            policy.write_text(example, encoding="utf-8")
            pathlib.Path(folder, "lists").mkdir()  # what the examples' opt-outs name
            pathlib.Path(folder, "lists", "do-not-mail.csv.gz").write_bytes(gzip.compress(b"E-Mail\na@b.example\n"))
            pathlib.Path(folder, "lists", "erased.csv").write_bytes(b"customer_id\n7\n")
            run = subprocess.run([program, "check", "-p", policy.name], cwd=folder, capture_output=True, timeout=60)
            text = (run.stdout + run.stderr).decode("utf-8")
            if run.returncode != 0 or read_findings(text):
                failed += 1
                print(f"--- example {number} of {page.name}: exit status {run.returncode}", text, sep="\n")
    return failed


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    policies = sorted((source / "tests/cases/bad-policies").glob("*.yaml"))
    failed = check_documented(str(pathlib.Path(program).resolve()), source / "docs/POLICY.md")
    for policy in policies:
        problems, text = check(str(pathlib.Path(program).resolve()), policy)
        if problems:
            failed += 1
            print(f"--- {policy.name}", *problems, text, sep="\n")
    print(f"{len(policies)} policies, {failed} failed")
    return 1 if failed or len(policies) < 60 else 0


sys.exit(main())
