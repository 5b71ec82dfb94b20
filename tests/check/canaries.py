"""Canaries: a text of its own in every field of every case; after each run it is looked for in everything that came out.

It may stand in the dataset, in the cell where it came in, and there only where the policy releases that column for that
record as it is. Nowhere else, in no shape (as it is, other case, hex, base32, base64, percent): not in messages, not in the
manifest, not in the name or content of a file that a failed run left.
"""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle import small  # noqa: E402
from oracle.run import Bench, gzipped, parsed, shapes_of, unpacked  # noqa: E402

# One column for each fate. The second item: how a cell may show its canary (None: not at all).
AS_IS, LOWER = str, str.lower
COLUMNS = [
    ('kept', 'do: keep', AS_IS),
    ('lowered', 'do: {normalize: [lower]}', LOWER),
    ('suppressed', 'do: suppress', None),
    ('suppressed_with', 'do: {suppress: {with: gone}}', None),
    ('replaced', 'do: {replace: {with: other}}', None),
    ('mapped', 'do: {replace: {map: {a: b}, otherwise: suppress}}', None),
    ('masked', 'do: {mask: {keep_last: 2}}', None),
    ('masked_more', 'do: {mask: {keep_first: 3, keep_last: 2, skip: separators}}', None),
    ('truncated', 'do: {truncate: 5}', None),
    ('extracted', 'do: {extract: {regex: "^(...)", group: 1}}', None),
    ('token', 'do: {pseudonymize: {domain: d}}', None),
    ('token_hex', 'do: {pseudonymize: {domain: d, encoding: hex, bits: 256, normalize: [lower]}}', None),
    ('token_url', 'do: {pseudonymize: {domain: d, encoding: base64url, prefix: "x."}}', None),
    ('no_date', 'do: {generalize: {date: year}}', None),
    ('no_age', 'do: {generalize: {age: {width: 5, top: 90}, format: "%d.%m.%Y"}}', None),
    ('no_number', 'do: {generalize: {number: {width: 10}}}', None),
    ('no_bin', 'do: {generalize: {number: {bins: [0, 5]}}}', None),
    ('prefix', 'do: {generalize: {prefix: 4}}', None),
    ('no_ip', 'do: {generalize: {ip: {v4: 24, v6: 48}}}', None),
    ('mail', 'do: {redact: {find: [email, url]}}', None),
    ('site', 'do: {redact: {find: [email, url]}}', None),
    ('text', 'multiline: true\n    do: {redact: {find: [email, phone, card, iban]}}', AS_IS),
    ('other_purpose', 'do: keep', None),
    ('when_never', 'when: {field: consent, is: [never]}\n    do: keep', None),
    ('renamed', 'do: keep\n    as: new_name', AS_IS),
    ('dropped', None, None),
    ('unlisted', '', None),
]


