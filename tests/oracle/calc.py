"""The pieces that the scripts share: keys and tokens, masks, dates, numbers, as the documents word them."""
import base64
import datetime
import decimal
import hashlib
import hmac
import ipaddress
import re
import unicodedata

# 48 bytes that no newline ends, so that no reading of a key file can trim them.
MASTER_KEY = hashlib.sha384(b'a key for tests, never for data').digest()
assert MASTER_KEY[-1:] not in (b'\n', b'\r') and len(MASTER_KEY) == 48


# --- keys: RFC 5869 with SHA-256 ---------------------------------------------------------------------------------
def hkdf(input_key, salt, info, length):
    """HKDF: section 2.2 extracts, section 2.3 expands."""
    pseudo_random_key = hmac.new(salt, input_key, hashlib.sha256).digest()
    blocks, block, counter = b'', b'', 1
    while len(blocks) < length:
        block = hmac.new(pseudo_random_key, block + info + bytes([counter]), hashlib.sha256).digest()
        blocks += block
        counter += 1
    return blocks[:length]


def working_key(method, recipient, domain, epoch='', master=MASTER_KEY):
    info = b''
    for part in (method, recipient, domain, epoch):
        text = part.encode('utf-8')
        info += len(text).to_bytes(4, 'big') + text
    return hkdf(master, b'pare/1', info, 32)


def fingerprint(master=MASTER_KEY):
    return working_key('fingerprint', '', '', '', master)[:8].hex()


class Tokens:
    """One domain of one recipient: value -> token."""

    def __init__(self, recipient, domain, bits=128, encoding='base32', prefix='', epoch='', normalize=None,
                 master=MASTER_KEY):
        assert bits % 8 == 0
        self.key = working_key('hmac', recipient, domain, epoch, master)
        self.bits, self.encoding, self.prefix, self.normalize = bits, encoding, prefix, normalize

    def __call__(self, value):
        if self.normalize:
            value = self.normalize(value)
        tag = hmac.new(self.key, value.encode('utf-8'), hashlib.sha256).digest()[:self.bits // 8]
        if self.encoding == 'hex':
            text = tag.hex()
        elif self.encoding == 'base64url':
            text = base64.urlsafe_b64encode(tag).decode().rstrip('=')
        else:
            text = base64.b32encode(tag).decode().rstrip('=').lower()
        return self.prefix + text


# --- text ---------------------------------------------------------------------------------------------------------
def letter_or_digit(character):
    return unicodedata.category(character)[0] in 'LN' or unicodedata.category(character)[0] == 'M'


def mask(value, first=0, last=0, char='*', skip_separators=False):
    """Characters, not bytes; with `skip: separators` those stay where they are and are not counted."""
    counted = [i for i, c in enumerate(value) if not skip_separators or letter_or_digit(c)]
    if len(counted) <= first + last:
        shown = set()
    else:
        shown = set(counted[:first]) | set(counted[len(counted) - last:] if last else [])
    hidden = set(counted) - shown
    return ''.join(char if i in hidden else c for i, c in enumerate(value))


def extract(pattern, value, group=1):
    """The group, or None: suppressed."""
    found = re.search(pattern, value)
    return found.group(group) if found else None


# --- dates --------------------------------------------------------------------------------------------------------
def read_date(value, *patterns):
    """A datetime, or None. Without patterns: ISO 8601, date or date and time."""
    for pattern in patterns:
        try:
            return datetime.datetime.strptime(value, pattern)
        except ValueError:
            pass
    if not patterns:
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            pass
    return None


def cut_date(moment, unit):
    if moment is None:
        return None
    year, week, _ = moment.isocalendar()
    return {
        'decade': '%ds' % (moment.year // 10 * 10),
        'year': '%04d' % moment.year,
        'quarter': '%04d-Q%d' % (moment.year, (moment.month + 2) // 3),
        'month': '%04d-%02d' % (moment.year, moment.month),
        'week': '%04d-W%02d' % (year, week),
        'day': '%04d-%02d-%02d' % (moment.year, moment.month, moment.day),
        'hour': '%04d-%02d-%02dT%02d' % (moment.year, moment.month, moment.day, moment.hour),
    }[unit]


def whole_years(birth, today):
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def months_before(day, months):
    """The calendar's day, clamped: 31 March minus one month is the last of February."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    month += 1
    first_of_next = datetime.date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    return datetime.date(year, month, min(day.day, last))


# --- numbers ------------------------------------------------------------------------------------------------------
def number(value):
    try:
        read = decimal.Decimal(value)
        return read if read.is_finite() and re.fullmatch(r'[+-]?[0-9]+(\.[0-9]+)?', value) else None
    except decimal.InvalidOperation:
        return None


def plain(value):
    """A decimal without exponent and without zeros that say nothing."""
    text = format(value, 'f')
    return text.rstrip('0').rstrip('.') if '.' in text else text


def floor_to(value, width):
    """The lower bound of the class of that width; negative values round down."""
    width = decimal.Decimal(width)
    return (value / width).to_integral_value(rounding=decimal.ROUND_FLOOR) * width


def binned(value, bounds):
    """`<0`, `0-18`, `>=65`; the lower bound belongs to the bin."""
    if value is None:
        return None
    if value < bounds[0]:
        return '<%s' % bounds[0]
    for low, high in zip(bounds, bounds[1:]):
        if value < high:
            return '%s-%s' % (low, high)
    return '>=%s' % bounds[-1]


def ip_cut(value, v4, v6):
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    return str(ipaddress.ip_network((address, v4 if address.version == 4 else v6), strict=False).network_address)


def luhn(digits):
    total = 0
    for i, c in enumerate(reversed(digits)):
        d = int(c) * (2 if i % 2 else 1)
        total += d - 9 if d > 9 else d
    return total % 10 == 0
