"""Holds `echo`, the shadow, and the mapping back from it against a second calculation (tests/oracle/redaction.py).

Random records: values of three fields, and texts in which they stand in other case, with and without accents, with hidden
characters, escaped, full-width, glued to other words. What comes out is compared three times: with labels, with tokens of each
hit (so what a hit reads as is compared as well), and masked. The seed is fixed.

    python3 redact_oracle.py PARE SOURCE_DIR BUILD_DIR
"""
import csv
import io
import pathlib
import random
import re
import sys
import unicodedata
import urllib.parse

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle import redaction  # noqa: E402
from oracle.calc import Tokens, mask  # noqa: E402
from oracle.run import Bench, parsed  # noqa: E402

RECORDS = 6000
FIELDS = ['first', 'last', '#3']
POLICY = '''pare: 1
dataset: redacted
recipient: oracle
output: {formulas: keep}
purposes: {check: {description: Hold against Python, basis: contract}}
fields:
  label: {category: user.content, for: check, multiline: true, do: {redact: {echo: [first, last, "#3"], with: "<{type}>"}}}
  token: {category: user.content, for: check, multiline: true, do: {redact: {echo: [first, last, "#3"], pseudonymize: {}}}}
  masked: {category: user.content, for: check, multiline: true, do: {redact: {echo: [first, last, "#3"], echo_min: 2,
    mask: {keep_first: 1, char: "·"}}}}
'''
NAMES = '''Ann Jo Li José Zoë Søren Łukasz Müller Muller Weiß O'Brien O’Neill D'Arcy Jean-Luc Mary\u00a0Ann Will mark MAY Rose
Дмитрий Ιωάννης Ἀθηνᾶ 李明 王 김철수 สมชาย Ğül İpek Ilker ılgaz Đorđe Æther Œuvre Þór ﬁnn Ǆemal A.B. 12 123 1234 12-34 ٣٤٥٦
+44\u20097700\u2009900123 ann@example.org a&b R&amp;D 50% Straße نور मोहन Å Ångström e\u0301lan Nguye\u0302\u0303n ½cup ㎏s
ab\u200bcd'''.split() + ['Mary  Ann', ' De  la Cruz ', 'van\nDyke', 'x\u0301' * 40, '%2525252540abc']
rng = random.Random(20270311)


def pool_of_characters():
    every = [chr(c) for c in range(0xA0, 0x20000) if not 0xD800 <= c <= 0xDFFF]
    known = [c for c in every if unicodedata.category(c) not in ('Cn', 'Co', 'Cc')]
    return rng.sample(known, 6000)


POOL = pool_of_characters()
HIDDEN = '\u200b\u200c\u200d\u2060\u00ad\ufeff\u200e\u202a\u202c\u034f\ufe0f\u180e\u3164'
ENTITY = {v: k for k, v in redaction.NAMES.items() if k in redaction.LISTED}


def escaped(c):
    way = rng.randrange(6)
    if way == 0:
        return '&#%d;' % ord(c)
    if way == 1:
        return '&#x%x' % ord(c)
    if way == 2:
        return ''.join('%%%02x' % b for b in c.encode())
    if way == 3 and c in ENTITY:
        return '&%s;' % ENTITY[c]
    if way == 4:
        return '&amp;#%d;' % ord(c)
    return urllib.parse.quote(c, safe='')


def full_width(text):
    return ''.join(chr(ord(c) + 0xFEE0) if '!' <= c <= '~' else c for c in text)


def bare(text):
    return ''.join(c for c in unicodedata.normalize('NFD', text) if not unicodedata.combining(c))


def sprinkled(text, what, share):
    return ''.join(c + (rng.choice(what) if rng.random() < share else '') for c in text)


WAYS = [str, str.upper, str.lower, str.casefold, str.title, bare, full_width,
        lambda t: unicodedata.normalize('NFD', t), lambda t: unicodedata.normalize('NFKC', t),
        lambda t: sprinkled(t, HIDDEN, .3), lambda t: sprinkled(t, '\u0301\u0332\u20e3', .3),
        lambda t: ''.join(escaped(c) if rng.random() < .4 else c for c in t),
        lambda t: t.replace(' ', '\u2009\n'), lambda t: t.replace("'", '’').replace('-', '\u2212'),
        lambda t: t + rng.choice('aß1é')]


def a_text(values):
    parts = []
    for _ in range(rng.randrange(1, 9)):
        chance = rng.random()
        if chance < .6:
            part = rng.choice(values + NAMES[:6])
            for _ in range(rng.choice((0, 1, 1, 2, 3))):
                part = rng.choice(WAYS)(part)
        elif chance < .8:
            part = ''.join(rng.choice(POOL) for _ in range(rng.randrange(1, 5)))
        else:
            part = rng.choice(['may', 'will', 'mark', 'rose', 'notes &', '100%', '&nosuch;', '%zz', '&#0;', '&#55296;', 'e\u0301',
                               '\u0301', 'ﷺ', '&eacute;', '&#x000000000000041;', '&#00000000000000065;', '%e2%80%8b', '%c3',
                               '%c3%28', '&;', '&a;', '%', '&&amp;', '\u0301' * 70])
        parts.append(part)
    return ''.join(p + rng.choice(['', ' ', ' ', ', ', '\u00a0', '.', '_', '-']) for p in parts)[:1500]


def words_of(source):
    text = (source / 'rules/step/echo_words.h').read_text()
    words = re.findall(r'"([^"]+)"', text)
    assert words == sorted(set(words)), 'echo_words.h is not in order'
    return set(words)


def make_records():
    records = []
    for _ in range(RECORDS):
        values = [rng.choice(NAMES) if rng.random() < .9 else '' for _ in FIELDS]
        records.append((values, a_text(values)))
    return records


def main():
    bench = Bench(sys.argv)
    words = words_of(bench.source)
    records = make_records()
    table = io.StringIO(newline='')
    csv.writer(table).writerows([['first', 'last', 'third', 'label', 'token', 'masked']] +
                                [values + [text] * 3 for values, text in records])
    (bench.folder / 'in.csv').write_text(table.getvalue(), encoding='utf-8', newline='')
    (bench.folder / 'policy.yaml').write_text(POLICY, encoding='utf-8')
    done = bench.run('run', '-q', '-p', 'policy.yaml', '--key-file', bench.key, '-o', 'out.csv', 'in.csv')
    if not bench.equal((done.returncode, done.stderr), (0, b''), 'pare run'):
        bench.finish()
    _, rows = parsed((bench.folder / 'out.csv').read_bytes())
    bench.equal(len(rows), RECORDS, 'records')
    tokens = [Tokens('oracle', field) for field in FIELDS]
    found = withheld = 0
    for (values, text), row in zip(records, rows):
        expected = [redaction.redact(text, values, words, lambda label, hit: '<%s>' % FIELDS[label]),
                    redaction.redact(text, values, words, lambda label, hit: tokens[label](hit)),
                    redaction.redact(text, values, words, lambda label, hit: mask(hit, first=1, char='·'), least=2)]
        found += expected[0] not in (text, None)
        withheld += expected[0] is None
        for got, want, kind in zip(row, expected, ('label', 'token', 'masked')):
            if not bench.equal(got, want or '', '%s of %r in %r' % (kind, values, text)) and bench.failures > 5:
                bench.finish()
    bench.expect(found > RECORDS / 3 and withheld > 10, '%d texts with hits, %d withheld' % (found, withheld))
    bench.finish()


main()