def value(row, column):
    text = small.canary(row, column % 10) + 'ZKVJ'[column // 10] * 3
    if COLUMNS[column][0] == 'mail':
        return text + '@example.com'
    if COLUMNS[column][0] == 'site':
        return 'https://example.org/' + text
    return text


def policy(extra='', gates='', encoding='utf-8', more=''):
    fields = ''
    for name, how, _ in COLUMNS:
        if how is None:
            fields += '  %s: {do: drop}\n' % name
        elif how:
            fields += '  %s:\n    category: user\n    for: [%s]\n    %s\n' % (
                name, 'second' if name == 'other_purpose' else 'first', how)
    return ('pare: 1\ndataset: canaries\nrecipient: tester\ninput: {encoding: %s%s}\npurposes:\n'
            '  first: {description: d, basis: consent, allowed_when: {field: consent, is: ["yes"]}}\n'
            '  second: {description: d, basis: consent, allowed_when: {field: consent, is: ["second"]}}\n'
            'retention: [{field: day, keep: 2 years%s}]\nfields:\n%s%s%s' % (encoding, more, extra, fields,
                                                                          '  consent: {do: drop}\n', gates)).encode()


def export(separator=',', rows=12, quote=''):
    """Row n: yes, no, second, too old, no date, in turn. Only the first kind, n % 5 == 1, may show anything."""
    out = [separator.join(['consent', 'day'] + [name for name, _, _ in COLUMNS])]
    for n in range(1, rows + 1):
        consent = 'no' if n % 5 == 2 else 'second' if n % 5 == 3 else 'yes'
        day = '2001-01-01' if n % 5 == 4 else 'a day' if n % 5 == 0 else '2023-11-11'
        out.append(separator.join([consent, day] + [quote + value(n, c) + quote for c in range(len(COLUMNS))]))
    return '\n'.join(out) + '\n'


def canaries(rows=12):
    return [(n, c, value(n, c)) for n in range(1, rows + 1) for c in range(len(COLUMNS))]


def core_of(text):
    """The part that is nobody else's: without `@example.com` around it."""
    return text.replace('@example.com', '').replace('https://example.org/', '')


def nowhere(bench, data, name, shapes=[]):
    low = data.lower()
    if b'canary' in low:
        bench.expect(False, '%s: a canary: %r' % (name, data[max(0, low.index(b'canary') - 60):][:160]))
        return
    if not shapes:  # once: they are many
        shapes.extend({shape for _, _, text in canaries() for shape in shapes_of(core_of(text))})
    found = [shape for shape in shapes if shape in data]
    bench.expect(not found, '%s: the shapes %r of canaries' % (name, found[:3]))


def only_where_released(bench, data, name, separator=','):
    header, rows = parsed(data, separator)
    bench.equal(len(rows), 5, name + ': three records for the first purpose and two for the second')
    names = [how[0] if how[0] != 'renamed' else 'new_name' for how in COLUMNS if how[1]]
    bench.equal(header, names, name + ': header')
    allowed = {}
    for n, c, text in canaries():
        fate = COLUMNS[c][2]
        if n % 5 == 1 and fate is not None:
            allowed[fate(text)] = 'new_name' if COLUMNS[c][0] == 'renamed' else COLUMNS[c][0]
        if n % 5 == 3 and COLUMNS[c][0] == 'other_purpose':
            allowed[text] = 'other_purpose'
    seen, rest = set(), []
    for row in rows:
        for column, cell in zip(header, row):
            if allowed.get(cell) == column:
                seen.add(cell)
            else:
                rest.append('%s: %s' % (column, cell))
    nowhere(bench, '\n'.join(rest).encode(), name + ': the other cells')
    bench.equal(seen, set(allowed), name + ': what is released is there')


def leftovers(bench, folder, known, name):
    """Files that a run added: their names and contents."""
    for entry in sorted(os.listdir(folder)):
        if entry not in known:
            bench.expect(False, '%s: the file %r was left' % (name, entry))
            nowhere(bench, (folder / entry).read_bytes(), '%s: content of %s' % (name, entry))


def good_cases(bench):
    plain = export()
    cases = [('csv', policy(), plain.encode(), ','), ('gzip', policy(), gzipped(plain.encode()), ','),
             ('quoted', policy(), export(quote='"').encode(), ','), ('tsv', policy(), export('\t').encode(), '\t'),
             ('semicolons', policy(), export(';').encode(), ';'), ('latin-1', policy(encoding='latin-1'), plain.encode(), ','),
             ('windows-1252', policy(encoding='windows-1252'), plain.encode(), ','),
             ('utf-16', policy(encoding='utf-16'), plain.encode('utf-16'), ','),
             ('lenient', policy(more=', lenient: true'), export().replace('\n', '\r\n').encode(), ','),
             ('a mark', policy(), b'\xef\xbb\xbf' + plain.encode(), ',')]
    for title, text, data, separator in cases:
        folder = bench.new_folder('good')
        (folder / 'policy.yaml').write_bytes(text)
        (folder / 'in').write_bytes(data)
        for arguments in ([], ['--log', 'json'], ['--quiet'], ['--stamp', '--threads', '3'], ['-o', 'out.csv.gz'],
                          ['--portable', '--read-bytes', '3'], ['-o', '-', '--spool'], ['-o', '-', '--manifest', 'm.json']):
            name = '%s, %s' % (title, ' '.join(arguments))
            target = [] if '-o' in arguments else ['-o', 'out.csv']
            ran = bench.run('run', '-p', 'policy.yaml', '--key-file', bench.key, '--as-of', '2024-01-01', *target, *arguments,
                            'in', cwd=folder)
            if not bench.expect(ran.returncode == 0, '%s: %s' % (name, ran.stderr.decode()[:300])):
                continue
            nowhere(bench, ran.stderr, name + ': messages')
            if '-' in arguments:
                only_where_released(bench, ran.stdout, name, separator)
            else:
                nowhere(bench, ran.stdout, name + ': standard output')
                out = 'out.csv.gz' if '-o' in arguments else 'out.csv'
                only_where_released(bench, unpacked((folder / out).read_bytes()), name, separator)
                nowhere(bench, (folder / (out + '.datapackage.json')).read_bytes(), name + ': manifest')
            for entry in os.listdir(folder):
                if entry.endswith('.json'):
                    nowhere(bench, (folder / entry).read_bytes(), '%s: %s' % (name, entry))
                if entry not in ('in', 'policy.yaml'):
                    os.remove(folder / entry)


def bad_cases(bench):
    """Runs that fail, each for another reason, with the canaries still in the input."""
    plain = export()
    swap = policy().replace
    cases = [
        ('a gate: too few', policy(gates='gates: {min_records: 1000}\n'), plain, [], 1),
        ('no key', policy(), plain, ['no key'], 77),
        ('a folder that is not there', policy(), plain, ['-o', 'nowhere/out.csv'], 73),
        ('no date, and the run ends', policy(', unreadable: fail'), plain, [], 65),
        ('not in the map, and the run ends', swap(b'map: {a: b}, otherwise: suppress', b'map: {a: b}, otherwise: fail'), plain, [], 65),
        ('a column too few', policy(), plain + value(1, 0) + ',' + value(1, 1) + '\n', [], 65),
        ('a column too many', policy(), plain.replace('\nno,', '\n%s,no,' % value(2, 1), 1), [], 65),
        ('a quote in the middle', policy(), plain.replace('wxz', 'w"xz', 40), [], 65),
        ('an open quote', policy(), plain + '"' + value(3, 3) + '\n' + plain, [], 65),
        ('NUL', policy(), plain.replace('wxz', 'w\0xz', 1), [], 65),
        ('a line break', policy(), plain.replace(value(1, 2), '"' + value(1, 2) + '\n"'), [], 65),
        ('a record that is too long', policy(), plain, ['--max-record', '300'], 65),
        ('a field that is too long', policy(), plain, ['--max-field', '9'], 65),
        ('too many columns', policy(), plain, ['--max-columns', '5'], 65),
        ('too many bytes', policy(), plain, ['--max-bytes', '1000'], 65),
        ('no header', policy(), plain.split('\n', 1)[1], [], 78),
        ('a rule that finds no column', policy().replace(b'fields:\n', b'fields:\n  nobody: {category: user, for: [first], do: keep}\n'),
         plain, [], 78),
        ('a column that nobody listed', policy(gates='unlisted: fail\n'), plain, [], 78),
    ]
    for title, text, data, arguments, status in cases:
        for packed in (False, True):
            folder = bench.new_folder('bad')
            (folder / 'policy.yaml').write_bytes(text)
            (folder / 'in').write_bytes(gzipped(data.encode()) if packed else data.encode())
            for log in ('text', 'json'):
                name = '%s, %s%s' % (title, log, ', packed' if packed else '')
                key = [] if 'no key' in arguments else ['--key-file', bench.key]
                given = [a for a in arguments if a != 'no key']
                target = [] if '-o' in given else ['-o', 'out.csv']
                ran = bench.run('run', '-p', 'policy.yaml', *key, '--as-of', '2024-01-01', '--log', log, *target, *given, 'in',
                                cwd=folder)
                bench.expect(ran.returncode == status, '%s: exit %d, not %d: %s' % (name, ran.returncode, status, ran.stderr[:300]))
                nowhere(bench, ran.stderr + ran.stdout, name + ': messages')
                leftovers(bench, folder, ['policy.yaml', 'in'], name)


def full_disk(bench):
    if not os.path.exists('/dev/full'):
        return
    folder = bench.new_folder('full')
    (folder / 'policy.yaml').write_bytes(policy())
    (folder / 'in').write_text(export())
    with open('/dev/full', 'wb') as full:
        for arguments in ([], ['--spool'], ['--compress', 'gzip']):
            ran = subprocess.run([bench.pare, 'run', '-p', 'policy.yaml', '--key-file', bench.key, '--as-of', '2024-01-01',
                                  '-o', '-', *arguments, 'in'], cwd=folder, stdout=full, stderr=subprocess.PIPE)
            bench.equal(ran.returncode, 74, 'a full disk ' + ' '.join(arguments))
            nowhere(bench, ran.stderr, 'a full disk: messages')
            leftovers(bench, folder, ['policy.yaml', 'in'], 'a full disk')


def killed(bench):
    """A signal while the input still comes: nothing is left, and the program dies of that signal."""
    for what in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        folder = bench.new_folder('killed')
        (folder / 'policy.yaml').write_bytes(policy())
        process = subprocess.Popen([bench.pare, 'run', '-p', 'policy.yaml', '--key-file', bench.key, '--as-of', '2024-01-01', '-o',
                                    'out.csv', '-'], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        rows = export().split('\n', 1)[1].encode()
        process.stdin.write(export().encode() + rows * 400)
        process.stdin.flush()
        waited = time.monotonic() + 10
        while len(os.listdir(folder)) < 2 and time.monotonic() < waited:
            time.sleep(0.01)
        for entry in os.listdir(folder):
            nowhere(bench, entry.encode(), 'the name of a temporary file')
            if entry != 'policy.yaml':
                bench.equal(os.stat(folder / entry).st_mode & 0o777, 0o600, 'a temporary file is its owner\'s')
        process.send_signal(what)
        try:
            out, messages = process.communicate(timeout=20)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            process.kill()
            out, messages = process.communicate()
        bench.equal(process.returncode, -what, 'dies of the signal')
        nowhere(bench, out + messages, 'killed: messages')
        leftovers(bench, folder, ['policy.yaml'], 'killed')


def side_table(bench):
    """A map_file holds people's data as well: what is wrong in it is told without it."""
    folder = bench.new_folder('table')
    text = policy().replace(b'map: {a: b}', b'map_file: map.csv')
    (folder / 'policy.yaml').write_bytes(text)
    (folder / 'in').write_text(export())
    good = 'from,to\n%s,%s\n' % (value(1, 5), value(2, 5))
    for title, table, status in (('good', good, 0), ('twice', good + '%s,%s\n' % (value(1, 5), value(3, 5)), 78),
                                 ('three columns', 'a,b,c\n%s,%s,%s\n' % (value(1, 5), value(2, 5), value(3, 5)), 78),
                                 ('ragged', good + value(4, 5) + '\n', 78), ('open quote', good + '"' + value(4, 5), 78)):
        (folder / 'map.csv').write_text(table)
        for command in (['check', '-p', 'policy.yaml'], ['explain', '-p', 'policy.yaml'],
                        ['run', '-p', 'policy.yaml', '--key-file', bench.key, '-o', 'out.csv', '--as-of', '2024-01-01', 'in']):
            name = 'a map_file, %s: %s' % (title, command[0])
            ran = bench.run(*command, cwd=folder)
            bench.expect((ran.returncode == 0) == (status == 0), '%s: exit %d: %s' % (name, ran.returncode, ran.stderr[:200]))
            nowhere(bench, ran.stderr + ran.stdout, name)


def main():
    bench = Bench(sys.argv)
    good_cases(bench)
    bad_cases(bench)
    full_disk(bench)
    killed(bench)
    side_table(bench)
    bench.finish()


main()
