"""One wrong quote must not carry a neighbour's value into a column that leaves.

Every cell of an export is a mark of its own, which says record and column. The export is then damaged: variants of the
unbalanced quote that swallows the records behind it, single quotes put in or taken out everywhere, the files of
csv-spectrum with marks for their values, and mutations of quotes, line ends and backslashes. Whatever the run makes of it,
strict or lenient, a kept cell holds marks of its own column and of one record alone.

A line break inside a column that does not leave is no error: it may be a note of several lines. Two wrong quotes there can
join the start of one record to the end of another, and the text is well-formed CSV (RFC 4180) that says so. Only such
records may be joined, and they are counted; where `lenient: true` guesses, so are those joined at a dropped column.

    faults_quotes.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import io
import os
import pathlib
import random
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.faults import Server, is_long, why_not  # noqa: E402

COLUMNS = ["id", "kept", "ssn", "mail", "last"]
DROPPED = (3, 4)
MARK = re.compile(r"q(\d+)x(\d+)z")
RECORDS = 8
HEAD = """\
pare: 1
dataset: quotes
recipient: tester
purposes: {counting: {description: Count, basis: legitimate_interests}}
"""


def policy(kept, lenient):
    fields = "".join(f'  "#{place}": {{category: user.content, for: [counting], do: keep, because: invented, as: c{place}}}\n'
                     for place in kept)
    return HEAD + f"input: {{lenient: {'true' if lenient else 'false'}, delimiter: \",\"}}\nfields:\n" + fields + "unlisted: drop\n"


def mark(record, column):
    return f"q{record}x{column}z"


def export(quoted=(), end="\n"):
    """Cells whose place (record, column) is in `quoted`, or True for all, stand in quotes."""
    lines = [",".join(COLUMNS)]
    for record in range(1, RECORDS + 1):
        lines.append(",".join(f'"{mark(record, c)}"' if quoted is True or (record, c) in quoted else mark(record, c)
                              for c in range(1, len(COLUMNS) + 1)))
    return end.join(lines) + end


def unbalanced():
    """The class of rust-csv's issue 289: a quote opens in a column, and what closes it stands records later, or nowhere."""
    last = len(COLUMNS)
    for quoted in ((), True):
        for end in ("\n", "\r\n"):
            lines = export(quoted, end).split(end)
            for column in range(1, last + 1):
                cell = f'"{mark(3, column)}"' if quoted else mark(3, column)
                for broken in (f'"{mark(3, column)}', f'{mark(3, column)}"', f'"{mark(3, column)}""', f'""{mark(3, column)}"',
                               f'"{mark(3, column)}"x', f'x"{mark(3, column)}"', f' "{mark(3, column)}"', f'"{mark(3, column)}" ',
                               f'"{mark(3, column)}\\"', f'"{mark(3, column)}\\""', "'" + mark(3, column), f'"{end}{mark(3, column)}'):
                    damaged = list(lines)
                    damaged[3] = damaged[3].replace(cell, broken, 1)
                    yield f"unbalanced {broken!r} in column {column}", end.join(damaged)
                    for closer in (5, 6, RECORDS):
                        for other in (column, last):
                            twice = list(damaged)
                            cell2 = f'"{mark(closer, other)}"' if quoted else mark(closer, other)
                            for closing in (f'{mark(closer, other)}"', f'"{mark(closer, other)}', f'"",{mark(closer, other)}"'):
                                twice[closer] = lines[closer].replace(cell2, closing, 1)
                                yield f"{broken!r} in column {column}, {closing!r} in record {closer}", end.join(twice)


