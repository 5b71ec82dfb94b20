"""shopify customers: what stands in the notes is known (the record's own address and number, a card), so is what stays."""
import datetime
import re

from oracle.calc import Tokens, binned, luhn, number
from oracle.formulas import quoted

POLICY, INPUTS, AS_OF = 'shopify-customers', ['exports-composed/shopify_customers_export.csv'], datetime.date(2024, 1, 1)
HEADER = ['customer', 'mail', 'country', 'zip', 'spent', 'Note', 'Tags']
CUSTOMER = Tokens('loyalty-partner', 'customer')
MAIL = Tokens('loyalty-partner', 'email', normalize=lambda v: v.strip().lower())


def redacted(note, r):
    note = note.replace(r['Email'], '[email]').replace(r['Default Address Phone'], '[phone]')
    card = re.search(r'\b[0-9]{16}\b', note)
    if card:
        assert luhn(card.group())
        note = note.replace(card.group(), '[card]')
    return note


def record(r):
    loyalty = r['Accepts Email Marketing'] == 'yes'
    service = int(r['Total Orders']) >= 5
    if not loyalty and not service:
        return 'no_purpose'
    return [CUSTOMER(r['Customer ID']), MAIL(r['Email']) if loyalty else None, r['Default Address Country Code'],
            r['Default Address Zip'][:2] if loyalty else None,
            binned(number(r['Total Spent']), [0, 100, 500, 1000]) if loyalty else None,
            quoted(redacted(r['Note'], r)) if service else None, re.match('tag-([0-9])', r['Tags']).group(1) if loyalty else None]
