"""fakenamegenerator, 3,000 people: upper and lower case beyond ASCII (Greek, Cyrillic, Turkish names), months, bins."""
import datetime
import re
import unicodedata

from oracle.calc import Tokens, binned, cut_date, mask, number, read_date

POLICY, AS_OF = 'fakenamegenerator-3000', datetime.date(2024, 1, 1)
INPUTS = ['exports/fakenamegenerator/FakeNameGenerator.com_3000.csv']
HEADER = ['Gender', 'NameSet', 'GivenName', 'Surname', 'City', 'StateFull', 'ZipCode', 'region', 'EmailAddress', 'Birthday',
          'Age', 'CCNumber', 'Occupation', 'Company']
GIVEN = Tokens('form-tester', 'given', normalize=lambda v: unicodedata.normalize('NFKC', v).lower())
REGIONS = {**dict.fromkeys(['DK', 'NO', 'SE', 'FI', 'IS', 'GL', 'EE'], 'north'),
           **dict.fromkeys(['ES', 'PT', 'IT', 'CY', 'SI'], 'south'), 'US': 'america', 'CA': 'america', 'BR': 'america', 'UY': 'america'}


def record(r):
    if not re.fullmatch('[A-Z][a-z]+', r['NameSet']):
        return 'no_purpose'
    return [r['Gender'][:1], r['NameSet'], GIVEN(r['GivenName']), mask(r['Surname'], last=1, char='\u00b7'),
            r['City'].lower(), r['StateFull'].upper(), r['ZipCode'][:2], REGIONS.get(r['Country']),
            mask(r['EmailAddress'], first=2, skip_separators=True),
            cut_date(read_date(r['Birthday'], '%m/%d/%Y'), 'month'), binned(number(r['Age']), [0, 18, 30, 45, 65]),
            None,  # 5.54563E+15 is not a number that is written out
            r['Occupation'][:10], r['Company'] if r['Country'] in ('US', 'CA') else '']
