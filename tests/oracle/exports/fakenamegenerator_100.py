"""fakenamegenerator, 100 people in 45 columns: negative numbers, doubled quotes (5' 10"), valid card numbers, no final newline."""
import datetime
import re

from oracle.calc import Tokens, binned, cut_date, extract, floor_to, luhn, mask, number, plain, read_date

POLICY, AS_OF = 'fakenamegenerator-100', datetime.date(2024, 1, 1)
INPUTS = ['exports/fakenamegenerator/FakeNameGenerator.com_100.csv']
HEADER = ['StreetAddress', 'device', 'TelephoneNumber', 'Birthday', 'CCNumber', 'CCExpires', 'Pounds', 'Kilograms', 'inches',
          'Centimeters', 'person', 'Latitude', 'Longitude']
PERSON = Tokens('lens-maker', 'person', prefix='p:', normalize=str.lower)


def range_of(value, width):
    low = floor_to(number(value), width)
    return '%s-%s' % (plain(low), plain(low + number(width)))


def record(r):
    assert luhn(r['CCNumber'])
    return [re.sub(' +', ' ', r['StreetAddress']).upper(), extract(r'\(([A-Za-z]+)', r['BrowserUserAgent']),
            mask(r['TelephoneNumber'], last=2), cut_date(read_date(r['Birthday'], '%m/%d/%Y'), 'quarter'), '[card]',
            '**/****', range_of(r['Pounds'], '12.5'), range_of(r['Kilograms'], '12.5'), extract(r'([0-9]+)"$', r['FeetInches']),
            plain(floor_to(number(r['Centimeters']), 5) + number('2.5')), PERSON(r['GUID']),
            plain(floor_to(number(r['Latitude']), 1)), binned(number(r['Longitude']), [-90, 0, 90])]
