"""`output: {formulas: ...}`: what a spreadsheet would run is counted, quoted so that it can be undone, or refused.

What begins as a formula does is said a second time in tests/oracle/formulas.py, as a regular expression. Every payload, every naughty
string, every line of the UTF-8 suites and 15,000 texts made by lot go through all three actions, as the input has
them and as a step makes them; all of them come back to what they were, or their record is refused with the code that it must be.

    formulas.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import json
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.formulas import is_formula, quoted, undone  # noqa: E402
from oracle.run import Bench, parsed  # noqa: E402

bench = Bench(sys.argv)
def policy(action, extra=''):
    output = '' if action is None else 'output: {formulas: %s%s}\n' % (action, extra)
    return ('pare: 1\ndataset: formulas\nrecipient: tests\n%spurposes: {p: {description: d, basis: contract}}\nfields:\n'
            '  kept: {category: system, for: p, do: keep, multiline: true}\n'
            '  made: {category: system, for: p, do: {truncate: 60000}, multiline: true}\n'
            '  upper: {category: system, for: p, do: {normalize: upper}, multiline: true}\n'
            '  id: {category: system, for: p, do: keep}\nunlisted: drop\n' % output)


def run(action, cells, *options, extra='', expect=0, quoting=csv.QUOTE_MINIMAL):
    """cells: texts, or bytes as they stand between quotes."""
    data = b'kept,made,upper,id\n'
    for i, cell in enumerate(cells):
        if isinstance(cell, str):
            quotes = quoting == csv.QUOTE_ALL or any(c in cell for c in ',"\r\n')
            cell = ('"%s"' % cell.replace('"', '""') if quotes else cell).encode()
            data += b','.join([cell] * 3 + [b'%d' % i]) + b'\n'
        else:
            data += b','.join([b'"%s"' % cell] * 3 + [b'%d' % i]) + b'\n'
    folder = bench.new_folder('run')
    (folder / 'p.yaml').write_text(policy(action, extra))
    (folder / 'in.csv').write_bytes(data)
    done = bench.run('run', '-q', '-p', 'p.yaml', '-o', 'out.csv', *options, 'in.csv', cwd=folder)
    bench.equal(done.returncode, expect, '%s: %r' % (action, done.stderr))
    if expect != 0:
        return done, None, None
    return done, (folder / 'out.csv').read_bytes(), json.loads((folder / 'out.csv.datapackage.json').read_text())['pare']


def first_bytes(data):
    """How each field of a file is written: whether quotes are around it."""
    return [field[:2] for field in re.findall(rb'(?:^|[,\n])("(?:[^"]|"")*"|[^,\n]*)', data)]


def check(texts, what, quoting=csv.QUOTE_MINIMAL, *options):
    # python's csv reads back what was written, whatever the action
    upper = [text.upper() for text in texts]
    bad = [i for i, text in enumerate(texts) if is_formula(text) or is_formula(upper[i])]
    for action in (None, 'keep'):
        done, data, section = run(action, texts, *options, quoting=quoting)
        rows = parsed(data)[1]
        bench.equal([row[:2] for row in rows], [[text] * 2 for text in texts], '%s, %s: unchanged' % (what, action))
        counts = [field.get('formulas', 0) for field in section['fields']]
        bench.equal(counts, [sum(map(is_formula, column)) for column in (texts, texts, [row[2] for row in rows])] + [0],
                    '%s, %s: counted' % (what, action))
        bench.equal(section['formulas'], {'action': 'keep', 'values': sum(counts)}, what + ': the sum')
        bench.equal(b'would run it' in done.stderr, action is None and sum(counts) > 0, '%s, %s: warns' % (what, action))
    plain = data
    done, data, section = run('quote', texts, *options, quoting=quoting)
    rows = parsed(data)[1]
    before = parsed(plain)[1]
    bench.equal([row[:3] for row in rows], [[quoted(cell) for cell in row[:3]] for row in before], what + ': quoted')
    bench.equal([[undone(cell) for cell in row] for row in rows], before, what + ': and undone')
    bench.expect(not any(is_formula(cell) for row in rows for cell in row), what + ': none is left')
    bench.equal([field.get('formulas', 0) for field in section['fields'][:3]],
                [sum(quoted(row[c]) != row[c] for row in before) for c in range(3)], what + ': quoted, counted')
    fields = first_bytes(data)[4:]
    want = [b'"\'' if quoted(cell) != cell else None for row in before for cell in row]
    bench.expect(all(w is None or f == w for f, w in zip(fields, want)), what + ': within quotes')
    wrong = [i for i, row in enumerate(before) if any(map(is_formula, row))]
    if wrong:
        done, _, _ = run('refuse', texts, *options, expect=65, quoting=quoting)
        bench.expect(b'record %d, ' % (wrong[0] + 1) in done.stderr and b'formulas: refuse' in done.stderr,
                     '%s: refused: %r' % (what, done.stderr))
    done, data, section = run('refuse', texts, '--on-bad-record', 'drop', *options, quoting=quoting)
    bench.equal(parsed(data)[1], [row for i, row in enumerate(before) if i not in set(wrong)], what + ': refused records are left out')
    bench.equal(section['counts']['quarantined_by'], {'BR13': len(wrong)} if wrong else {}, what + ': and counted')
    return [text for text in texts if is_formula(text)], bad


# --- the payloads -----------------------------------------------------------------------------------------------------
CASES = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '\u00a0=1', '\u3000@x', '\ufeff=1', '\u200b-x', '\uff1d1',
         '\uff0b1', '\uff0d1', '\uff20x', "'=1", "''@x", "'", "'a", "'-5", '-', '--', '+', '+-+', '- ', '-5', '-5.25', '-.5', '-,5', '-1,234.56',
         '-1.234,56', '-1..2', '-1.', '+5', '-5%', '-5%%', '-1e5', '-1E-10', '-1e', '-1e+', '+49 30 123456', '+49(30)12-34.56/78', '+49 30 12345 x',
         '+1-202-555-0143', '+123456', '+1234567', '+123456789012345', '+1234567890123456', '+(1234567', '+1234567)', '-1234567-8', '-12 34',
         '+ 1234567', '@', '=', '', ' ', 'a=b', '1=1', '%0A-3+3', '"=1+1', '"-', 'x\n=1', '  - note', '- note', '-a', "=HYPERLINK(\"x\",'y')",
         '=1,2', '="a""b"', '-5\n', '+49 30 123456\n', '+49\t30 12345', '\u2212 5', '-\u0665', '+\uff11\uff12\uff13\uff14\uff15\uff16\uff17',
         '+1234 5678 9012 3456', '+1234 5678 9012 345', '+123 456', '+123 4567', '+49 30 1234x67', '+*********89', '-***', '+49 (**) 12', '+1*2*3456789', '+**a', '+1-***-4567', '=**', '+*', '-5**2']
FORMULAS = {'=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '\u00a0=1', '\u3000@x', '\ufeff=1', '\u200b-x', '\uff1d1',
            '\uff0b1', '\uff0d1', '\uff20x', '- ', '-1..2', '-1.', '-5%%', '-1e', '-1e+', '+49 30 12345 x', '+1234567)',
            '-1234567-8', '-12 34', '@', '=', '  - note', '- note', '-a', "=HYPERLINK(\"x\",'y')", '=1,2', '="a""b"', '-5\n',
            '+49 30 123456\n', '+49\t30 12345', '-\u0665', '+\uff11\uff12\uff13\uff14\uff15\uff16\uff17', '+1234 5678 9012 3456',
            '+123 456', '+49 30 1234x67', '+1*2*3456789', '+**a', '=**', '+*'}
found, _ = check(CASES, 'cases')
page = (pathlib.Path(sys.argv[2]) / 'docs' / 'POLICY.md').read_text(encoding='utf-8')  # what readers are told to do
told = {'re': re}
exec(re.search(r'^```python\n(.*?)^```$', page, re.M | re.S)[1], told)
rows = parsed(run('quote', CASES)[1])[1]
bench.equal([told['undo'](row[0]) for row in rows], CASES, 'what docs/POLICY.md says undoes it')
bench.equal(set(found), FORMULAS, 'cases: by hand')
check(CASES, 'cases, all quoted', csv.QUOTE_ALL)
check(CASES * 40, 'cases, three threads', csv.QUOTE_MINIMAL, '--threads', '3', '--read-bytes', '997')
check(CASES, 'cases, portable', csv.QUOTE_MINIMAL, '--portable')

for text in CASES:  # each alone: nothing else in the block says that it is worth a look
    _, data, section = run('keep', [text])
    bench.equal([f.get('formulas', 0) for f in section['fields'][:2]], [int(is_formula(text))] * 2, 'alone, counted: %r' % text)
    _, data, _ = run('quote', [text])
    bench.equal(parsed(data)[1][0][:2], [quoted(text)] * 2, 'alone, quoted: %r' % text)

SUITE = bench.data('csv-injection') / 'payloads.jsonl'
if SUITE.exists():
    payloads = [json.loads(line) for line in SUITE.read_text(encoding='utf-8').splitlines()]
    texts = [payload['text'] for payload in payloads]
    found, _ = check(texts, 'csv-injection')
    # docs/POLICY.md, "What is not seen": text in this file, a formula only to who reads the file in another way
    unseen = {'DDE ("cmd";"/C calc";"!A0")A0', '"=1+1', "';=1+1", '%0A-3+3'}
    bench.equal({p['text'] for p in payloads if p['dangerous'] and p['text'] not in found}, unseen, 'dangerous and not seen')
    benign = {p['text']: p['text'] in found for p in payloads if not p['dangerous']}
    bench.equal(benign, {'-5': False, '+49 30 123456': False, '-12.50': False, '+1-202-555-0143': False, '@handle': True, '- note': True,
                         '=': True, '1=1': False, 'a=b': False}, 'look-alikes')
    print('csv-injection: %d payloads, %d quoted or refused' % (len(texts), len(found)))

# --- naughty strings --------------------------------------------------------------------------------------------------
SUITE = bench.data('naughty-strings') / 'blns.json'
if SUITE.exists():
    texts = json.loads(SUITE.read_text(encoding='utf-8'))
    whole = [text for text in texts if '\0' not in text]
    found, _ = check(whole, 'naughty strings')
    for action in ('keep', 'quote'):
        for text in (t for t in texts if '\0' in t):
            done, data, section = run(action, [text], '--on-bad-record', 'drop')
            bench.equal(section['counts']['quarantined_by'], {'BR06': 1}, 'a NUL')
    print('naughty strings: %d, %d come back, %d hold a NUL and are refused, %d begin as a formula does' % (
        len(texts), len(whole), len(texts) - len(whole), len(found)))
    bench.expect(len(texts) >= 500, 'naughty strings: all of them')


# --- UTF-8 ------------------------------------------------------------------------------------------------------------
def check_bytes(cells, what):
    """Well-formed ones come back byte for byte; Python's decoder says which those are."""
    def valid(cell):
        try:
            cell.decode('utf-8')
        except UnicodeDecodeError:
            return False
        return True
    good = [cell for cell in cells if valid(cell)]
    for action in ('keep', 'quote'):
        done, data, section = run(action, [cell.replace(b'"', b'""') for cell in cells], '--on-bad-record', 'drop')
        rows = parsed(data)[1]
        bench.equal([undone(row[0]).encode() if action == 'quote' else row[0].encode() for row in rows], good, what + ': come back')
        n = len(cells) - len(good)
        bench.equal(section['counts']['quarantined_by'], {'BR07': n} if n else {}, what + ': are refused')
        for cell in cells:
            if not valid(cell):
                bench.expect(cell not in data or len(cell) < 4, what + ': an ill-formed one is in the dataset')
    print('%s: %d, %d come back byte for byte, %d are ill-formed and refused' % (what, len(cells), len(good), len(cells) - len(good)))


