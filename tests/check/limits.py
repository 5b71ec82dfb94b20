"""Limits and gates, at the very byte, record and column: what fits passes, one more is refused, and the message names the option.

    limits.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import gzip
import json
import pathlib
import re
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.run import Bench, gzipped, parsed  # noqa: E402

bench = Bench(sys.argv)
HEAD = 'pare: 1\ndataset: limits\nrecipient: tests\n%spurposes: {p: {description: d, basis: contract}}\nfields:\n'
ONE = HEAD % '' + '  a: {category: system, for: p, do: keep}\n'
FORMS = {'plain': lambda data: data, 'gzip': gzipped, 'zlib': lambda data: zlib.compress(data)}


def run(data, *options, policy=ONE, name='in'):
    folder = bench.new_folder('run')
    (folder / 'p.yaml').write_text(policy)
    files = data if isinstance(data, list) else [data]
    for i, content in enumerate(files):
        (folder / ('%s%d' % (name, i))).write_bytes(content)
    done = bench.run('run', '-q', '-p', 'p.yaml', '-o', 'out.csv', *options, *['%s%d' % (name, i) for i in range(len(files))], cwd=folder)
    delivered = (folder / 'out.csv').exists()
    bench.equal(delivered, done.returncode == 0, 'delivered only with exit status 0')
    return done, folder


def passes(data, what, *options, **more):
    done, folder = run(data, *options, **more)
    bench.equal(done.returncode, 0, '%s %r passes: %r' % (what, options, done.stderr))
    return folder


def refused(data, option, what, *options, record=None, status=65, **more):
    done, _ = run(data, *options, **more)
    said = done.stderr.decode()
    bench.equal((done.returncode, option in said), (status, True), '%s %r is refused: %r' % (what, options, said))
    if record:
        bench.expect(': record %d, ' % record in said, '%s: record %d: %r' % (what, record, said))


def both(data, option, exact, what, *options, record=None, **more):
    passes(data, what, option, str(exact), *options, **more)
    refused(data, option, what, option, str(exact - 1), *options, record=record, **more)


# --- a record, its line end included ------------------------------------------------------------------------------------
for form, pack in FORMS.items():
    for line_end in (b'\n', b'\r\n'):
        for last in (line_end, b''):
            long = b'b' * 20 + b',' + b'c' * 30
            data = b'a,b' + line_end + b'1,2' + line_end + long + line_end + b'3,4' + line_end + long[:-2] + last
            longest = len(long + line_end)
            for options in ([], ['--on-bad-record', 'drop'], ['--threads', '3'], ['--portable']):
                both(pack(data), '--max-record', longest, 'record, ' + form, '--max-field', '31', *options)
        quoted = b'"' + b'x' * 10 + line_end + b'y' * 10 + b'""z"'
        data = b'a,b' + line_end + quoted + b',1' + line_end
        both(data, '--max-record', len(quoted + b',1' + line_end), 'a quoted record', '--max-field', str(len(quoted)),
             policy=ONE.replace('do: keep', 'do: keep, multiline: true'), record=1)
both(b'name,a\n1,2\n', '--max-record', 7, 'the header', '--max-field', '4')
lenient = ONE.replace('purposes', 'input: {lenient: true}\npurposes', 1)
refused(b'a,b,c\n' + b'x' * 60 + b',' + b'y' * 60 + b',1\n', '--max-record', 'lenient', '--max-record', '100', '--max-field', '70', policy=lenient)
refused(b'a,b,c\n' + b'x' * 80 + b',y,1\n', '--max-field', 'lenient', '--max-record', '100', '--max-field', '70', policy=lenient)

# --- a field, quotes included -------------------------------------------------------------------------------------------
for form, pack in FORMS.items():
    for field in (b'x' * 40, b'"' + b'x' * 38 + b'"', b'"' + b'""' * 19 + b'"', 'ä'.encode() * 20):
        for data, record in ((b'a,b\n' + field + b',1\n', 1), (b'a,b\n1,' + field + b'\n', 1), (b'a,b\n1,2\n' + field + b',2', 2)):
            both(pack(data), '--max-field', 40, 'field, ' + form, record=record)
            folder = passes(pack(data), 'field left out', '--max-field', '39', '--on-bad-record', 'drop')
            counts = json.loads((folder / 'out.csv.datapackage.json').read_text())['pare']['counts']
            bench.equal(counts['quarantined_by'], {'BR08': 1}, 'field left out')
both(b'b,a,' + b'n' * 40 + b'\n1,2,3\n', '--max-field', 40, 'a name')

# --- columns ------------------------------------------------------------------------------------------------------------
for n in (2, 3, 17, 300):
    names = b','.join([b'a'] + [b'c%d' % i for i in range(1, n)])
    both(names + b'\n' + b','.join(b'1' for _ in range(n)) + b'\n', '--max-columns', n, 'columns')

# --- decompressed bytes, over all inputs -----------------------------------------------------------------------------------
text = b'a,b\n' + b'12345,67890\n' * 3000
for form, pack in FORMS.items():
    both(pack(text), '--max-bytes', len(text), 'bytes, ' + form)
    both([pack(text), pack(text[:1000] + b'\n'), text], '--max-bytes', 2 * len(text) + 1001, 'bytes of three inputs, ' + form, '--on-bad-record', 'drop')
both(gzip.compress(text[:5000]) + gzip.compress(text[5000:]), '--max-bytes', len(text), 'bytes of two members')

# --- decompressed bytes for each stored one ------------------------------------------------------------------------------
dense = b'a,b\n' + b'0,0\n' * (1 << 20)
packed = gzipped(dense)
ratio = len(dense) // len(packed)
bench.expect(ratio > 100, 'dense enough')
passes(packed, 'ratio', '--max-ratio', str(ratio + 10))
refused(packed, '--max-ratio', 'ratio', '--max-ratio', str(ratio // 2))
passes(dense, 'ratio of plain text', '--max-ratio', '1')

# --- defaults, which are those of the help ---------------------------------------------------------------------------------
usage = re.sub(r'\s+', ' ', bench.run('help', 'run').stdout.decode())
for option, default in (('max-record', '1M'), ('max-field', '64K'), ('max-columns', '4096'), ('max-bytes', 'no limit'), ('max-ratio', 'no limit')):
    bench.expect(re.search(r'--%s[= ][A-Z]+ [^-]*Default: %s' % (option, default), usage), '%s: its default in the help' % option)
wide = b','.join([b'a'] + [b'c%d' % i for i in range(1, 20)])
row = b','.join([b'x' * 52000] * 20)
record = row + b'y' * ((1 << 20) - len(row) - 1) + b'\n'
bench.equal(len(record), 1 << 20, 'a record of 1 MiB')
passes(wide + b'\n' + record, 'a record of 1 MiB')
refused(wide + b'\nz' + record, '--max-record', 'a byte more', record=1)
passes(wide + b'\nz' + record, 'a byte more is asked for', '--max-record', '2M')
field = b'x' * (1 << 16)
passes(b'a\n' + field + b'\n', 'a field of 64 KiB')
refused(b'a\n' + field + b'x\n', '--max-field', 'a byte more', record=1)
for n in (4096, 4097):
    names = b','.join([b'a'] + [b'c%d' % i for i in range(1, n)]) + b'\n'
    passes(names, '4096 columns') if n == 4096 else refused(names, '--max-columns', '4097 columns')
refused(b'a,b\n1,2\n', '--max-field', 'options that contradict each other', '--max-field', '9', '--max-record', '8', status=2)

# --- gates ----------------------------------------------------------------------------------------------------------------
for share, n, bad in (('1%', 200, 2), ('0.01', 100, 1), ('0.5%', 1000, 5), ('33.4%', 1000, 334), ('0', 10, 0), ('0%', 10, 0), ('100%', 5, 5), ('1', 5, 5)):
    policy = ONE + 'gates: {max_quarantined: %s}\n' % share
    for more in (0, 1):
        rows = [b'x'] * (n - bad - more) + [b'"y"z'] * (bad + more)
        if len(rows) > n:
            continue
        data = b'a\n' + b'\n'.join(rows) + b'\n'
        for options in (['--on-bad-record', 'drop'], ['--on-bad-record', 'quarantine=bad.jsonl']):
            if more == 0:
                passes(data, 'gate', *options, policy=policy)
            else:
                refused(data, '`max_quarantined`', 'gate', *options, policy=policy, status=1)
for asked, written in ((3, 3), (3, 4), (1, 1), (0, 0)):
    passes(b'a\n' + b'x\n' * written, 'min_records', policy=ONE + 'gates: {min_records: %d}\n' % asked)
for asked, written in ((3, 2), (1, 0)):
    refused(b'a\n' + b'x\n' * written, '`min_records`', 'min_records', policy=ONE + 'gates: {min_records: %d}\n' % asked, status=1)
    policy = ONE + 'gates: {min_records: %d}\n' % asked
    for options, left in (([], True), (['--spool'], False)):
        (bench.folder / 'gate.yaml').write_text(policy)
        done = bench.run('run', '-q', '-p', 'gate.yaml', *options, stdin=b'a\n' + b'x\n' * written)
        bench.equal((done.returncode, bool(done.stdout)), (1, left), 'standard output is live, and the spool holds it back')
bench.finish()
