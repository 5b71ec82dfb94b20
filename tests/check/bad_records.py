"""--on-bad-record: what is left out, where reading starts afresh, and that nothing of it depends on how the bytes arrive.

The model below knows docs/CSV.md, "Bad records", and nothing of the program: it walks a whole file byte by byte. Thousands of
random files are held against it, many in one run, with every read size and number of threads.
"""
import base64
import hashlib
import json
import os
import pathlib
import random
import stat
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.run import Bench, gzipped, shapes_of, stray_files  # noqa: E402

HEADER = b'k,d,t,v,x\n'
WIDTH = 5
POLICY = b'''pare: 1
dataset: bad
recipient: tester
purposes: {p: {description: x, basis: contract}}
retention: {field: d, keep: 1 year, unreadable: fail}
%sfields:
  k: {category: user, for: p, do: keep}
  t: {category: user, for: p, do: {replace: {map: {a: b, b: c}, otherwise: fail}}}
  v: {category: user, for: p, multiline: true, do: keep}
'''
MAPPED = {b'a': b'b', b'b': b'c'}


class Fatal(Exception):
    """Nothing can be read behind this record."""


def character(data, at):
    """Length of the well-formed character at `at`, or 0."""
    for length in (1, 2, 3, 4):
        try:
            data[at:at + length].decode('utf-8')
        except UnicodeDecodeError:
            continue
        return length if at + length <= len(data) else 0
    return 0


def walk(data, start, max_field):
    """One record: (end, fields, None), or (place, fields, code) where it is malformed."""
    fields, at, begun, mode = [], start, start, 'start'
    while True:
        if at - begun > max_field:
            return begun + max_field, fields, 'BR08'
        if at == len(data):
            if mode == 'quoted':
                raise Fatal
            return at, fields + [data[begun:at]], None
        byte = data[at:at + 1]
        if mode == 'quoted':
            if data[at:at + 2] == b'""':
                at += 2
                continue
            if byte == b'"':
                mode, at = 'closed', at + 1
                continue
        else:
            ends = 2 if data[at:at + 2] == b'\r\n' else 1 if byte == b'\n' else 0
            if ends:
                return at + ends, fields + [data[begun:at]], None
            if byte == b',':
                fields, at, mode = fields + [data[begun:at]], at + 1, 'start'
                begun = at
                continue
            if byte == b'\r':
                return at, fields, 'BR05'
            if mode == 'closed':
                return at, fields, 'BR04'
            if byte == b'"':
                if mode == 'plain':
                    return at, fields, 'BR03'
                mode, at = 'quoted', at + 1
                continue
            mode = 'plain'
        if byte == b'\0':
            return at, fields, 'BR06'
        length = character(data, at)
        if length == 0:
            return at, fields, 'BR07'
        at += length


def text_of(raw):
    return raw[1:-1].replace(b'""', b'"') if raw[:1] == b'"' else raw


def judge(fields):
    """What the policy says of a well-formed record: a code, 'old', or None."""
    date = text_of(fields[1])
    if date not in (b'2025-06-01', b'2024-06-01'):
        return 'BR10'
    if date == b'2024-06-01':
        return 'old'
    if any(b'\n' in fields[c] or b'\r' in fields[c] for c in (0, 2)):
        return 'BR09'
    if text_of(fields[2]) not in (b'a', b'b', b''):
        return 'BR11'
    return None


class Outcome:
    """What a file comes to: its rows, its bad records, and whether the run ends in it."""

    def __init__(self, data, max_field=65536, max_record=1 << 20):
        self.rows, self.bad, self.old, self.read, self.fatal = [], [], 0, 0, False
        at = len(HEADER)
        while at < len(data):
            try:
                end, fields, code = walk(data, at, max_field)
                if code is not None:
                    end = data.find(b'\n', end) + 1 or len(data)
                elif len(fields) != WIDTH:
                    code = 'BR01' if len(fields) < WIDTH else 'BR02'
                if end - at > max_record:
                    raise Fatal
            except Fatal:
                self.fatal = True
                return
            self.read += 1
            code = code or judge(fields)
            if code == 'old':
                self.old += 1
            elif code:
                self.bad.append((code, self.read, data.count(b'\n', 0, at) + 1 if len(data) < 9999 else None, at, data[at:end]))
            else:
                third = MAPPED.get(text_of(fields[2]), fields[2])
                self.rows.append(b','.join((fields[0], third, fields[3])) + b'\n')
            at = end