def single_quotes():
    """A quote put in at, or taken from, every place."""
    plain, quoted = export(), export(True)
    start = plain.index("\n") + 1
    for at in range(start, start + (len(plain) - start) // 3):
        yield f"a quote at {at}", plain[:at] + '"' + plain[at:]
    for at in range(start, len(quoted)):
        if quoted[at] == '"':
            yield f"no quote at {at}", quoted[:at] + quoted[at + 1:]
            yield f"two quotes at {at}", quoted[:at] + '"' + quoted[at:]


def spectrum(folder):
    """csv-spectrum's files, each value's letters and digits replaced by the mark of its cell, at every quote once damaged."""
    for path in sorted(folder.rglob("*.csv")):
        text = path.read_bytes().decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        width = len(rows[0])
        place = [1, 1, False]
        out = []
        body = text.index("\n") + 1
        for piece in re.findall(r'\w+|"|,|\r\n|\n|[^\w",\r\n]+|\r', text[body:]):
            if piece == '"':
                place[2] = not place[2]
            elif piece == "," and not place[2]:
                place[1] += 1
            elif piece in ("\n", "\r\n") and not place[2]:
                place[0], place[1] = place[0] + 1, 1
            elif re.fullmatch(r"\w+", piece):
                piece = mark(place[0], place[1])
            out.append(piece)
        marked = text[:body] + "".join(out)
        yield path.name, marked, width
        for at in range(body, len(marked)):
            if marked[at] == '"':
                yield f"{path.name}, no quote at {at}", marked[:at] + marked[at + 1:], width
                yield f"{path.name}, two quotes at {at}", marked[:at] + '"' + marked[at:], width
            elif marked[at] in ",\n":
                yield f"{path.name}, a quote before {at}", marked[:at] + '"' + marked[at:], width
                yield f"{path.name}, a quote behind {at}", marked[:at + 1] + '"' + marked[at + 1:], width


def line_ends():
    """A line end put in at every place, outside quotes and inside."""
    for text in (export(), export(True)):
        start = text.index("\n") + 1
        for at in range(start, start + (len(text) - start) // 3):
            for end in ("\n", "\r\n", "\r"):
                yield f"{end!r} at {at}", text[:at] + end + text[at:]


def mutations(count, parts):
    """One to four changes each. Delimiters stay: who adds one and takes another away has made a different export."""
    dice = random.Random(20260115)
    for number in range(count):
        cells = {(dice.randrange(1, RECORDS + 1), dice.randrange(1, len(COLUMNS) + 1)) for _ in range(dice.randrange(20))}
        text = export(cells if number % 3 else True, dice.choice(["\n", "\r\n"]))
        start = text.index("\n") + 1
        for _ in range(dice.randrange(1, 5)):
            at = dice.randrange(start, len(text) + 1)
            if dice.random() < 0.6 or at == len(text) or text[at] != '"':
                text = text[:at] + dice.choice(parts) + text[at:]
            else:
                text = text[:at] + text[at + 1:]
        yield f"mutation {number}", text


QUOTES = ['"', '"', '"', '""', "\\", "'", " ", "\t", "\0", "\ufeff", ' "', '" ']
LINE_ENDS = ['\n', '\r\n', '\r', '"\n', '\n"']


class Check:
    """One folder; each file is written over the one before it, and read by a server that forks."""

    def __init__(self, pare, build):
        self.pare, self.build = os.path.abspath(pare), build
        self.files = self.failures = self.read = self.joined = 0

    def run(self, cases, width, modes=(False, True)):
        kept = [place for place in range(1, width + 1) if width == 1 or place not in DROPPED]
        for lenient in modes:
            with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
                folder = pathlib.Path(name)
                (folder / "policy.yaml").write_text(policy(kept, lenient))
                (folder / "in.csv").write_bytes(b"")
                (folder / "standard-input").write_bytes(b"")
                servers = [Server(self.build, [self.pare, "run", "--quiet", "-p", "policy.yaml", "--threads", "1", *more, "-o",
                                               "out.csv", "in.csv"], folder) for more in ([], ["--read-bytes", "7"])]
                for number, (what, text) in enumerate(cases):
                    (folder / "in.csv").write_bytes(text.encode())
                    for server in servers if number % 3 == 0 or is_long() else servers[:1]:
                        (folder / "out.csv").unlink(missing_ok=True)
                        outcome = server.run()
                        self.judge(f"{what}{', lenient' if lenient else ''}", folder, outcome, kept, lenient)
                for server in servers:
                    server.close()

    @staticmethod
    def joined_at_dropped(found):
        """Before the dropped columns all is of one record, behind them all of a later one."""
        before = {record for record, _, place in found if place < min(DROPPED)}
        behind = {record for record, _, place in found if place > max(DROPPED)}
        return len(before) == len(behind) == 1 and min(before) < min(behind)

    @staticmethod
    def says_so(folder, found):
        """Whether the text itself, read by Python, has these marks in one record, with a line break in a dropped cell."""
        text = (folder / "in.csv").read_bytes().decode()
        for row in csv.reader(io.StringIO(text, newline="")):
            if all(place <= len(row) and mark(record, column) in row[place - 1] for record, column, place in found):
                return any("\n" in cell or "\r" in cell for place, cell in enumerate(row, 1) if place in DROPPED)
        return False

    def judge(self, what, folder, outcome, kept, lenient):
        self.files += 1
        wrong = None
        said = (folder / "standard-error").read_text()
        if MARK.search(said):
            wrong = "a value in a message"
        elif outcome.exit not in (0, 65, 78):
            wrong = f"exit {outcome.exit}: {said}"
        elif (outcome.exit == 0) != (folder / "out.csv").exists():
            wrong = "delivered and not, at once"
        elif outcome.exit == 0:
            self.read += 1
            rows = list(csv.reader(io.StringIO((folder / "out.csv").read_bytes().decode(), newline=""), strict=True))
            for row in rows[1:]:
                found = [(int(record), int(column), place) for place, cell in zip(kept, row, strict=True)
                         for record, column in MARK.findall(cell)]
                if any(column != place for _, column, place in found):
                    wrong = f"a value of another column: {row}"
                elif any(len({record for record, _ in MARK.findall(cell)}) > 1 for cell in row):
                    wrong = f"values of several records in one cell: {row}"
                elif len({record for record, _, _ in found}) > 1:
                    self.joined += 1
                    if not (self.joined_at_dropped(found) if lenient else self.says_so(folder, found)):
                        wrong = f"values of several records: {row}"
        if wrong:
            self.failures += 1
            if self.failures <= 10:
                print(f"FAIL {what}: {wrong}\n     {(folder / 'in.csv').read_bytes()!r}")


def main():
    pare, source, build = sys.argv[1:4]
    reason = why_not(build)
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    check = Check(pare, build)
    width = len(COLUMNS)
    check.run([("nothing", export()), ("nothing, quoted", export(True))], width)
    assert check.read == check.files > 5, "what is sound must be read"
    check.run(list(unbalanced()), width)
    check.run(list(single_quotes()), width)
    check.run(list(line_ends()), width)
    count = 5000 if is_long() else 300
    check.run(list(mutations(count, QUOTES)), width)
    check.run(list(mutations(count, QUOTES + LINE_ENDS)), width, (False,))  # several line ends: not for `lenient`
    folder = pathlib.Path(source) / ".." / "shared" / "data" / "csv-spectrum"
    by_width = {}
    for what, text, columns in spectrum(folder) if folder.exists() else []:
        by_width.setdefault(columns, []).append((what, text))
    for columns, cases in by_width.items():
        check.run(cases, columns)
    if not by_width:
        print("csv-spectrum is not here")
    print(f"{check.files} files, {check.read} of them delivered, {check.joined} records joined by quotes in dropped columns, {check.failures} failures")
    sys.exit(1 if check.failures or not check.read else 0)


main()
