"""Identifiers in disguise: the examples of the shipped detectors, each in ways that bytes differ and a reader sees no difference.

The examples are read from rules/packs; only texts that pare finds undisguised are disguised (so a detector's own limits are not
counted here). A disguised identifier counts as found if nothing of it is left: every letter and digit of it is gone from the
output. At least 200 forms must be tried and 99 in 100 found, over all and in each way. What is documented as not covered
(homoglyphs) is measured too, so that the document stays true.

    python3 evasions.py PARE SOURCE_DIR BUILD_DIR
"""
import csv
import io
import pathlib
import re
import sys
import unicodedata
import urllib.parse

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.run import Bench, parsed  # noqa: E402

POLICY = '''pare: 1
dataset: evasions
recipient: nobody
purposes: {check: {description: Find what hides, basis: contract}}
fields:
  text: {category: user.content, for: check, multiline: true, do: {redact: {find: [%s], with: "\u2588"}}}
'''
OPEN, CLOSED = 'note: \u00ab', '\u00bb (seen)'  # what stands around the identifier, and must stay


# --- disguises: text -> text, or None where the way does not apply --------------------------------------------------
def each(function, wanted=lambda c: True):
    """Every character that is wanted, changed."""
    return lambda text: ''.join(function(c) if wanted(c) else c for c in text) if any(map(wanted, text)) else None


def between(what):
    return lambda text: what.join(text)


def digits_from(zero):
    return each(lambda c: chr(zero + int(c)), lambda c: c in '0123456789')


def swap(old, new):
    return lambda text: text.replace(old, new) if old in text else None


def letter(c):
    return c.isascii() and c.isalpha()


def sign(c):
    return c.isascii() and not c.isalnum() and c != ' '


def reference(form):
    return lambda c: form % ord(c)


def bold(c):
    return chr(0x1D400 + ord(c) - 65) if c.isupper() else chr(0x1D41A + ord(c) - 97)


def monospace(c):
    return chr(0x1D670 + ord(c) - 65) if c.isupper() else chr(0x1D68A + ord(c) - 97) if c.islower() else chr(0x1D7F6 + int(c))


def circled(c):
    return '\u24ea' if c == '0' else chr(0x245F + int(c))


