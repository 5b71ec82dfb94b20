"""The bench's job, record by record: what is measured must also be right.

What gencust plants in a note stands between known words, so what must go and what must stay is known without a detector. Each
card is checked by Luhn's sum and each IBAN by its remainder here, so the generator is held to its word as well.
"""
import csv
import io
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.calc import Tokens, luhn, mask  # noqa: E402
from oracle.run import Bench, gzipped, parsed, skip, unpacked  # noqa: E402

HEADER = ['customer_id', 'email', 'phone', 'birth_date', 'gender', 'city', 'postal_code', 'country', 'signup_ts',
          'marketing_consent', 'loyalty_tier', 'lifetime_value', 'interests', 'notes']
CUSTOMER, EMAIL = Tokens('bench', 'customer'), Tokens('bench', 'email', normalize=str.lower)
RECORDS = 20000


def iban(text):
    moved = text[4:] + text[:4]
    return int(''.join(str(int(c, 36)) for c in moved)) % 97 == 1


def redacted(note, planted):
    """The note without what was planted; the IBAN stays, because nobody asked for it."""
    def gone(kind, before, after):
        nonlocal note
        found = re.search(before + r' (\S.*?) ' + after, note)
        if found:
            planted[kind] = planted.get(kind, 0) + 1
            what = found.group(1)
            assert kind != 'card' or luhn(re.sub('[ -]', '', what)), 'a card that Luhn refuses'
            assert kind != 'iban' or iban(what.replace(' ', '')), 'an IBAN that ISO 13616 refuses'
            assert kind != 'email' or re.fullmatch(r'[A-Za-z.]+\d+@[a-z]+\.[a-z]+', what)
            if kind != 'iban':
                note = note[:found.start(1)] + '[%s]' % kind + note[found.end(1):]
    gone('email', 'Write to', r'instead\.')
    gone('phone', 'New number', r'since June\.')
    gone('card', 'Paid with', r'at the counter\.')
    gone('iban', 'Refund to', r'please\.')
    return note


def taken_for_another(got, want):
    """Digits of an IBAN may pass for a card or a phone. Nobody asked for the IBAN, but to withhold more is no leak."""
    found = re.search(r'^(.*Refund to )(DE[0-9 ]+[0-9])( please\..*)$', want[-1], re.DOTALL)
    if not found or got[:-1] != want[:-1]:
        return False
    before, account, behind = found.groups()
    inner = got[-1][len(before):len(got[-1]) - len(behind)]
    parts = re.split(r'\[(?:card|phone)\]', inner)
    return got[-1].startswith(before) and got[-1].endswith(behind) and \
        re.fullmatch('[0-9 ]+'.join(map(re.escape, parts)), account) is not None


def main():
    if shutil.which('cc') is None:
        skip('no C compiler for the generator')
    bench = Bench(sys.argv)
    folder = bench.new_folder('job')
    subprocess.run(['cc', '-O1', '-std=c17', '-o', folder / 'gencust', bench.source / 'tests/bench/gencust.c'], check=True)
    def made(*arguments):
        return subprocess.run([folder / 'gencust', *arguments], check=True, capture_output=True).stdout
    data = made('-n', str(RECORDS))
    bench.expect(made('-n', str(RECORDS)) == data, 'the generator: the same bytes twice')
    bench.expect(data.startswith(made('-n', '1000')), 'the generator: a longer file begins with the shorter one')
    bench.expect(made('-n', '1000', '-s', '43') != made('-n', '1000'), 'the generator: another seed, other records')
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline='')))
    bench.equal(len(rows), RECORDS, 'the generator: number of records')
    planted, wanted = {}, []
    for r in rows:
        wanted.append([CUSTOMER(r['customer_id']), EMAIL(r['email']), r['phone'] and mask(r['phone'], last=2),
                       r['birth_date'][:4], r['gender'], r['city'], r['postal_code'][:3], r['country'], r['signup_ts'],
                       r['marketing_consent'], r['loyalty_tier'], r['lifetime_value'], r['interests'],
                       redacted(r['notes'], planted)])
    share = sum(planted.values()) / RECORDS
    bench.expect(0.13 <= share <= 0.15 and len(planted) == 4, 'the generator: %.3f of the notes hold something: %s' % (share, planted))
    (folder / 'in.csv').write_bytes(data)
    (folder / 'in.csv.gz').write_bytes(gzipped(data))
    first = None
    for arguments in (['-o', 'out.csv', '--threads', '1', 'in.csv'], ['-o', 'out.csv.gz', '--threads', '2', 'in.csv.gz'],
                      ['-o', 'out.csv.gz', '--threads', '4', '--compress', 'gzip:6', 'in.csv'],
                      ['-o', 'out.csv', '--portable', 'in.csv.gz']):
        name = ' '.join(arguments)
        ran = bench.run('run', '-q', '-p', bench.source / 'tests/bench/policy.yaml', '--key-file', bench.key, *arguments, cwd=folder)
        if not bench.equal((ran.returncode, ran.stderr), (0, b''), name):
            continue
        out = unpacked((folder / arguments[1]).read_bytes())
        if first is None:
            first = out
            header, got = parsed(out)
            bench.equal(header, HEADER, 'header')
            bench.equal(len(got), RECORDS, 'number of records')
            wrong = [(g, w) for g, w in zip(got, wanted) if g != w and not taken_for_another(g, w)]
            bench.expect(not wrong, '%d records differ, the first:\n     got: %r\n    want: %r' % (len(wrong), *(wrong + [(0, 0)])[0]))
        bench.expect(out == first, name + ': the same bytes')
    bench.finish()


main()
