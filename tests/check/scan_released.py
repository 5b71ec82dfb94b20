"""`scan_released`: no identifier that was planted leaves, whatever its disguise and whichever steps it went through; and what
steps write themselves (tokens, labels, fixed texts) is never taken for one.

Records are made of harmless words and of identifiers planted among them, so that the place, the kind and the number of each are
known here; what every step makes of them is worked out in Python. Then: which values go, which records are refused, where a run
ends, every count in the manifest, and no planted text in any message.

    scan_released.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import base64
import csv
import io
import json
import os
import pathlib
import random
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.run import Bench, gzipped, parsed, unpacked  # noqa: E402

bench = Bench(sys.argv)
rng = random.Random(20261124)
WORDS = 'amber basalt copper dune ember fjord granite harbour indigo juniper kelp lagoon meadow nimbus orchard'.split()
KINDS = ['email', 'card', 'iban', 'ipv4']


# --- identifiers, by their own standards ---------------------------------------------------------------------------
def luhn(digits):
    """The check digit behind `digits` (ISO/IEC 7812-1)."""
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def iban(country, bban):
    """ISO 13616: remainder 1 by 97."""
    number = int(''.join(str(int(c, 36)) for c in bban + country + '00'))
    return '%s%02d%s' % (country, 98 - number % 97, bban)


def identifier(kind):
    if kind == 'email':
        return '%s.%s@%s-%d.example' % (rng.choice(WORDS), rng.choice(WORDS), rng.choice(WORDS), rng.randrange(100))
    if kind == 'card':
        digits = '4' + ''.join(rng.choice('0123456789') for _ in range(14))
        return digits + luhn(digits)
    if kind == 'iban':
        return iban('DE', ''.join(rng.choice('0123456789') for _ in range(18)))
    return '.'.join(str(rng.randrange(1, 224)) for _ in range(4))


def disguised(text):
    """The same to a reader, other bytes to a pattern."""
    way = rng.randrange(9)
    if way == 0:
        return ''.join(chr(ord(c) + 0xFEE0) if '!' <= c <= '~' else c for c in text)  # full-width
    if way == 1:
        return ''.join(c + rng.choice(['\u200b', '\u2060', '\u00ad', '']) for c in text[:-1]) + text[-1]  # zero-width
    if way == 2:
        return ''.join('&#%d;' % ord(c) for c in text)
    if way == 3:
        return ''.join('&#x%X;' % ord(c) if not c.isalnum() else c for c in text)
    if way == 4:
        return urllib.parse.quote(text, safe='') if not text.isalnum() else text
    return text


def words(n):
    return ' '.join(rng.choice(WORDS) for _ in range(n))


class Value:
    """A text, and what is planted in it: (kind, from, to), in characters."""

    def __init__(self, most=2, kinds=KINDS, odds=0.15):
        self.text, self.planted = words(rng.randrange(1, 4)), []
        if rng.random() < odds:
            for _ in range(rng.randrange(1, most + 1)):
                kind = rng.choice(kinds)
                text = disguised(identifier(kind))
                start = len(self.text) + 1
                self.text += ' ' + text
                self.planted.append((kind, start, start + len(text)))
                self.text += ' ' + words(rng.randrange(1, 4))
        if rng.random() < 0.05:
            self.text, self.planted = '', []

    def kinds(self):
        return [kind for kind, _, _ in self.planted]


# --- fields: how the policy treats them, and what that leaves (text, kinds of the record's identifiers that stay) ----
def kept(value):
    return value.text, value.kinds()


def cut(value):
    """To 24 characters: what is cut in two is nobody's any more (a shorter one is not planted by any standard)."""
    whole = [kind for kind, _, end in value.planted if end <= 24]
    parts = [1 for _, start, end in value.planted if start < 24 < end]
    return value.text[:24], None if parts else whole


def labelled(value):
    out, done = '', 0
    for kind, start, end in value.planted:
        if kind == 'email':
            out += value.text[done:start] + '[email]'
            done = end
    return out + value.text[done:], [k for k in value.kinds() if k != 'email']


def ends_in_label(value):
    """Labels that look like e-mail addresses themselves."""
    text, kinds = labelled(value)
    return text.replace('[email]', 'nobody@email.example'), kinds


def inner_tokens(value):
    return None, [k for k in value.kinds() if k != 'email']  # the tokens are recomputed elsewhere


