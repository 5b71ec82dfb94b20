"""crm: UTF-16 and tabs in, UTF-8 and commas out, in an order of its own."""
import datetime
import re

from oracle.calc import Tokens, cut_date, mask, read_date

POLICY, INPUTS, AS_OF = 'crm-contacts', ['exports-composed/crm_contacts_utf16le.txt'], datetime.date(2024, 1, 1)
READ, ENCODING = '\t', 'utf-16'
HEADER = ['Id', 'Birthdate', 'MailingCity', 'Description', 'MailingPostalCode', 'Name', 'Email', 'Phone', 'MailingStreet']
CONTACT = Tokens('address-check', 'contact', bits=192, encoding='base64url')
# Every number here is written +CODE and digits, with (0) in none: what differs is blanks, points, dashes, parentheses.
PHONE = Tokens('address-check', 'phone', epoch='2024', normalize=lambda v: '+' + re.sub('[^0-9]', '', v.replace('(0)', '')))


def record(r):
    return [CONTACT(r['Id']), cut_date(read_date(r['Birthdate'], '%m/%d/%Y'), 'week'), r['MailingCity'], '',
            r['MailingPostalCode'], mask(r['Name'], first=1, char='_', skip_separators=True), '[email]',
            PHONE(r['Phone']), 'a street, somewhere']
