"""Power cuts: what was not synced is lost, torn or out of order, and no manifest stands beside half a dataset.

A run's calls that change files are recorded by strace(1), once; then the power is cut in a model, behind every one of them.
The model knows less than any file system promises (POSIX fsync(); after Pillai et al., "All File Systems Are Not Created
Equal", OSDI 2014):

  - what was written to a file and not synced since may be there, in part, as zeros, or not at all
  - what was changed in a directory and not synced since (made, renamed, removed) may be there or not, each for itself: in any
    order, and also where it happened later than what is lost
  - to sync a file says nothing of its name, to sync a directory nothing of what its files hold

In every state that can remain, names hold what they held before or the whole new thing; where the new manifest stands, so
does its dataset; and once the run has said that it delivered, all of it is there. Every distinct state is also put on disk
for `pare verify`, which must pass on whole deliveries alone. That the model can say no is shown by leaving out each sync.

    faults_power.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import Stage, all_scenarios  # noqa: E402
from support.faults import is_long, why_not  # noqa: E402

CALLS = ("open,openat,creat,write,writev,pwrite64,pwritev,fsync,fdatasync,sync,syncfs,sync_file_range,rename,renameat,renameat2,"
         "link,linkat,unlink,unlinkat,ftruncate,truncate,fallocate,mkdir,mkdirat,copy_file_range,sendfile,splice")
LINE = re.compile(r'^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)(?:<(.*?)>)?')
STARTED = re.compile(r"^(\d+)\s+(\w+\(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. \w+ resumed>(.*)$")


class Unknown(Exception):
    """A call that the model does not know."""


# --- what a run did ------------------------------------------------------------------------------------------------

def whole_lines(text):
    """strace's lines, those that were interrupted put together again, in the order in which the calls ended."""
    pending = {}
    for line in text.splitlines():
        started, resumed = STARTED.match(line), RESUMED.match(line)
        if started:
            pending[started.group(1)] = started.group(2)
        elif resumed:
            yield f"{resumed.group(1)} {pending.pop(resumed.group(1))}{resumed.group(2)}"
        else:
            yield line


def strings(arguments):
    return re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)


def record(stage):
    """The calls that succeeded and changed something below the stage's folder, as (what, ...)."""
    log = stage.folder / "tmp" / "strace"
    command = ["strace", "-f", "-qq", "-y", "-s", "300", "-o", str(log), "-e", f"trace={CALLS}", *map(str, stage.command)]
    with open(stage.folder / "standard-input", "rb") as given, open(stage.folder / "standard-output", "wb") as out, \
            open(stage.folder / "standard-error", "wb") as errors:
        status = subprocess.run(command, cwd=stage.folder, stdin=given, stdout=out, stderr=errors,
                                env={**os.environ, **stage.environment}).returncode
    text = log.read_text()
    log.unlink()
    if status != 0:
        raise OSError(f"{status}: {stage.messages()[:300]!r} {text[-300:]}")
    return [op for line in whole_lines(text) for op in parse(line, str(stage.folder))]


def parse(line, folder):
    match = LINE.match(line)
    if match is None or int(match.group(3)) < 0:
        return
    call, arguments, result, opened = match.groups()
    names, paths = strings(arguments), re.findall(r"<(/[^>]*)>", arguments)
    inside = [path for path in paths if path.startswith(folder) and not path.startswith(f"{folder}/tmp/#")]  # a spool has no name

    def under(directory, name):
        return os.path.normpath(os.path.join(directory, name))

    if call in ("open", "openat", "creat"):
        if "O_CREAT" in arguments and opened.startswith(folder):
            if "O_EXCL" not in arguments:
                raise Unknown(line)
            yield "make", opened
    elif call in ("write", "writev", "pwrite64"):
        if inside and pathlib.Path(inside[0]).name not in Stage.SERVICE:
            if call != "write":
                raise Unknown(line)
            yield "write", inside[0], int(result)
    elif call in ("fsync", "fdatasync") and inside:
        yield "sync", inside[0]
    elif call in ("renameat", "renameat2"):
        yield "rename", under(paths[0], names[0]), under(paths[1], names[1])
    elif call in ("unlink", "unlinkat"):
        yield "unlink", under(paths[0], names[0]) if paths else under(folder, names[0])
    elif call == "sync_file_range":
        pass  # promises nothing
    else:
        raise Unknown(line)