PIECES = [b'CANARYzx', b'1', b'', b'', b'\xc3\xa9', b'\xe2\x82\xac', b' ', b'"', b'""', b'\n', b'\r', b'\r\n', b',', b'\0', b'\xff',
          b'\xe2\x82', b'\xc3', b'"a"', b'"b\nc"', b'a' * 30, b'"' + b'z' * 40]


def random_field(dice, column, wild):
    if dice.random() < wild:
        return b''.join(dice.choice(PIECES) for _ in range(dice.randrange(4)))
    if column == 1:
        return dice.choice([b'2025-06-01', b'2025-06-01', b'"2025-06-01"', b'2024-06-01'])
    if column == 2:
        return dice.choice([b'a', b'b', b'"a"', b'', b'""'])
    return dice.choice([b'CANARYzx', b'"CANARYzx, x"', b'"a""b"', b'', b'7', b'\xe2\x82\xac'])


def random_file(dice, records, wild):
    """Mostly well-formed, with `wild` as the chance that a field or the shape of a record is not."""
    lines = [HEADER]
    for _ in range(records):
        width = WIDTH if dice.random() >= wild else dice.choice([0, 1, 4, 6])
        lines.append(b','.join(random_field(dice, c, wild / 2) for c in range(width)) + dice.choice([b'\n', b'\n', b'\r\n']))
    data = b''.join(lines)
    return data[:-1] if dice.random() < 0.2 and data.endswith(b'\n') and len(data) > len(HEADER) else data


def run_files(bench, folder, names, *options):
    target = folder / 'out.csv'
    for leftover in ('out.csv', 'out.csv.datapackage.json', 'bad.ndjson'):
        (folder / leftover).unlink(missing_ok=True)
    return bench.run('run', '-p', 'policy.yaml', '--as-of', '2026-01-01', '-q', '-o', target, *options, *names, cwd=folder)


def delivered(folder):
    return tuple((folder / name).read_bytes() for name in ('out.csv', 'out.csv.datapackage.json', 'bad.ndjson'))


def check_against_model(bench, folder, names, outcomes, what):
    """The dataset, the quarantine and the manifest of a run that quarantined."""
    dataset, manifest, quarantine = delivered(folder)
    bench.expect(dataset == b'k,t,v\n' + b''.join(row for o in outcomes for row in o.rows), what + ': the dataset')
    got = []
    for line in quarantine.splitlines():
        item = json.loads(line)
        raw = base64.b64decode(item['raw'], validate=True)
        bench.expect(item['length'] == len(raw), what + ': length')
        got.append((item['input'], item['file'], item['code'], item['record'], item['line'], item['byte'], raw))
    want = [(i + 1, name) + bad for i, (name, o) in enumerate(zip(names, outcomes)) for bad in o.bad]
    if any(bad[2] is None for o in outcomes for bad in o.bad):  # a large file: its lines are not counted here
        got = [item[:4] + (None,) + item[5:] for item in got]
    for index in range(max(len(got), len(want))):
        if not bench.equal(got[index:index + 1], want[index:index + 1], '%s: quarantined record %d' % (what, index)):
            break
    counts = json.loads(manifest)['pare']['counts']
    codes = [bad[0] for o in outcomes for bad in o.bad]
    bench.equal((counts['read'], counts['written'], counts['dropped']['retention'], counts['quarantined']),
                (sum(o.read for o in outcomes), sum(len(o.rows) for o in outcomes), sum(o.old for o in outcomes), len(codes)),
                what + ': counts')
    bench.equal(counts['quarantined_by'], {code: codes.count(code) for code in sorted(set(codes))}, what + ': counts by code')
    bench.equal(json.loads(manifest)['pare']['quarantine'],
                {'name': 'bad.ndjson', 'bytes': len(quarantine), 'sha256': hashlib.sha256(quarantine).hexdigest()},
                what + ': the quarantine in the manifest')
    bench.equal(stat.S_IMODE(os.stat(folder / 'bad.ndjson').st_mode), 0o600, what + ': mode')
    for shape in shapes_of('CANARYzx'):
        bench.expect(shape not in manifest, what + ': no value in the manifest')