SUITE = bench.data('utf8')
if SUITE.exists():
    cases = [json.loads(line) for line in (SUITE / 'cases.jsonl').read_text().splitlines()]
    cells = [bytes.fromhex(case['hex']) for case in cases]
    bench.equal([case['valid'] for case in cases], [c == c.decode('utf-8', 'ignore').encode() for c in cells], 'the suite and Python agree')
    for cell in (c for c in cells if b'\0' in c):  # the first byte that is wrong tells the code
        try:
            cell.decode('utf-8')
            wrong = len(cell)
        except UnicodeDecodeError as error:
            wrong = error.start
        code = 'BR06' if cell.index(b'\0') < wrong else 'BR07'
        done, data, section = run('keep', [cell], '--on-bad-record', 'drop')
        bench.equal(section['counts']['quarantined_by'], {code: 1}, 'utf8tests: with a NUL')
    check_bytes([c for c in cells if b'\0' not in c], 'utf8tests (and %d with a NUL, refused)' % sum(b'\0' in c for c in cells))
    for name in ('kuhn-UTF-8-test.txt', 'utf8tests.bin', 'utf8.replace.ref.txt', 'utf8.skip.ref.txt'):
        lines = [line for line in (SUITE / name).read_bytes().split(b'\n') if line and b'\0' not in line]
        check_bytes(lines, name)

