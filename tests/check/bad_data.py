"""Bad data: exit 65, the place, no value in any message, and nothing under the output's name.

The place is held against where the damage was put: the record's number, the line, and a byte inside that record.
"""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle import small  # noqa: E402
from oracle.run import Bench, gzipped, shapes_of, stray_files  # noqa: E402

GOOD = small.rows(1, 3)


class Case:
    """`bad` stands behind the header and three good records, so it is record 4 on line 5 unless said otherwise."""

    def __init__(self, name, bad, after=b'', record=4, line=5, lines=1, byte=True, whole=None, policy=small.POLICY, status=65,
                 says=None):
        self.name, self.policy, self.status, self.says = name, policy, status, says
        start = len(small.HEADER + GOOD)
        self.data = small.HEADER + GOOD + bad + after if whole is None else whole
        self.record, self.lines = record, (line, line + lines - 1) if line else None
        self.bytes = (start, start + len(bad)) if byte is True else byte


def one(column, text):
    """Record 4 with one field as given."""
    return b','.join(text if c == column else small.canary(4, c).encode() for c in range(4)) + b'\n'


C = small.canary(4, 2).encode()
AFTER = small.rows(5, 6)
PACKED = gzipped(small.HEADER + small.rows(1, 400))


def damaged(at, value):
    return PACKED[:at] + value + PACKED[at + len(value):]