def mapped(value):
    return ('help@desk.example', []) if value.text == WORDS[0] else kept(value)


def masked(value):
    return None, []


FIELDS = {
    'plain': ('keep', kept, {}),
    'cut': ('{truncate: 24}', cut, {}),
    'upper': ('{normalize: [upper]}', lambda v: (v.text.upper(), v.kinds()), {'plain_only': True}),
    'start': ('{generalize: {prefix: 400}}', kept, {}),
    'label': ('{redact: {find: [email]}}', labelled, {}),
    'mail_label': ('{redact: {find: [email], with: "nobody@{type}.example"}}', ends_in_label, {}),
    'label_then': ('[{redact: {find: [email], with: "nobody@{type}.example"}}, {normalize: [upper]}, {truncate: 4000}]',
                   lambda v: (ends_in_label(v)[0].upper(), ends_in_label(v)[1]), {'plain_only': True}),
    'tokens_in': ('{redact: {find: [email], pseudonymize: {prefix: "x@y.example-"}}}', inner_tokens, {}),
    'token': ('{pseudonymize: {prefix: "a@b.example "}}', lambda v: (None, []), {}),
    'sealed': ('{pseudonymize: {method: siv}}', lambda v: (None, []), {}),
    'fixed': ('{replace: {with: "call 192.0.2.7"}}', lambda v: ('call 192.0.2.7' if v.text else '', []), {}),
    'mapped': ('{replace: {map: {%s: help@desk.example}, otherwise: keep}}' % WORDS[0], mapped, {}),
    'hidden': ('{mask: {keep_last: 2}}', masked, {}),
    'excepted': ('keep', kept, {'except': KINDS}),
    'mails': ('keep', kept, {'except': ['email']}),
    'both': ('[{truncate: 4000}, {suppress: mail@suppressed.example}]',
             lambda v: ('mail@suppressed.example' if v.text else '', []), {}),
}


def policy(on_hit, more=''):
    text = ('pare: 1\ndataset: scans\nrecipient: scans\n'
            'scan_released:\n  find: [email, card, iban, ipv4]\n  on_hit: %s\n  except: {excepted: [email, card, iban, ipv4], mails: email}\n'
            'purposes: {p: {description: d, basis: contract}}\n%sfields:\n' % (on_hit, more))
    for name, (do, _, _) in FIELDS.items():
        text += '  %s: {category: system, for: p, do: %s}\n' % (name, do)
    return text + '  id: {category: system, for: p, do: keep}\nunlisted: drop\n'


def make_records(n):
    rows = []
    for i in range(n):
        odds = 0.0 if i % 3 else 0.12
        row = {}
        for name, (_, _, how) in FIELDS.items():
            value = Value(odds=odds)
            if how.get('plain_only'):  # escapes mean nothing once they are in upper case
                while any(not c.isascii() or c in '&%' for c in value.text):
                    value = Value(odds=odds)
            if name == 'mapped' and rng.random() < 0.2:
                value.text, value.planted = WORDS[0], []
            while name == 'cut' and cut(value)[1] is None:
                value = Value(odds=odds)
            row[name] = value
        rows.append(row)
    return rows


def written(rows):
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator='\n')
    sheet.writerow(list(FIELDS) + ['id', 'never'])
    for i, row in enumerate(rows):
        sheet.writerow([row[name].text for name in FIELDS] + ['row %s' % chr(97 + i % 26), WORDS[i % 7]])
    return out.getvalue().encode()


def left_of(name, value):
    """(what leaves or None where only tokens tell, kinds that are found)."""
    _, fate, how = FIELDS[name]
    if value.text == '':
        return '', []
    text, kinds = fate(value)
    return text, [kind for kind in kinds if kind not in how.get('except', [])]


def count(kinds):
    return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}


def add(total, kinds):
    for kind in kinds:
        total[kind] = total.get(kind, 0) + 1