# --- by lot -----------------------------------------------------------------------------------------------------------
rng = random.Random(20261125)
PIECES = list('*=+-@\t\r\n ,.;:%()/|!"\'\\0123456789eExX') + ['\u00a0', '\u200b', '\u3000', '\ufeff', '\uff1d', '\uff0b', '\uff0d', '\uff20', 'ä', '世',
                                                                   '+49 ', '1234567', "''", '**', '+12 **', '-5', '=1', '\uff11']
texts = [''.join(rng.choice(PIECES) for _ in range(rng.randrange(0, 9))) for _ in range(15000)]
texts = [text for text in texts if text.upper().lower() == text.lower()]
found, _ = check(texts, 'by lot')
print('by lot: %d texts, %d begin as a formula does' % (len(texts), len(found)))
bench.expect(len(found) > 3000, 'enough by lot')

# --- other formats, names of columns, tokens ----------------------------------------------------------------------------
for extra, delimiter in ((', format: tsv', '\t'), (', delimiter: ";"', ';')):
    for action in ('keep', 'quote'):
        done, data, section = run(action, CASES, extra=extra)
        rows = parsed(data, delimiter)[1]
        bench.equal([row[:2] for row in rows], [[quoted(text) if action == 'quote' else text] * 2 for text in CASES], extra)
