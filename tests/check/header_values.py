"""An export that lost its header: its first record stands where names should be, and none of its values may leave as one.

Policies are made by lot out of names, positions, globs, regular expressions and optional fields. The first line is once the
header, which must be told by what the policy names in full, and once a record of marked values, which must be found nowhere:
not in the dataset, the manifest, the summary or a message. The rule that decides is written down here a second time.

    header_values.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import json
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.run import Bench, shapes_of  # noqa: E402

bench = Bench(sys.argv)
HEAD = 'pare: 1\ndataset: d\nrecipient: r\n%spurposes:\n  p: {description: d, basis: contract%s}\nfields:\n'
NAMES = ['plan', 'city', 'status', 'note']
MARKED = ['zanzibarsson', 'quillfeather', 'umbrielson', 'nightingale']
ROWS = [['gold', 'Leeds', 'new', 'x'], ['silver', 'Porto', 'old', 'y']]
SHAPES = {shape for value in MARKED for shape in shapes_of(value)}


class Policy:
    """A policy, and what its author's words say about it."""

    def __init__(self, source):
        self.stated = source.random() < 0.15
        self.fields, self.evidence = {}, 0
        self.reads = source.choice(NAMES) if source.random() < 0.15 else None
        for _ in range(source.randrange(1, 5)):
            kind = source.choice(['name', 'position', 'glob', 'regex'])
            at = source.randrange(4)
            key = {'name': NAMES[at], 'position': '"#%d"' % (at + 1), 'glob': source.choice(['"*"', '"%s*"' % NAMES[at][:2], '"?????*"']),
                   'regex': source.choice(['/./', "'/^[a-z]+$/'", '/%s/' % NAMES[at][1:3]])}[kind]
            rule = source.choice(['drop', 'keep', 'optional', 'as', 'as'])
            self.fields.setdefault(key, (kind, rule, at))

    def text(self):
        words = {'drop': '{do: drop}', 'keep': '{category: user, for: p, do: keep}',
                 'optional': '{category: user, for: p, do: keep, optional: true}',
                 'as': '{category: user, for: p, do: keep, as: %s}'}
        lines = ''
        for number, (key, (_, rule, _)) in enumerate(self.fields.items()):
            body = words[rule] % ('out%d' % number) if rule == 'as' else words[rule]
            lines += '  %s: %s\n' % (key, body)
        test = ', allowed_when: {field: %s, is_not: [never]}' % self.reads if self.reads else ''
        return HEAD % ('input: {header: true}\n' if self.stated else '', test) + lines

    def knows(self, header):
        """docs/POLICY.md: a column that must be there, or two that may be."""
        evidence = 2 if self.reads in header else 0
        for key, (kind, rule, _) in self.fields.items():
            if kind == 'name' and key in header:
                evidence += 2 if rule in ('keep', 'as') else 1
        return self.stated or evidence >= 2


def run(policy, lines, *options):
    folder = bench.new_folder('run')
    (folder / 'p.yaml').write_text(policy)
    (folder / 'in.csv').write_text('\n'.join(','.join(line) for line in lines) + '\n')
    done = bench.run('run', '-p', 'p.yaml', '-o', 'out.csv', *options, 'in.csv', cwd=folder)
    left = b''.join(path.read_bytes() for path in sorted(folder.glob('*out.csv*')))
    return done, left, folder


def marked_in(data):
    return [shape for shape in SHAPES if shape in data]


tally = {'headers told': 0, 'headers not told': 0, 'first records refused': 0, 'first records listed by position': 0}
for seed in range(400):
    source = random.Random(seed)
    policy = Policy(source)
    text = policy.text() + ('unlisted: fail\n' if source.random() < 0.15 else '')
    # with its header: names are told as names where they are known, as positions where they are not
    done, left, folder = run(text, [NAMES] + ROWS)
    known = policy.knows(NAMES)
    if done.returncode == 0:
        withheld = json.loads((folder / 'out.csv.datapackage.json').read_text())['pare']['withheld']
        listed = withheld['by_rule'] + withheld['unlisted']
        bench.expect(all((name in NAMES) if known else re.fullmatch('#[1-4]', name) for name in listed),
                     'seed %d: %s: listed %r' % (seed, 'known' if known else 'unknown', listed))
        bench.expect(known or b'their positions' in done.stderr, 'seed %d: the summary says why' % seed)
        tally['headers told' if known else 'headers not told'] += 1
    else:
        bench.equal(done.returncode in (65, 78), True, 'seed %d: %r' % (seed, done.stderr))
    # without it: nothing of the first record is anywhere
    if policy.stated:
        continue
    done, left, folder = run(text, [MARKED] + ROWS, *(['--quiet'] if seed % 2 else []), *(['--log', 'json'] if seed % 3 else []))
    bench.equal(marked_in(done.stdout + done.stderr + left), [], 'seed %d: the first record, in\n%s' % (seed, text))
    tally['first records refused' if done.returncode else 'first records listed by position'] += 1

for what, n in tally.items():
    bench.expect(n >= 15, '%s: %d' % (what, n))

# two columns of one value, a second file, the original of a verification: what messages say of columns
two = [['quillfeather', 'quillfeather', 'umbrielson', 'x']] + ROWS
for fields in ('  "*": {category: user, for: p, do: keep}\n', '  "q*": {category: user, for: p, do: keep}\n'):
    done, left, _ = run(HEAD % ('', '') + fields, two)
    bench.equal((done.returncode, marked_in(done.stderr + left)), (65, []), 'a name that stands twice')
known = HEAD % ('', '') + '  plan: {category: user, for: p, do: keep}\n'
done, left, folder = run(known, [NAMES] + ROWS)
(folder / 'lost.csv').write_text('\n'.join(','.join(line) for line in [MARKED] + ROWS) + '\n')
for command in (['run', '-p', 'p.yaml', '-o', 'two.csv', 'in.csv', 'lost.csv'], ['run', '-p', 'p.yaml', 'in.csv', 'lost.csv'],
                ['verify', '-p', 'p.yaml', '--original', 'lost.csv', 'out.csv']):
    done = bench.run(*command, cwd=folder)
    bench.expect(done.returncode != 0, ' '.join(command))
    bench.equal(marked_in(done.stdout + done.stderr), [], ' '.join(command))
optional = HEAD % ('', '') + '  "#1": {category: user, for: p, do: keep, as: plan}\n'
done, left, folder = run(optional, [MARKED] + [['umbrielson', 'nightingale', 'new', 'x']] * 9)
bench.equal(done.returncode, 0, 'released by position under a name of its own')
done = bench.run('verify', '-p', 'p.yaml', '--original', 'in.csv', 'out.csv', cwd=folder)
bench.equal(marked_in(done.stdout + done.stderr), [], 'verify of it')
done, left, folder = run(optional, [MARKED, ['"a\nb"', 'c', 'd', 'e']])
bench.expect(b'column `#1`' in done.stderr and not marked_in(done.stderr + left), 'a line break: %r' % done.stderr)
# a policy that would refuse every file is told so beforehand
(bench.folder / 'lint.yaml').write_text(HEAD % ('', '') + '  "*": {category: user, for: p, do: keep}\n')
said = bench.run('check', '-p', 'lint.yaml', '--format', 'json')
bench.expect(b'PR150' in said.stdout, 'PR150')
(bench.folder / 'lint.yaml').write_text(HEAD % ('input: {header: true}\n', '') + '  "*": {category: user, for: p, do: keep}\n')
bench.expect(b'PR150' not in bench.run('check', '-p', 'lint.yaml', '--format', 'json').stdout, 'PR150 where it is vouched for')
print(tally)
bench.finish()
