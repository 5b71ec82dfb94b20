"""mailchimp: networks of 20 bits, coordinates rounded down also below zero, tags with doubled quotes left alone."""
import datetime
import unicodedata

from oracle.calc import Tokens, cut_date, floor_to, ip_cut, mask, number, plain, read_date

POLICY, INPUTS, AS_OF = 'mailchimp', ['exports-composed/mailchimp_subscribed_members.csv'], datetime.date(2024, 1, 1)
HEADER = ['Email Address', 'First Name', 'initial', 'Phone Number', 'OPTIN_TIME', 'OPTIN_IP', 'CONFIRM_TIME', 'CONFIRM_IP',
          'LATITUDE', 'LONGITUDE', 'CC', 'EUID', 'NOTES', 'TAGS']
FIRST = Tokens('mailing-research', 'first-name', bits=80, prefix='n-',
               normalize=lambda v: unicodedata.normalize('NFC', v).lower().strip())
MEMBER = Tokens('mailing-research', 'member', encoding='base64url', normalize=str.upper)


def record(r):
    if int(r['MEMBER_RATING']) < 3:
        return 'no_purpose'
    assert r['NOTES'] == ''
    return [mask(r['Email Address'], first=1, last=4), FIRST(r['First Name']), r['Last Name'][:1].upper(),
            r['Phone Number'][:2], cut_date(read_date(r['OPTIN_TIME']), 'month'), ip_cut(r['OPTIN_IP'], 20, 48),
            cut_date(read_date(r['CONFIRM_TIME']), 'day'), ip_cut(r['CONFIRM_IP'], 20, 48),
            plain(floor_to(number(r['LATITUDE']), 10)), plain(floor_to(number(r['LONGITUDE']), '2.5')), r['CC'],
            MEMBER(r['EUID']), '', r['TAGS']]