# --- the model -----------------------------------------------------------------------------------------------------

class Disk:
    """Files by number, so that names can move. `durable` survives, `pending` may."""

    def __init__(self, names):
        self.lengths, self.synced, self.numbers = {}, {}, itertools.count(1)
        self.durable = {name: self.old(content) for name, content in names.items()}
        self.now = dict(self.durable)  # what the running system sees
        self.pending = []  # (directory, name, number or None), in order

    def old(self, content):
        number = next(self.numbers)
        self.lengths[number] = self.synced[number] = len(content)
        return number

    def change(self, path, number):
        self.pending.append((os.path.dirname(path), path, number))
        if number is None:
            self.now.pop(path, None)
        else:
            self.now[path] = number

    def do(self, op):
        kind, path = op[0], op[1]
        if kind == "make":
            number = next(self.numbers)
            self.lengths[number] = self.synced[number] = 0
            self.change(path, number)
        elif kind == "write":
            self.lengths[self.now[path]] += op[2]
        elif kind == "sync" and path in self.now:
            self.synced[self.now[path]] = self.lengths[self.now[path]]
        elif kind == "sync":  # a directory
            for _, name, number in [change for change in self.pending if change[0] == path]:
                self.keep(self.durable, name, number)
            self.pending = [change for change in self.pending if change[0] != path]
        elif kind == "rename":
            number = self.now[path]
            self.change(path, None)
            self.change(op[2], number)
        elif kind == "unlink":
            self.change(path, None)

    @staticmethod
    def keep(names, name, number):
        if number is None:
            names.pop(name, None)
        else:
            names[name] = number

    def contents(self, number):
        """What a file can hold: (bytes that are right, bytes of zeros behind them)."""
        synced, length = self.synced[number], self.lengths[number]
        if synced == length:
            return [(length, 0)]
        middle = (synced + length) // 2
        return sorted({(synced, 0), (middle, 0), (middle, length - middle), (synced, length - synced), (length, 0)})

    def states(self, watched):
        """Every {name: (number, right, zeros)} of the watched names that a cut can leave."""
        seen = set()
        for chosen in itertools.product((False, True), repeat=len(self.pending)):
            names = dict(self.durable)
            for keeps, (_, name, number) in zip(chosen, self.pending):
                if keeps:
                    self.keep(names, name, number)
            there = [(name, names[name]) for name in watched if name in names]
            for held in itertools.product(*(self.contents(number) for _, number in there)):
                seen.add(tuple((name, number, *content) for (name, number), content in zip(there, held)))
        return seen


def watched_of(stage):
    scenario = stage.scenario
    return [str(stage.folder / name) for name in (scenario.data, scenario.manifest, scenario.refused) if name not in (None, "-")]


def walk(stage, ops):
    """(how many calls, state, finished) behind every prefix; `finished`: number -> whose name it gets at last, and its length."""
    watched = watched_of(stage)
    names = {str(stage.folder / name): content for name, content in stage.scenario.old.items()}
    whole, disk = Disk(names), Disk(names)
    for op in ops:
        whole.do(op)
    finished = {whole.now[name]: (name, whole.lengths[whole.now[name]]) for name in watched if name in whole.now}
    for count in range(len(ops) + 1):
        if count > 0:
            disk.do(ops[count - 1])
        for state in disk.states(watched):
            yield count, state, finished


def wrong_with(stage, state, finished, ended):
    """What is wrong with a state, or None."""
    whole = set()
    for name, number, right, zeros in state:
        if number not in finished:  # it stood there before
            continue
        if finished[number] != (name, right) or zeros:
            return f"{os.path.basename(name)} holds a part: {right} of {finished[number][1]} bytes"
        whole.add(name)
    manifest = str(stage.folder / stage.scenario.manifest)
    missing = [name for name in watched_of(stage) if name not in whole]
    if missing and (manifest in whole or ended):
        return f"{'the run has delivered' if ended else 'the new manifest stands'} without {os.path.basename(missing[0])}"
    return None