ALNUM = lambda c: c.isascii() and c.isalnum()  # noqa: E731
DIGIT = lambda c: c.isascii() and c.isdigit()  # noqa: E731
WAYS = {
    'full-width': each(lambda c: chr(ord(c) + 0xFEE0), lambda c: '!' <= c <= '~'),
    'full-width digits': digits_from(0xFF10),
    'full-width signs': each(lambda c: chr(ord(c) + 0xFEE0), sign),
    'small signs': lambda t: re.sub('[@.]', lambda m: '\ufe6b' if m[0] == '@' else '\ufe52', t) if re.search('[@.]', t) else None,
    'zero width space': between('\u200b'),
    'zero width joiner': between('\u200d'),
    'zero width non-joiner': between('\u200c'),
    'word joiner': between('\u2060'),
    'soft hyphen': between('\u00ad'),
    'byte order mark': between('\ufeff'),
    'combining grapheme joiner': between('\u034f'),
    'Hangul filler': between('\u3164'),
    'variation selectors': between('\ufe0e'),
    'left-to-right marks': between('\u200e'),
    'bidirectional isolate': lambda t: ''.join('\u2066' + c + '\u2069' for c in t),
    'bidirectional embedding': lambda t: '\u202a' + t + '\u202c',
    'tag characters': between('\U000e0041'),
    'one zero width space': lambda t: t[:len(t) // 2] + '\u200b' + t[len(t) // 2:],
    'Arabic-Indic digits': digits_from(0x660),
    'Persian digits': digits_from(0x6F0),
    'Devanagari digits': digits_from(0x966),
    'Bengali digits': digits_from(0x9E6),
    'Thai digits': digits_from(0xE50),
    'mathematical digits': digits_from(0x1D7CE),
    'double-struck digits': digits_from(0x1D7D8),
    'superscript digits': each(lambda c: '⁰¹²³⁴⁵⁶⁷⁸⁹'[int(c)], DIGIT),
    'circled digits': each(circled, DIGIT),
    'keycap digits': each(lambda c: c + '\ufe0f\u20e3', DIGIT),
    'mathematical bold letters': each(bold, letter),
    'mathematical monospace': each(monospace, ALNUM),
    'circled letters': each(lambda c: chr(0x24B6 + ord(c) - 65) if c.isupper() else chr(0x24D0 + ord(c) - 97), letter),
    'combining underline': each(lambda c: c + '\u0332', ALNUM),
    'combining stroke': each(lambda c: c + '\u0336', ALNUM),
    'combining enclosing circle': each(lambda c: c + '\u20dd', DIGIT),
    'stacked accents on digits': each(lambda c: c + '\u0300\u0323\u0332', DIGIT),
    'no-break space': swap(' ', '\u00a0'),
    'narrow no-break space': swap(' ', '\u202f'),
    'thin space': swap(' ', '\u2009'),
    'figure space': swap(' ', '\u2007'),
    'ideographic space': swap(' ', '\u3000'),
    'en space': swap(' ', '\u2002'),
    'no-break hyphen': swap('-', '\u2011'),
    'minus sign': swap('-', '\u2212'),
    'em dash': swap('-', '\u2014'),
    'small hyphen': swap('-', '\ufe63'),
    'ideographic full stop': lambda t: t.replace('.', '\u3002') if '.' in t and '@' in t else None,
    'one dot leader': swap('.', '\u2024'),
    'decimal references': each(reference('&#%d;'), lambda c: ord(c) < 0x7F),
    'hexadecimal references': each(reference('&#x%x;'), lambda c: ord(c) < 0x7F),
    'references with zeros': each(reference('&#%010d;'), sign),
    'references without semicolon': lambda t: re.sub('@', '&#64', t) if '@' in t else None,
    'named references': lambda t: t.replace('@', '&commat;').replace('.', '&period;') if '@' in t else None,
    'named blanks': swap(' ', '&nbsp;'),
    'named signs': lambda t: t.replace('+', '&plus;').replace('-', '&hyphen;').replace('(', '&lpar;').replace(')', '&rpar;')
    if re.search('[-+()]', t) else None,
    'references twice': each(reference('&amp;#%d;'), sign),
    'percent-encoded signs': lambda t: urllib.parse.quote(t, safe='') if urllib.parse.quote(t, safe='') != t else None,
    'percent-encoded': each(lambda c: ''.join('%%%02X' % b for b in c.encode())),
    'percent-encoded twice': each(lambda c: '%%25%02X' % ord(c), lambda c: c in '@.+- '),
    'percent-encoded full-width': each(lambda c: urllib.parse.quote(chr(ord(c) + 0xFEE0)), sign),
    'percent-encoded references': each(lambda c: urllib.parse.quote('&#%d;' % ord(c)), sign),
    'decomposed': lambda t: unicodedata.normalize('NFD', t) if unicodedata.normalize('NFD', t) != t else None,
    'full-width with zero width space': lambda t: '\u200b'.join(chr(ord(c) + 0xFEE0) if '!' <= c <= '~' else c for c in t),
    'reference split by a soft hyphen': lambda t: t.replace('@', '&#6\u00ad4;') if '@' in t else None,
}
NOT_COVERED = {
    'Cyrillic letters': lambda t: t.replace('A', '\u0410').replace('E', '\u0415').replace('B', '\u0412')
    if re.match('[ABE]', t) else None,
    'words for signs': lambda t: t.replace('@', ' at ').replace('.', ' dot ') if '@' in t else None,
}


# --- examples -----------------------------------------------------------------------------------------------------
def unquoted(item):
    if item[:1] == "'":
        return item[1:-1].replace("''", "'")
    return item[1:-1].replace('\\"', '"').replace('\\\\', '\\') if item[:1] == '"' else item


def read_pack(path):
    """{detector: [identifiers]}: of each line under `matches`, the part between << and >>."""
    examples, detector, listing = {}, None, False
    for line in path.read_text(encoding='utf-8').split('\n'):
        head = re.match(r'^  ([a-z][a-z0-9_]*):\s*$', line)
        item = re.match(r'^      - (.+)$', line)
        if head:
            detector = head[1]
        elif re.match(r'^    [a-z_]+:', line):
            listing = line.startswith('    matches:')
            inline = re.match(r'^    matches: \[(.*)\]$', line)
            for text in re.findall(r"'(?:[^']|'')*'|\"(?:\\.|[^\"])*\"|[^,\s][^,]*", inline[1] if inline else ''):
                examples.setdefault(detector, []).append(unquoted(text.strip()))
        elif item and listing and detector:
            examples.setdefault(detector, []).append(unquoted(item[1].split(' #')[0].strip()))
    whole = {}
    for name, texts in examples.items():
        # what needs its context is not an identifier by itself
        whole[name] = [t for t in dict.fromkeys((re.search('<<(.*)>>', t) or [None, t])[1] for t in texts) if len(t) > 6]
    return whole


def run(bench, detectors, texts):
    """What pare makes of each text."""
    table = io.StringIO(newline='')
    csv.writer(table).writerows([['text']] + [[t] for t in texts])
    (bench.folder / 'in.csv').write_text(table.getvalue(), encoding='utf-8', newline='')
    (bench.folder / 'policy.yaml').write_text(POLICY % ', '.join(detectors), encoding='utf-8')
    done = bench.run('run', '-q', '-p', 'policy.yaml', '-o', 'out.csv', 'in.csv')
    bench.equal((done.returncode, done.stderr), (0, b''), 'pare run')
    return [row[0] for row in parsed((bench.folder / 'out.csv').read_bytes())[1]]


def is_gone(out):
    """Between the marks, nothing that a reader would read is left; a value that was withheld is found too."""
    if out == '':
        return True
    if not (out.startswith(OPEN) and out.endswith(CLOSED)):
        return False
    left = out[len(OPEN):len(out) - len(CLOSED)].replace('\u2588', '')
    return not any(unicodedata.category(c)[0] in 'LN' for c in left if unicodedata.category(c) != 'Cf' and c != '\u3164')


def identifiers(bench, detectors, examples):
    """Examples that are found in the sentence when nobody hides them."""
    every = [(name, text) for name in detectors for text in examples[name]]
    made = run(bench, detectors, [OPEN + text + CLOSED for _, text in every])
    return [pair for pair, out in zip(every, made) if is_gone(out)]


def measure(bench, detectors, plain, ways):
    forms = [(way, name, made) for way, disguise in ways.items() for name, text in plain
             for made in [disguise(text)] if made is not None and made != text]
    found = [is_gone(out) for out in run(bench, detectors, [OPEN + made + CLOSED for _, _, made in forms])]
    return list(zip(forms, found))


def main():
    bench = Bench(sys.argv)
    examples = {}
    for path in sorted((bench.source / 'rules/packs').glob('*.yaml')):
        if path.name in PACKS:
            examples.update(read_pack(path))
    detectors = sorted(examples)
    bench.expect(set(detectors) >= {'email', 'phone', 'url', 'ipv4', 'ipv6', 'card', 'iban', 'ssn'}, 'detectors: %s' % detectors)
    plain = identifiers(bench, detectors, examples)
    bench.expect(len(plain) >= 80, '%d identifiers' % len(plain))
    results = measure(bench, detectors, plain, WAYS)
    missed = [form for form, found in results if not found]
    bench.expect(len(results) >= 200, '%d forms' % len(results))
    print('%d forms of %d identifiers in %d ways, %d missed' % (len(results), len(plain), len(WAYS), len(missed)))
    for way, name, text in missed:
        print('  missed: %s, %s: %s' % (way, name, ascii(text)))
    bench.expect(len(missed) <= len(results) / 100, 'more than one form in a hundred is missed')
    for way in WAYS:
        of_way = [found for form, found in results if form[0] == way]
        bench.expect(len(of_way) > 0 and sum(of_way) >= len(of_way) * 0.95, '%s: %d of %d found' % (way, sum(of_way), len(of_way)))
    uncovered = [found for _, found in measure(bench, ['email', 'iban'], plain, NOT_COVERED)]
    bench.expect(len(uncovered) > 5 and sum(uncovered) < len(uncovered) / 2, 'homoglyphs: %d of %d are found; say so in '
                 'docs/DETECTORS.md' % (sum(uncovered), len(uncovered)))
    bench.finish()


PACKS = {'core.yaml', 'payment.yaml', 'us.yaml'}
main()