NAMES = ['=cmd', "'@x", 'plain', '-1']
for action in (None, 'keep', 'quote', 'refuse'):
    text = 'pare: 1\ndataset: d\nrecipient: r\n%spurposes: {p: {description: d, basis: contract}}\nfields:\n%s' % (
        'output: {formulas: %s, columns: ["=cmd"]}\n' % action if action else '',
        ''.join('  "%s": {category: system, for: p, do: keep}\n' % name for name in NAMES))
    (bench.folder / 'names.yaml').write_text(text)
    done = bench.run('run', '-q', '-p', 'names.yaml', '-o', 'names.csv', stdin=(','.join(NAMES) + '\n1,2,3,4\n').encode())
    bench.equal(done.returncode, 65 if action == 'refuse' else 0, 'names, %s: %r' % (action, done.stderr))
    bench.equal(b'begins as a formula does' in done.stderr, action in (None, 'refuse'), 'names, %s: said' % action)
    if done.returncode == 0:
        header = parsed((bench.folder / 'names.csv').read_bytes())[0]
        bench.equal(header, [quoted(name) if action == 'quote' else name for name in NAMES], 'names, %s' % action)
        bench.equal(bench.run('verify', 'names.csv').returncode, 0, 'verify knows the names')
TOKENS = ('pare: 1\ndataset: d\nrecipient: r\noutput: {formulas: quote}\npurposes: {p: {description: d, basis: contract}}\n'
          'fields:\n  id: {category: system, for: p, do: {pseudonymize: {method: siv}}}\n')
(bench.folder / 'tokens.yaml').write_text(TOKENS)
values = ['value %d' % i for i in range(1000)]
done = bench.run('run', '-q', '-p', 'tokens.yaml', '--key-file', bench.key, stdin=('id\n' + '\n'.join(values) + '\n').encode())
tokens = [row[0] for row in parsed(done.stdout)[1]]
n = sum(token.startswith("'-") for token in tokens)
bench.expect(0 < n < 60 and not any(token.startswith('-') for token in tokens), 'tokens that begin with a minus sign: %d' % n)
(bench.folder / 'tokens.csv').write_bytes(done.stdout)
done = bench.run('reveal', '-p', 'tokens.yaml', '--key-file', bench.key, '--field', 'id', '--column', 'id', '--because', 'a test',
                 '--audit', 'audit', '--max-rows', '1000', 'tokens.csv')
bench.equal(done.stdout.decode().split(), ' '.join(values).split(), 'reveal takes the apostrophe away: %r' % done.stderr)
bench.finish()