QUARANTINE = ('--on-bad-record', 'quarantine=bad.ndjson')


def many_small_files(bench, dice, limits, n_files, seen):
    """Files that can be read to their end, forty in one run; the others one by one."""
    folder = bench.new_folder('small')
    (folder / 'policy.yaml').write_bytes(POLICY % b'')
    options = [str(o) for name, value in limits.items() for o in ('--' + name.replace('_', '-'), value)]
    pool, fatal = [], []
    for number in range(n_files):
        data = random_file(dice, dice.randrange(1, 14), dice.choice([0.03, 0.2, 0.5]))
        outcome = Outcome(data, **limits)
        seen.update(bad[0] for bad in outcome.bad)
        name = 'in%d' % number
        (folder / name).write_bytes(gzipped(data) if number % 3 == 0 else data)
        (fatal if outcome.fatal else pool).append((name, outcome))
    for first in range(0, len(pool), 40):
        names, outcomes = zip(*pool[first:first + 40])
        before = None
        ways = [['--threads', 1], ['--threads', 4, '--read-bytes', 1]]
        ways += [['--threads', t, '--read-bytes', n] for t, n in ((2, 2), (1, 3), (3, 7), (2, 64))] if first % 320 == 0 else []
        ways += [['--portable', '--threads', 2], ['--cross-check', '--threads', 2]] if first % 320 == 0 else []
        for way in ways:
            what = 'files from %s with %s %s' % (names[0], options, way)
            ran = run_files(bench, folder, names, *QUARANTINE, *options, *way)
            if not bench.equal(ran.returncode, 0, what + ': %r' % ran.stderr):
                return
            bench.expect(b'CANARY' not in ran.stderr and b'RAW PERSONAL DATA' in ran.stderr, what + ': messages')
            if before is None:
                check_against_model(bench, folder, names, outcomes, what)
                before = delivered(folder)
            bench.expect(delivered(folder) == before, what + ': the same bytes')
        ran = run_files(bench, folder, names, '--on-bad-record', 'drop', *options)
        bench.expect(ran.returncode == 0 and (folder / 'out.csv').read_bytes() == before[0], 'drop: the same dataset')
    bench.expect(n_files < 100 or (len(pool) > 40 and len(fatal) > 2), 'both kinds of files occur: %d, %d' % (len(pool), len(fatal)))
    for name, outcome in fatal[:120]:
        ran = run_files(bench, folder, [name], *QUARANTINE, *options, '--threads', 2, '--read-bytes', dice.choice([1, 5, 9999]))
        what = '%s, which ends the run' % name
        bench.equal(ran.returncode, 65, what)
        bench.expect(b'record %d' % (outcome.read + 1) in ran.stderr, what + ': record %d: %r' % (outcome.read + 1, ran.stderr))
        bench.expect(b'CANARY' not in ran.stderr, what + ': no value in messages')
        bench.equal([f for f in stray_files(folder, []) if not f.startswith('in') and f != 'policy.yaml'], [], what + ': no file')