def run(rows, on_hit, *options, more='', data=None, expect=0):
    folder = bench.new_folder('run')
    (folder / 'p.yaml').write_text(policy(on_hit, more))
    (folder / 'in.csv').write_bytes(data if data is not None else written(rows))
    done = bench.run('run', '-q', '-p', 'p.yaml', '--key-file', bench.key, '-o', 'out.csv', *options, 'in.csv', cwd=folder)
    bench.equal(done.returncode, expect, '%s %s: %r' % (on_hit, options, done.stderr))
    silent(rows, done.stdout + done.stderr, on_hit)
    if expect != 0:
        bench.equal(sorted(os.listdir(folder)), ['in.csv', 'p.yaml'], 'a run that ends leaves nothing')
        return done, None, None
    manifest = (folder / 'out.csv.datapackage.json').read_bytes()
    silent(rows, manifest, on_hit + ': manifest')
    return done, (folder / 'out.csv').read_bytes(), json.loads(manifest)['pare']


def silent(rows, said, what):
    planted = [row[name].text[a:b] for row in rows for name in FIELDS for _, a, b in row[name].planted]
    bench.expect(not any(text.encode() in said for text in planted), what + ': a planted text')


def check_cells(rows, header, cells, what):
    wrong = 0
    for row, got in zip(rows, cells, strict=True):
        for name in FIELDS:
            text, kinds = left_of(name, row[name])
            cell = got[header.index(name)]
            good = cell == '' if kinds else (cell == text if text is not None else (cell != '') == (row[name].text != ''))
            if not good:
                wrong += 1
                if wrong < 4:
                    print('     %s: %r -> %r, want %r %r' % (name, row[name].text, cell, text, kinds))
    bench.equal(wrong, 0, what + ': cells')


# --- withhold -------------------------------------------------------------------------------------------------------
rows = make_records(6000)
outputs = set()
for options in ([], ['--threads', '1'], ['--threads', '3', '--read-bytes', '777'], ['--portable']):
    done, data, section = run(rows, 'withhold', *options)
    outputs.add((data, json.dumps(section['fields'])))
bench.equal(len(outputs), 1, 'the same whatever the threads')
header, cells = parsed(data)
check_cells(rows, header, cells, 'withhold')
total = {}
for name in FIELDS:
    field = next(f for f in section['fields'] if f['name'] == name)
    found, values = {}, 0
    for row in rows:
        _, kinds = left_of(name, row[name])
        add(found, kinds)
        add(total, kinds)
        values += bool(kinds)
    scanned = name not in ('token', 'sealed', 'fixed', 'excepted', 'both')
    bench.equal('detected' in field['counts'], scanned, name + ': scanned or not')
    bench.equal((field['counts'].get('detected', 0), field.get('scan', {})), (values, found), name + ': counts')
    bench.equal(sum(field['counts'].values()), len(rows), name + ': sum')
print('planted and found:', total)
bench.expect(all(total.get(kind, 0) > 100 for kind in KINDS), 'enough of each kind: %r' % total)
bench.equal(section['scan_released'], {'find': KINDS, 'on_hit': 'withhold',
                                       'except': {'excepted': KINDS, 'mails': ['email']}}, 'the manifest says what was looked for')
gz = bench.run('run', '-q', '-p', 'p.yaml', '--key-file', bench.key, '--compress', 'gzip', stdin=gzipped(written(rows)), cwd=bench.folder / 'run')
bench.equal(unpacked(gz.stdout), data, 'gzip through a pipe')

# --- quarantine -----------------------------------------------------------------------------------------------------
OUTPUT = list(FIELDS)  # in the order of the input
refused = [next(((name, left_of(name, row[name])[1]) for name in OUTPUT if left_of(name, row[name])[1]), None) for row in rows]
first = next(i for i, r in enumerate(refused) if r)
raw = written(rows).split(b'\n')
for options in (['--threads', '1'], ['--threads', '3']):
    done, data, section = run(rows, 'quarantine', '--on-bad-record', 'quarantine=bad.jsonl', *options)
    header, cells = parsed(data)
    check_cells([row for row, r in zip(rows, refused) if not r], header, cells, 'quarantine')
    n = sum(map(bool, refused))
    bench.equal((section['counts']['quarantined'], section['counts']['quarantined_by']), (n, {'BR12': n}), 'refused records')
    bad = [json.loads(line) for line in (bench.folder / 'run' / 'bad.jsonl').read_text().splitlines()]
    for b, want in zip(bad, [(i + 1, raw[i + 1] + b'\n') for i, r in enumerate(refused) if r], strict=True):
        bench.equal((b['code'], b['record'], base64.b64decode(b['raw'])), ('BR12', *want), 'the quarantine holds them as they came')
    for name in FIELDS:
        found = {}
        for r in refused:
            add(found, r[1] if r and r[0] == name else [])
        field = next(f for f in section['fields'] if f['name'] == name)
        bench.equal((field.get('scan', {}), field['counts'].get('detected', 0)), (found, 0), name + ': what refused records')