class Check:
    def __init__(self, pare):
        self.pare = os.path.abspath(pare)
        self.cuts = self.states = self.failures = self.verified = self.passed = self.syncs = self.found_out = 0

    def fail(self, stage, what):
        self.failures += 1
        if self.failures <= 20:
            print(f"FAIL {stage.scenario.name}: {what}")

    def go_through(self, stage, ops, distinct):
        """The first thing that is wrong, or None. All states are kept in `distinct`."""
        first = None
        for count, state, finished in walk(stage, ops):
            self.states += 1
            distinct.setdefault(state, finished)
            wrong = first or wrong_with(stage, state, finished, count == len(ops))
            if wrong and not first:
                first = f"the power goes behind call {count} of {len(ops)}: {wrong}"
        self.cuts += len(ops) + 1
        return first

    def leave_out(self, stage, ops, distinct):
        """Without any one of its syncs the model must object."""
        manifest = str(stage.folder / stage.scenario.manifest)
        for i, op in enumerate(ops):
            if op[0] != "sync":
                continue
            again = next((j for j in range(i + 1, len(ops)) if ops[j] == op), len(ops))
            if again < len(ops) and not any(later[0] == "rename" and later[2] == manifest for later in ops[i:again]):
                continue  # the same directory is synced once more before the manifest gets its name
            self.syncs += 1
            if self.go_through(stage, ops[:i] + ops[i + 1:], distinct) is None:
                self.fail(stage, f"without {op} nothing is lost: the model can't say no")
            else:
                self.found_out += 1

    def verify(self, stage, state, finished, copy):
        """Put a state on disk and ask: only a whole delivery may pass."""
        for path in copy.iterdir():
            path.unlink()
        scenario = stage.scenario
        golden = dict(zip((scenario.data, scenario.manifest, scenario.refused), stage.golden))
        there = {}
        for name, number, right, zeros in state:
            relative = os.path.relpath(name, stage.folder)
            there[relative] = golden[relative][:right] + b"\0" * zeros if number in finished else scenario.old[relative]
            (copy / os.path.basename(name)).write_bytes(there[relative])
        ran = subprocess.run([self.pare, "verify", "--manifest", os.path.basename(scenario.manifest), scenario.data], cwd=copy,
                             capture_output=True)
        self.verified += 1
        self.passed += ran.returncode == 0
        whole = all(there.get(name) == golden[name] for name in (scenario.data, scenario.manifest))
        if (ran.returncode == 0) != whole:
            self.fail(stage, f"verify: {ran.returncode} for {state}: {ran.stdout[:200]!r}")

    def scenario(self, scenario):
        stage = Stage(self.pare, scenario)
        try:
            try:
                ops = record(stage)
            except OSError as why:
                print("skipped: strace can't trace here:", why)
                sys.exit(77)
            stage.keep_golden()
            distinct = {}
            wrong = self.go_through(stage, ops, distinct)
            if wrong:
                self.fail(stage, wrong)
            self.leave_out(stage, ops, distinct)
            if scenario.data != "-":
                copy = stage.folder / "tmp" / "copy"
                copy.mkdir()
                for state, finished in list(distinct.items())[:None if is_long() else 30]:
                    self.verify(stage, state, finished, copy)
                shutil.rmtree(copy)
        finally:
            stage.close()


def main():
    pare, _, build = sys.argv[1:4]
    reason = why_not(build) or ("strace is not here" if shutil.which("strace") is None else None)
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    check = Check(pare)
    for scenario in all_scenarios():
        if scenario.manifest is not None:
            check.scenario(scenario)
    print(f"{check.cuts} cuts, {check.states} states; {check.found_out} of {check.syncs} left-out syncs found out; "
          f"{check.verified} states verified, {check.passed} passed; {check.failures} failures")
    sys.exit(1 if check.failures else 0)


main()