TWICE = small.POLICY.replace(b'  secret: {do: drop}\n', b'')
CASES = [
    Case('unterminated quote', one(2, b'"' + C) + AFTER, lines=4),
    Case('unterminated quote in the last field', one(3, b'"' + C), lines=2),
    Case('unterminated quote, nothing behind', one(3, b'"' + C).rstrip(b'\n')),
    Case('stray quote', one(2, C + b'"' + C), AFTER),
    Case('stray quote at the end', one(2, C + b'"'), AFTER),
    Case('text behind the closing quote', one(2, b'"' + C + b'"' + C), AFTER),
    Case('blank behind the closing quote', one(2, b'"' + C + b'" '), AFTER),
    Case('a short row', small.row(4, 3) + b'\n', AFTER),
    Case('a long row', small.row(4, 5) + b'\n', AFTER),
    Case('an empty line', b'\n', AFTER),
    Case('a short last row without its end', small.row(4, 2)),
    Case('NUL', one(2, C + b'\0' + C), AFTER),
    Case('NUL in a dropped column', one(3, C + b'\0' + C), AFTER),
    Case('NUL in a quoted field', one(2, b'"' + C + b'\0"'), AFTER),
    Case('UTF-8: a lone continuation byte', one(2, C + b'\x80'), AFTER),
    Case('UTF-8: overlong', one(1, b'\xc0\xaf' + C), AFTER),
    Case('UTF-8: a surrogate', one(1, C + b'\xed\xa0\x80'), AFTER),
    Case('UTF-8: beyond U+10FFFF', one(0, C + b'\xf4\x90\x80\x80'), AFTER),
    Case('UTF-8: cut at the end of the field', one(2, C + b'\xe2\x82'), AFTER),
    Case('UTF-8: cut at the end of the file', one(3, C + b'\xe2\x82').rstrip(b'\n')),
    Case('UTF-8: latin-1 in a dropped column', one(3, C + b'\xe9' + C), AFTER),
    Case('a lone CR between records', one(3, C).rstrip(b'\n') + b'\r' + small.row(5) + b'\n'),
    Case('a line break that nobody expects', one(0, b'"' + C + b'\n' + C + b'"'), AFTER, lines=2),
    Case('a line break that nobody expects (CRLF)', one(1, b'"' + C + b'\r\n' + C + b'"'), AFTER, lines=2),
    Case('a field longer than 64 KiB', one(2, C + b'x' * 70000), AFTER),
    Case('a quoted field longer than 64 KiB', one(2, b'"' + C + b'""' * 40000 + b'"'), AFTER),
    Case('no header: an empty file', b'', whole=b'', record=None, line=None, byte=None),
    Case('no header: only a mark', b'', whole=b'\xef\xbb\xbf', record=None, line=None, byte=None),
    Case('no header: an unterminated quote', b'', whole=b'"id,name,note,secret\n' + GOOD, record=None, line=None, byte=None),
    Case('no header: bad UTF-8', b'', whole=b'id,name,note,secr\xffet\n' + GOOD, record=None, line=None, byte=None),
    Case('no header: NUL', b'', whole=b'id,name,note,secr\0et\n' + GOOD, record=None, line=None, byte=None),
    Case('too many columns', b'', whole=b','.join(b'c%d' % i for i in range(5000)) + b'\n', record=None, line=None, byte=None),
    Case('a rule for a header that stands twice', b'', whole=b'id,name,note,name\n' + GOOD, record=None, line=None, byte=None,
         policy=TWICE),
    Case('a needed column is missing', b'', whole=b'id,nome,note,secret\n' + GOOD, record=None, line=None, byte=None, status=78,
         says='name'),
    Case('the header is a record', b'', whole=GOOD, record=None, line=None, byte=None, status=78),
    Case('gzip: cut in the data', b'', whole=PACKED[:len(PACKED) // 2], record=None, line=None, byte=None),
    Case('gzip: cut in the trailer', b'', whole=PACKED[:-3], record=None, line=None, byte=None),
    Case('gzip: cut in the header', b'', whole=PACKED[:5], record=None, line=None, byte=None),
    Case('gzip: nothing but the magic', b'', whole=PACKED[:2], record=None, line=None, byte=None),
    Case('gzip: wrong CRC', b'', whole=damaged(len(PACKED) - 8, bytes(b ^ 0xff for b in PACKED[-8:-4])), record=None, line=None,
         byte=None),
    Case('gzip: wrong length', b'', whole=damaged(len(PACKED) - 4, struct.pack('<I', 7)), record=None, line=None, byte=None),
    Case('gzip: damaged data', b'', whole=damaged(len(PACKED) // 2, b'\xff' * 16), record=None, line=None, byte=None),
    Case('gzip: unknown method', b'', whole=damaged(2, b'\x07'), record=None, line=None, byte=None),
    Case('gzip: reserved flags', b'', whole=damaged(3, b'\xe0'), record=None, line=None, byte=None),
    Case('gzip: garbage behind', b'', whole=PACKED + b'garbage', record=None, line=None, byte=None),
    Case('gzip: text behind', b'', whole=PACKED + small.rows(5, 5), record=None, line=None, byte=None),
    Case('gzip: a second member that is cut', b'', whole=PACKED + gzipped(small.rows(401, 440))[:-9], record=None, line=None,
         byte=None),
    Case('gzip: twice', b'', whole=gzipped(PACKED), record=None, line=None, byte=None),
    Case('zlib: cut', b'', whole=zlib.compress(small.HEADER + small.rows(1, 400))[:-6], record=None, line=None, byte=None),
]


def in_encoding(name):
    return small.POLICY.replace(b'purposes', b'input: {encoding: %s}\npurposes' % name, 1)


def as_utf16(text):
    return b'\xff\xfe' + text.decode().encode('utf-16-le')


CASES += [
    Case('windows-1252: a byte that it does not define', b'', whole=small.HEADER + GOOD + one(2, C + b'\x81'), record=None, line=None,
         policy=in_encoding(b'windows-1252')),
    Case('utf-16: half a surrogate', b'', whole=as_utf16(small.HEADER + GOOD) + b'\x00\xd8' + as_utf16(small.row(4) + b'\n')[2:],
         record=None, line=None, policy=in_encoding(b'utf-16')),
    Case('utf-16: an odd number of bytes', b'', whole=as_utf16(small.HEADER + GOOD) + b'x', record=None, line=None,
         policy=in_encoding(b'utf-16')),
    Case('utf-16 that nobody declared', b'', whole=as_utf16(small.HEADER + GOOD), record=None, line=None),
    # Nothing can tell: an even number of bytes may be UTF-16 without a mark. What stands there is not the columns, though.
    Case('UTF-8 where utf-16 was declared', b'', whole=small.HEADER + GOOD, record=None, line=None, status=78,
         policy=in_encoding(b'utf-16')),
    Case('zstd', b'', whole=bytes.fromhex('28b52ffd') + small.HEADER + GOOD, record=None, line=None),
    Case('zip', b'', whole=b'PK\x03\x04' + small.HEADER + GOOD, record=None, line=None),
]


def late(bench):
    """Two bad records far behind: the first one is told, with its place, whatever the threads and sizes."""
    folder = bench.new_folder('late')
    (folder / 'policy.yaml').write_bytes(small.POLICY)
    parts, line, place = [small.HEADER], 2, None
    size = len(small.HEADER)
    for number in range(1, 40001):
        text = small.row(number % 7 + 1)
        if number % 3 == 0:  # three lines in one record
            text = text.replace(small.canary(number % 7 + 1, 2).encode(), b'"a\nb\r\n' + C + b'"')
        if number == 21001:
            place = (number, line, size)
            text += b',' + C
        if number == 30001:
            text += b'"'
        text += b'\n'
        parts.append(text)
        size += len(text)
        line += text.count(b'\n')
    whole = b''.join(parts)
    (folder / 'in').write_bytes(whole)
    (folder / 'in.gz').write_bytes(gzipped(whole, 1))
    for arguments in [['--threads', t, name] for t in (1, 2, 4) for name in ('in', 'in.gz')] + \
                     [['--read-bytes', n, '--threads', t, 'in'] for n in (61, 4096, 100000) for t in (1, 3)]:
        name = 'late, ' + ' '.join(map(str, arguments))
        ran = bench.run('run', '-p', 'policy.yaml', '--key-file', bench.key, '-o', 'out.csv', *arguments, cwd=folder)
        bench.equal(ran.returncode, 65, name)
        bench.expect(b'record %d, line %d, byte %d: ' % place in ran.stderr, '%s: %s: %r' % (name, place, ran.stderr))
        bench.equal(stray_files(folder, ['policy.yaml', 'in', 'in.gz']), [], name + ': nothing is left')
        no_value_in(bench, ran.stderr, name)


def several(bench):
    """Several inputs: the file that is wrong is named, and nothing is delivered of those before it."""
    folder = bench.new_folder('several')
    (folder / 'policy.yaml').write_bytes(small.POLICY)
    (folder / 'good').write_bytes(small.HEADER + GOOD)
    (folder / 'bad').write_bytes(small.HEADER + GOOD + small.row(4, 3) + b'\n')
    (folder / 'other').write_bytes(b'id,name,secret,note\n' + GOOD)
    (folder / 'cut').write_bytes(PACKED[:-3])
    before = os.listdir(folder)
    for second, status in (('bad', 65), ('other', 65), ('cut', 65), ('nowhere', 66)):
        for threads in (1, 4):
            name = 'several inputs, %s, %d threads' % (second, threads)
            ran = bench.run('run', '-p', 'policy.yaml', '--key-file', bench.key, '-o', 'out.csv', '--threads', threads,
                            'good', second, 'good', cwd=folder)
            bench.equal(ran.returncode, status, name + ': ' + ran.stderr.decode())
            bench.expect(b'%s: ' % second.encode() in ran.stderr, name + ': names the file: %r' % ran.stderr)
            bench.equal(stray_files(folder, before), [], name + ': nothing is left')
            no_value_in(bench, ran.stderr, name)
    ran = bench.run('run', '-p', 'policy.yaml', '--key-file', bench.key, '-o', 'out.csv', 'good', 'good', cwd=folder)
    bench.equal((ran.returncode, (folder / 'out.csv').read_bytes().count(b'\n')), (0, 7), 'two good inputs')


def no_value_in(bench, text, name, columns=6):
    """No canary in any shape: rows 1 to 6 are all that the cases hold, 401 to 440 stand in second members."""
    low = text.lower()
    found = b'canary' in low
    for n in (1, 2, 3, 4, 5, 6, 200, 401):
        for c in range(columns):
            found = found or any(shape in text for shape in shapes_of(small.canary(n, c)))
    bench.expect(not found, name + ': a value stands in the messages: %r' % text[:400])


def place_of(case, bench, message, name):
    text = message.decode()
    places = {what: int(n) for what, n in re.findall(r'(record|line|byte) ([0-9]+)', text.splitlines()[0] if text else '')}
    if case.record is None:
        return
    if not bench.expect({'record', 'line', 'byte'} <= set(places), name + ': record, line and byte are named: ' + text):
        return
    bench.equal(places['record'], case.record, name + ': the record')
    bench.expect(case.lines[0] <= places['line'] <= case.lines[1], '%s: the line, in %s: %s' % (name, case.lines, text))
    low, high = case.bytes
    bench.expect(low <= places['byte'] <= high, '%s: the byte, in %s: %s' % (name, case.bytes, text))


def try_case(bench, case):
    folder = bench.new_folder('case')
    (folder / 'policy.yaml').write_bytes(case.policy)
    (folder / 'in').write_bytes(case.data)
    packed = case.data if case.data[:2] == b'\x1f\x8b' else gzipped(case.data)
    (folder / 'in.gz').write_bytes(packed)
    before = os.listdir(folder)
    first = None
    for way, arguments, stdin in (('file', ['in'], None), ('gzip', ['in.gz'], None), ('pipe', ['-'], case.data),
                                  ('bytes', ['--read-bytes', '1', '--threads', '1', 'in'], None),
                                  ('portable', ['--portable', 'in'], None), ('to gzip', ['-o', 'out.csv.gz', 'in'], None),
                                  ('json', ['--log', 'json', 'in'], None), ('spool', ['-o', '-', '--spool', 'in'], None)):
        name = '%s, %s' % (case.name, way)
        target = [] if '-o' in arguments else ['-o', 'out.csv']
        ran = bench.run('run', '-p', 'policy.yaml', '--key-file', bench.key, *target, *arguments, stdin=stdin, cwd=folder)
        bench.expect(ran.returncode == case.status, '%s: exit %d, not %d: %s' % (name, ran.returncode, case.status,
                                                                               ran.stderr.decode(errors='replace')))
        bench.equal(stray_files(folder, before), [], name + ': nothing is left')
        bench.equal(ran.stdout, b'', name + ': standard output')
        no_value_in(bench, ran.stderr, name)
        if way == 'json':
            try:
                said = json.loads(ran.stderr.splitlines()[0])
                bench.expect(said['level'] == 'error' and said['exit'] == case.status, name + ': the JSON line')
            except (ValueError, KeyError, IndexError) as problem:
                bench.expect(False, '%s: no JSON line: %r: %r' % (name, problem, ran.stderr[:300]))
            continue
        bench.expect(ran.stderr.count(b'\n') >= 1, name + ': a message')
        if case.says:
            bench.expect(case.says in ran.stderr.decode(), name + ': says ' + case.says)
        place_of(case, bench, ran.stderr, name)
        where = re.findall(rb'(?:record|line|byte) [0-9]+', ran.stderr.splitlines()[0] if ran.stderr else b'')
        if first is None:
            first = where
        elif case.record is not None:
            bench.equal(where, first, name + ': the same place as by file')


def endless(bench, name, start, packed):
    """A field of 1 GiB, fed in pieces; it must be refused long before all of it was read."""
    folder = bench.new_folder('endless')
    (folder / 'policy.yaml').write_bytes(small.POLICY)
    piece = b'abcdefgh' * (1 << 17)
    pack = zlib.compressobj(1, wbits=31) if packed else None
    began = time.monotonic()
    process = subprocess.Popen([bench.pare, 'run', '-p', 'policy.yaml', '--key-file', bench.key, '-o', 'out.csv', '-'],
                               cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fed = 0
    try:
        for part in [small.HEADER + GOOD + start] + [piece] * 1024:
            process.stdin.write(pack.compress(part) if pack else part)
            fed += len(part)
        process.stdin.write(pack.flush() if pack else b'')
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.stdin = None
    try:
        out, messages = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        out, messages = process.communicate()
    took = time.monotonic() - began
    bench.equal(process.returncode, 65, name + ': ' + messages.decode(errors='replace'))
    bench.expect(fed < 256 << 20, '%s: %d MiB were read before it was refused' % (name, fed >> 20))
    bench.expect(took < 20, '%s: took %.1f s' % (name, took))
    bench.equal(stray_files(folder, ['policy.yaml']), [], name + ': nothing is left')
    bench.expect(re.search(rb'record 4, line 5, byte [0-9]+', messages), name + ': the place: ' + messages.decode())
    no_value_in(bench, messages, name)
    bench.expect(b'abcdefgh' not in messages + out, name + ': a value stands in the messages')


def main():
    bench = Bench(sys.argv)
    only = os.environ.get('ONLY', '')
    for case in CASES:
        if only in case.name:
            try_case(bench, case)
    if not only:
        late(bench)
        several(bench)
        endless(bench, 'a field of 1 GiB', b'4,', False)
        endless(bench, 'a quoted field of 1 GiB', b'4,"', False)
        endless(bench, 'a packed field of 1 GiB', b'4,"', True)
    bench.finish()


main()
