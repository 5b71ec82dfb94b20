"""Honest words, and nobody's machine: what the project's texts may not say.

Pseudonymized data stays personal data (GDPR recital 26), so no text may claim that what comes out is anonymized; a sentence
that says it is not may. And no text names a path of the machine it was written on.

    docs_words.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys

SUFFIXES = {".c", ".h", ".md", ".py", ".sh", ".cmake", ".yaml", ".yml", ".txt", ".json", ".html", ".in", ""}
CLAIM = re.compile(r"\b(?:de-?)?anonymi[sz](?:ed|es|e|ing|ation|er)\b", re.I)
ANONYMOUS = re.compile(r"\banonymous(?:ly)?\b", re.I)
DENIAL = re.compile(r"\b(?:not|never|no|nor|cannot|neither|without)\b|n't\b|n’t\b", re.I)
MACHINE = re.compile(r"(?<![\w./])/(?:home|root|Users|work|mnt|workspace|build)/[\w.]|\b[A-Z]:\\Users\\|\banchors/")
# sentences end at a full stop, a blank line, a list item, a table row
SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n\s*\n|\n\s*(?:[-*|#]|\d+\.)\s")

problems = []


def sentences(text):
    """(offset, sentence)"""
    start = 0
    for end in SENTENCE_END.finditer(text):
        yield start, text[start:end.start()]
        start = end.end()
    yield start, text[start:]


def check(name, text):
    def problem(offset, what):
        problems.append(f"{name}:{text.count(chr(10), 0, offset) + 1}: {what}")

    for offset, sentence in sentences(text):
        claim = CLAIM.search(sentence)
        if claim is None and name.endswith(".md"):
            claim = ANONYMOUS.search(sentence)
        if claim is not None and DENIAL.search(sentence) is None:
            problem(offset + claim.start(), f"`{claim.group()}`: what comes out is minimized and pseudonymized")
    for machine in MACHINE.finditer(text):
        problem(machine.start(), f"`{machine.group()}`: a path of somebody's machine")


def self_test():
    check("a.md", "The output is ano" + "nymized.\n")
    check("b.c", "/* ano" + "nymises\n * names */")
    check("c.md", "see /ho" + "me/me/x")
    check("d.md", "An ano" + "nymous file.")
    if len(problems) != 4:
        sys.exit(f"the checks found {len(problems)} problems where there are 4")
    problems.clear()
    check("e.md", "It never says ano" + "nymous.\n\nIt isn't ano" + "nymized. A path/home/x, /tmp/x")
    check("f.c", "MAP_ANO" + "NYMOUS; /* an ano" + "nymous mapping */")
    if problems:
        sys.exit("the checks complain where nothing is wrong: " + "; ".join(problems))


def texts(root):
    """What is under version control, or without git all of the tree but builds."""
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        return [root / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in root.rglob("*") if path.is_file() and "build" not in path.parts and ".git" not in path.parts]


def main():
    root = pathlib.Path(sys.argv[2])
    self_test()
    n_texts = 0
    for path in texts(root):
        name = path.relative_to(root).as_posix()
        # data of tests is what people wrote elsewhere: it claims nothing for us
        if path.suffix not in SUFFIXES or name.startswith(("fixtures/", "tests/fuzz/")) or not path.is_file():
            continue
        try:
            check(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        n_texts += 1
    if n_texts < 20:
        sys.exit(f"only {n_texts} texts below {root}: is this the source folder?")
    print("\n".join(problems) or f"{n_texts} texts keep to their words")
    sys.exit(1 if problems else 0)


main()