def large_files(bench, dice):
    """Across windows and batches; a stray quote in the first record turns the parity of everything behind it."""
    folder = bench.new_folder('large')
    (folder / 'policy.yaml').write_bytes(POLICY % b'')
    body = random_file(dice, 30000, 0.01)[len(HEADER):]
    good = random_file(random.Random(5), 30000, 0)[len(HEADER):]
    stray = b'7,2025-06-01,a,x"y,\n'
    swallowed = b'7,2025-06-01,a,"open,\n' + b'1,2025-06-01,b,"s",t\n' * 4000  # a field that is too long, wherever it ends
    cases = {'random': body, 'stray': stray + good, 'stray in the middle': good[:700000].rpartition(b'\n')[0] + b'\n' + stray + good,
             'swallowed': good + swallowed + good, 'long': b'8,2025-06-01,a,' + b'"' * 300 + b'q' * 900000 + b',\n' + good}
    for name, data in cases.items():
        data = HEADER + data + (b'' if data.endswith(b'\n') else b'\n')
        (folder / 'in').write_bytes(data)
        outcome = Outcome(data)
        bench.expect(not outcome.fatal and outcome.bad and len(outcome.rows) > 5000, name + ': has good and bad records')
        before = None
        for way in (['--threads', 1], ['--threads', 4], ['--threads', 2, '--read-bytes', 4099], ['--threads', 3, '--cross-check'],
                    ['--portable']):
            ran = run_files(bench, folder, ['in'], *QUARANTINE, *way)
            if not bench.equal(ran.returncode, 0, '%s %s: %r' % (name, way, ran.stderr)):
                break
            if before is None:
                check_against_model(bench, folder, ['in'], [outcome], name)
                before = delivered(folder)
            bench.expect(delivered(folder) == before, '%s %s: the same bytes' % (name, way))


def files_and_gates(bench):
    folder = bench.new_folder('files')
    good, bad = b'7,2025-06-01,a,x,\n', b'7,2025-06-01\n'
    (folder / 'in').write_bytes(HEADER + good * 9 + bad)
    for share, status in ((b'10%', 0), (b'9.9%', 1), (b'0', 1)):
        (folder / 'policy.yaml').write_bytes(POLICY % (b'gates: {max_quarantined: %s}\n' % share))
        ran = run_files(bench, folder, ['in'], *QUARANTINE)
        bench.equal(ran.returncode, status, 'one in ten, gate %r: %r' % (share, ran.stderr))
        bench.equal((folder / 'bad.ndjson').exists(), status == 0, 'the quarantine goes with the dataset')
        bench.equal(stray_files(folder, ['in', 'policy.yaml', 'out.csv', 'out.csv.datapackage.json', 'bad.ndjson']), [], 'strays')
    (folder / 'policy.yaml').write_bytes(POLICY % b'')
    ran = run_files(bench, folder, ['in'])
    bench.expect(ran.returncode == 65 and b'record 10' in ran.stderr, 'abort is the default')
    run_files(bench, folder, ['in'], *QUARANTINE)
    ran = bench.run('run', '-p', 'policy.yaml', '--as-of', '2026-01-01', *QUARANTINE, 'in', cwd=folder)
    bench.expect(b'1 quarantined: 1 BR01' in ran.stderr, 'the summary says it')
    before = (folder / 'bad.ndjson').read_bytes()
    os.symlink('elsewhere', folder / 'link')
    for name, more in (('in', []), ('out.csv', []), ('link', []), ('bad.ndjson', ['--no-clobber']), ('none/bad', [])):
        ran = bench.run('run', '-p', 'policy.yaml', '--as-of', '2026-01-01', '-o', 'out.csv' if not more else 'new.csv',
                        '--on-bad-record', 'quarantine=' + name, *more, 'in', cwd=folder)
        bench.equal(ran.returncode, 73, 'quarantine %s %s: %r' % (name, more, ran.stderr))
    bench.expect((folder / 'bad.ndjson').read_bytes() == before and not (folder / 'elsewhere').exists(), 'nothing was overwritten')
    for text in ('quarantine=', 'quarantine', 'keep', ''):
        bench.equal(bench.run('run', '-p', 'policy.yaml', '--on-bad-record', text, 'in', cwd=folder).returncode, 2, text)
    (folder / 'in').write_bytes(HEADER + good)
    run_files(bench, folder, ['in'], *QUARANTINE)
    bench.equal((folder / 'bad.ndjson').read_bytes(), b'', 'no bad record: an empty quarantine, not an old one')


def main():
    bench = Bench(sys.argv)
    dice = random.Random(7)
    seen = set()
    many_small_files(bench, dice, {}, 1200, seen)
    many_small_files(bench, dice, {'max_field': 24}, 1200, seen)
    many_small_files(bench, dice, {'max_field': 24, 'max_record': 70}, 800, seen)
    bench.equal(sorted(seen), ['BR%02d' % n for n in range(1, 12)], 'every code occurs')
    large_files(bench, dice)
    files_and_gates(bench)
    bench.finish()


main()
