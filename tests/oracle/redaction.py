"""The shadow of a text and the search for a record's own values, from docs/DETECTORS.md and docs/STEPS.md.

A text is a list of characters, each with the range of the original text (in characters) that it came from; so there is no
mapping back to get wrong. Unicode by Python's unicodedata, HTML's references by html.entities.
"""
import html.entities
import re
import unicodedata

WITHHELD = None
LONGEST_CLUSTER, ROUNDS = 32, 4
NAMES = {name[:-1]: text for name, text in html.entities.html5.items() if name.endswith(';') and len(text) == 1}
# the names that docs/DETECTORS.md lists, beside Latin-1's
LISTED = set('Tab NewLine excl quot QUOT num dollar percnt amp AMP apos lpar rpar ast midast plus comma period sol colon semi '
             'lt LT equals gt GT quest commat lsqb lbrack bsol rsqb rbrack Hat lowbar UnderBar grave lcub lbrace verbar vert '
             'rcub rbrace ensp emsp numsp puncsp thinsp hairsp zwnj zwj lrm rlm hyphen dash ndash mdash lsquo rsquo minus '
             'NoBreak'.split()) | {html.entities.codepoint2name[c] for c in range(160, 256)}
# DerivedCoreProperties.txt of Unicode 14, Default_Ignorable_Code_Point
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
             (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
             (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]


# --- characters ---------------------------------------------------------------------------------------------------
def hidden(c):
    return unicodedata.category(c) == 'Cf' or any(a <= ord(c) <= b for a, b in IGNORABLE)


def accent(c):
    return (unicodedata.combining(c) != 0 or unicodedata.category(c) == 'Me' or 0xFE00 <= ord(c) <= 0xFE0F
            or 0xE0100 <= ord(c) <= 0xE01EF or c in '\u180b\u180c\u180d\u180f')


def dash(c):
    return c == '\u2212' or unicodedata.category(c) == 'Pd'


def in_word(c):
    return unicodedata.category(c)[0] in 'LMN'


def plain(c):
    """One character of an NFKC text in the shadow: at most one character."""
    if c < '\x80':
        return c
    if hidden(c) or accent(c):
        return ''
    if unicodedata.decimal(c, None) is not None:
        return str(unicodedata.decimal(c))
    if c.isspace():
        return ' '
    if dash(c) and c not in '\u2012\u2013':
        return '-'
    return '.' if c == '\u3002' else c


# --- the shadow ---------------------------------------------------------------------------------------------------
def allowed(code):
    return (0x20 <= code < 0x7F or code in (9, 10, 13) or 0xA0 <= code <= 0x10FFFF) and not 0xD800 <= code <= 0xDFFF


def escape_at(text, at):
    """(character, how many characters write it), or None."""
    found = re.compile(r'&#(?:[xX]([0-9a-fA-F]{1,16})(?![0-9a-fA-F])|([0-9]{1,16})(?![0-9]));?').match(text, at)
    if found:
        code = int(found[1], 16) if found[1] else int(found[2])
        return (chr(code), found.end() - at) if allowed(code) else None
    found = re.compile(r'&([A-Za-z0-9]{2,8});').match(text, at)
    if found:
        return (NAMES[found[1]], found.end() - at) if found[1] in LISTED else None
    found = re.compile(r'(?:%[0-9a-fA-F]{2}){1,4}').match(text, at)
    if not found:
        return None
    octets = bytes.fromhex(found[0].replace('%', ''))
    for n in range(1, len(octets) + 1):
        try:
            character = octets[:n].decode('utf-8')
        except UnicodeDecodeError:
            continue
        return (character, 3 * n) if allowed(ord(character)) else None
    return None


def one_round(cells):
    """cells: [(character, from, to)]"""
    text = ''.join(c for c, _, _ in cells)
    units, at = [], 0
    while at < len(text):
        character, length = (escape_at(text, at) if text[at] in '&%' else None) or (text[at], 1)
        units.append((character, cells[at][1], cells[at + length - 1][2]))
        at += length
    made, at = [], 0
    while at < len(units):
        end = at + 1
        while end < len(units) and end - at < LONGEST_CLUSTER and accent(units[end][0]):
            end += 1
        cluster = ''.join(c for c, _, _ in units[at:end])
        for c in unicodedata.normalize('NFKC', cluster):
            made += [(p, units[at][1], units[end - 1][2]) for p in plain(c)]
        at = end
    return made


def shadow(text):
    """The cells of the shadow, or WITHHELD."""
    cells = [(c, i, i + 1) for i, c in enumerate(text)]
    for n in range(ROUNDS + 1):
        made = one_round(cells)
        if [c for c, _, _ in made] == [c for c, _, _ in cells]:
            return cells
        if n == ROUNDS or too_long(made, cells, text):
            return WITHHELD
        cells = made
    raise AssertionError


def too_long(made, _, text):
    size = len(''.join(c for c, _, _ in made).encode())
    return size > 4 * len(text.encode()) + 256


# --- one form for comparison --------------------------------------------------------------------------------------
STROKES = {'æ': 'ae', 'ð': 'd', 'ø': 'o', 'þ': 'th', 'đ': 'd', 'ħ': 'h', 'ı': 'i', 'ł': 'l', 'œ': 'oe', 'ŧ': 't'}


def folded(c):
    if c in '\u2018\u2019\u02bc\u2032':
        return "'"
    if dash(c):
        return '-'
    text = ''.join(d for d in unicodedata.normalize('NFKD', c) if not accent(d)).casefold()
    return STROKES.get(text, text)


def fold(cells):
    made, at = [], 0
    while at < len(cells):
        end = at
        while end < len(cells) and cells[end][0].isspace():
            end += 1
        if end > at:
            made.append((' ', cells[at][1], cells[end - 1][2]))
            at = end
            continue
        made += [(c, cells[at][1], cells[at][2]) for c in folded(cells[at][0])]
        at += 1
    return made


# --- the record's own values --------------------------------------------------------------------------------------
def unspaced(c):
    return any(a <= ord(c) <= b for a, b in (
        (0xE00, 0xEFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xA960, 0xA97F),
        (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)))


def long_enough(spelled, least):
    digits = sum(unicodedata.decimal(c, None) is not None for c in spelled)
    letters = sum(in_word(c) and not accent(c) and unicodedata.decimal(c, None) is None for c in spelled)
    if letters == 0:
        least = max(least, 4)
    elif any(map(unspaced, spelled)):
        least = min(least, 2)
    return letters + digits >= least


class Value:
    def __init__(self, text, words):
        self.spelled = text.strip(' \t\n\v\f\r')
        self.folded = ''.join(c for c, _, _ in fold([(c, 0, 0) for c in self.spelled])).strip(' ')
        self.is_word = self.folded in words


def parted(left, right):
    return not (in_word(left) and in_word(right)) or unspaced(left) or unspaced(right)


def places(value, cells):
    """[(from, to)] in the original text."""
    made = fold(cells)
    text, found, at = ''.join(c for c, _, _ in made), [], 0
    while True:
        at = text.find(value.folded, at)
        if at < 0:
            return found
        end = at + len(value.folded)
        if (at > 0 and not parted(text[at - 1], text[at])) or (end < len(text) and not parted(text[end - 1], text[end])):
            at += 1
            continue
        first, last = made[at][1], made[end - 1][2]
        hit = ''.join(c for c, a, b in cells if first <= a and b <= last)
        if value.is_word and unicodedata.category(hit[0]) not in ('Lu', 'Lt') and hit != value.spelled:
            at += 1
            continue
        found.append((first, last))
        at = end


def size(text, hit):
    return len(text[hit[0]:hit[1]].encode())


def fuse(text, hits):
    """Hits that overlap are one, named by the longest, then the first, then the field named first."""
    done = []
    for hit in sorted(hits):
        if done and hit[0] < done[-1][1]:
            whole = done[-1]
            namer = min(whole[2], hit, key=lambda h: (-size(text, h), h[0], h[2]))
            done[-1] = (whole[0], max(whole[1], hit[1]), namer)
        else:
            done.append((hit[0], hit[1], hit))
    return [(a, b, namer[2]) for a, b, namer in done]


def redact(text, values, words, replace, least=3):
    """The text with each hit as `replace(label, hit as it reads)` says; WITHHELD where nobody can tell."""
    looked_for = []
    for label, value in enumerate(values):
        cells = shadow(value)
        if value == '':
            continue
        if cells is WITHHELD:
            return WITHHELD
        ready = Value(''.join(c for c, _, _ in cells), words)
        if ready.folded and long_enough(ready.spelled, least):
            looked_for.append((label, ready))
    own, other = [(c, i, i + 1) for i, c in enumerate(text)], shadow(text)
    if other is WITHHELD:
        return WITHHELD
    hits = [(a, b, label) for label, value in looked_for for cells in (own, other) for a, b in places(value, cells)]
    out, done = '', 0
    for first, last, label in fuse(text, hits):
        reads = ''.join(c for c, a, b in other if a < last and b > first)
        if not reads:
            return WITHHELD
        out += text[done:first] + replace(label, reads)
        done = last
    return out + text[done:]