done, data_dropped, _ = run(rows, 'quarantine', '--on-bad-record', 'drop')
bench.equal(data_dropped, data, 'drop delivers the same')
run(rows, 'quarantine', '--on-bad-record', 'drop', more='gates: {max_quarantined: 1%}\n', expect=1)
run(rows, 'quarantine', '--on-bad-record', 'drop', more='gates: {max_quarantined: 99%}\n')

# --- a run that ends ------------------------------------------------------------------------------------------------
name, kinds = refused[first]
for on_hit, options, status in (('quarantine', [], 65), ('fail', [], 1), ('fail', ['--on-bad-record', 'drop'], 1),
                                ('fail', ['--on-bad-record', 'quarantine=bad.jsonl', '--threads', '3'], 1)):
    done, _, _ = run(rows, on_hit, *options, expect=status)
    said = done.stderr.decode()
    place = re.search(r'in\.csv: record (\d+), line (\d+), byte (\d+): (.*)', said)
    bench.equal(place and (int(place[1]), int(place[2]), int(place[3])),
                (first + 1, first + 2, len(b'\n'.join(raw[:first + 1])) + 1), on_hit + ': where')
    bench.expect(place and '`%s`' % name in place[4] and '`%s`' % kinds[0] in place[4], '%s: what: %s' % (on_hit, said))
clean = [row for row, r in zip(rows, refused) if not r]
for on_hit in ('quarantine', 'fail'):
    done, data, section = run(clean, on_hit)
    bench.equal(len(parsed(data)[1]), len(clean), on_hit + ' without a hit delivers')
# what another reason refuses is not counted by the scan: neither its values nor its hits
OTHER = ('pare: 1\ndataset: scans\nrecipient: scans\nscan_released: [email]\npurposes: {p: {description: d, basis: contract}}\nfields:\n'
         '  x: {category: system, for: p, do: keep}\n  y: {category: system, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n')
(bench.folder / 'other.yaml').write_text(OTHER)
lines = ['x,y'] + ['%s,%s' % ('me@here.example' if i % 2 else 'amber', 'z' if i % 3 == 0 else 'a') for i in range(200)]
done = bench.run('run', '-q', '-p', 'other.yaml', '-o', 'other.csv', '--on-bad-record', 'drop', stdin='\n'.join(lines).encode())
section = json.loads((bench.folder / 'other.csv.datapackage.json').read_text())['pare']
n = sum(1 for i in range(200) if i % 2 and i % 3)
bench.equal((section['counts']['quarantined_by'], section['fields'][0]['counts']['detected'], section['fields'][0]['scan']),
            ({'BR11': len(range(0, 200, 3))}, n, {'email': n}), 'refused for another reason')

# --- unsure ---------------------------------------------------------------------------------------------------------
many = [{name: Value(odds=0) for name in FIELDS} for _ in range(3)]
many[1]['plain'].text = ' '.join('a%d@b.example' % i for i in range(1025))
done, data, section = run(many, 'withhold')
field = section['fields'][0]
bench.equal((field['counts']['detected'], field['scan']), (1, {'unsure': 1}), 'more hits than can be kept')
bench.equal(parsed(data)[1][1][0], '', 'withheld')
bench.expect(b"can't tell" in run(many, 'fail', expect=1)[0].stderr, 'said to be unsure')

# --- FF1 keeps what is not in its alphabet ----------------------------------------------------------------------------
FF1 = ('pare: 1\ndataset: scans\nrecipient: scans\nscan_released: [email, phone, card]\npurposes: {p: {description: d, basis: contract}}\n'
       'fields:\n  phone: {category: system, for: p, do: [{pseudonymize: {method: ff1, normalize: [lower]}}, {normalize: [upper]}]}\n'
       '  card: {category: system, for: p, do: {pseudonymize: {method: ff1, check_digit: luhn}}}\n')
