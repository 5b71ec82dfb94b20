"""The job in plain Python: csv, hmac, re, gzip (level 6, as `gzip` does). Full job, but no check digits.

usage: python.py INPUT OUTPUT
"""
import csv
import gzip
import hmac
import re
import sys

KEY = b'bench-key-of-thirty-two-bytes-00'
KEPT = ['customer_id', 'email', 'phone', 'birth_date', 'gender', 'city', 'postal_code', 'country', 'signup_ts',
        'marketing_consent', 'loyalty_tier', 'lifetime_value', 'interests', 'notes']
EMAIL = re.compile(r'[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}')
CARD = re.compile(r'[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}')
PHONE = re.compile(r'[+(]?[0-9][0-9 ()/-]{6,}[0-9]')
DIGIT = re.compile('[0-9]')
csv.field_size_limit(1 << 30)


def opened(name, mode):
    if name.endswith('.gz'):
        return gzip.open(name, mode + 't', encoding='utf-8', newline='', **({'compresslevel': 6} if mode == 'w' else {}))
    return open(name, mode, encoding='utf-8', newline='')


def token(value):
    return hmac.digest(KEY, value.encode(), 'sha256').hex()[:32]


def main():
    with opened(sys.argv[1], 'r') as source, opened(sys.argv[2], 'w') as target:
        reader = csv.reader(source)
        writer = csv.writer(target, lineterminator='\n')
        header = next(reader)
        at = [header.index(name) for name in KEPT]
        writer.writerow(KEPT)
        for row in reader:
            (customer, email, phone, birth, gender, city, postal, country, signup, consent, tier, value, interests,
             notes) = [row[i] for i in at]
            notes = PHONE.sub('[phone]', CARD.sub('[card]', EMAIL.sub('[email]', notes)))
            writer.writerow((token(customer), token(email.lower()), DIGIT.sub('*', phone[:-2]) + phone[-2:], birth[:4], gender,
                             city, postal[:3], country, signup, consent, tier, value, interests, notes))


main()