(bench.folder / 'ff1.yaml').write_text(FF1)
lines, leaks = ['phone,card'], []
for i in range(400):
    number = '+44 7700 9%05d' % rng.randrange(10 ** 5)
    leak = i % 4 == 0
    lines.append('%s%s,%s' % (number, ' Ann.Ember@harbour.example' if leak else '', identifier('card')))
    leaks.append(leak)
done = bench.run('run', '-q', '-p', 'ff1.yaml', '--key-file', bench.key, stdin=('\n'.join(lines) + '\n').encode())
header, cells = parsed(done.stdout)
bench.equal([row[0] == '' for row in cells], leaks, 'an address beside a token')
bench.expect(all(re.fullmatch(r'\+\d\d \d{4} \d{6}|', row[0]) and re.fullmatch(r'\d{16}', row[1]) and luhn(row[1][:-1]) == row[1][-1]
                 for row in cells), 'tokens that look like telephone and card numbers stay')

# --- chosen by `when`, tested by `pare test`, checked ------------------------------------------------------------------
WHEN = ('pare: 1\ndataset: scans\nrecipient: scans\nscan_released: {find: core, on_hit: %s}\npurposes: {p: {description: d, basis: contract}}\n'
        'fields:\n  a:\n    - {category: system, for: p, when: {field: b, is: x}, do: pseudonymize}\n    - {category: system, for: p, do: keep}\n'
        'tests:\n  - {given: {a: me@here.example, b: x}, forbid: ["@"]}\n  - {given: {a: me@here.example, b: y}, expect: %s}\n')
for on_hit, expect, status in (('withhold', '{a: ""}', 0), ('withhold', '{a: me@here.example}', 1), ('quarantine', 'dropped', 0),
                               ('fail', 'dropped', 0), ('fail', '{a: ""}', 1)):
    (bench.folder / 'when.yaml').write_text(WHEN % (on_hit, expect))
    done = bench.run('test', '-p', 'when.yaml')
    bench.equal(done.returncode, status, 'pare test, %s, %s: %r' % (on_hit, expect, done.stdout))
explained = bench.run('explain', '-p', bench.folder / 'run' / 'p.yaml').stdout.decode()
for text in ('searched for `email`, `card`, `iban` or `ipv4`', '`mails` is not searched for `email`', 'the run ends'):
    bench.expect(text in explained, 'explain: ' + text)

# --- real exports: everything kept, and nothing that a plain pattern finds ----------------------------------------------
GLOB = ('pare: 1\ndataset: scans\nrecipient: scans\ninput: {header: true}\nscan_released: {find: [email, card, ipv4]}\n'
        'purposes: {p: {description: d, basis: contract}}\nfields:\n  "*": {category: system, for: p, multiline: true, do: keep}\n')
(bench.folder / 'glob.yaml').write_text(GLOB)
MAIL = re.compile(r'[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}')
CARD = re.compile(r'(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)')


def plainly_found(text):
    cards = [re.sub(r'\D', '', m[0]) for m in CARD.finditer(text)]
    return bool(MAIL.search(text)) or any(luhn(c[:-1]) == c[-1] and c[0] in '3456' for c in cards)


n_exports = n_found = 0
for name in sorted(bench.data('exports').glob('*/*.csv')) if bench.data('exports').exists() else []:
    try:
        rows_in = list(csv.reader(io.StringIO(name.read_bytes().decode('utf-8-sig'), newline=''), strict=True))
    except (UnicodeDecodeError, csv.Error):
        continue
    done = bench.run('run', '-q', '-p', 'glob.yaml', '-o', 'glob.csv', name)
    if done.returncode != 0:
        continue  # other delimiters, ragged: not this check's matter
    out = parsed((bench.folder / 'glob.csv').read_bytes())[1]
    n_exports += 1
    for before, after in zip(rows_in[1:], out, strict=True):
        for b, a in zip(before, after, strict=True):
            n_found += plainly_found(b)
            if a not in ('', b) or plainly_found(a):
                bench.expect(False, '%s: a value that should not be' % name.name)
    verified = bench.run('verify', '-p', 'glob.yaml', '--find', 'email,card,ipv4', 'glob.csv')
    bench.equal(verified.returncode, 0, '%s: verify finds %r' % (name.name, verified.stdout))
print('%d exports, %d values with something in them' % (n_exports, n_found))
bench.expect(n_exports == 0 or n_found > 10000, 'exports with something to find')
bench.finish()
