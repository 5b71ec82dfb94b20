"""datablist: two purposes, one by date and one by country; retention of 24 months."""
import datetime

from oracle.calc import Tokens, cut_date, extract, mask, months_before, read_date

POLICY, INPUTS, AS_OF = 'datablist', ['exports/datablist/customers-10000.csv'], datetime.date(2022, 5, 31)
HEADER = ['customer', 'country', 'signed_up', 'email_domain', 'site', 'Phone 1', 'Phone 2', 'Company', 'City']
CUSTOMER = Tokens('northlake-analytics', 'customer')


def record(r):
    signed_up = read_date(r['Subscription Date'], '%d-%m-%Y')
    if signed_up is None:
        return 'no_date'
    if signed_up.date() < months_before(AS_OF, 24):
        return 'retention'
    churn = signed_up.date() < datetime.date(2022, 1, 1)
    territory = r['Country'] not in ('Korea', 'Congo')
    if not churn and not territory:
        return 'no_purpose'
    site = extract(r'^https?://(?:www\.)?([^/]+)', r['Website'])
    return [CUSTOMER(r['Customer Id']), r['Country'],
            cut_date(signed_up, 'quarter') if churn else None,
            r['Email'].lower().rpartition('@')[2] if churn else None,
            site[:12] if site and territory else None,
            mask(r['Phone 1'], last=2, skip_separators=True) if territory else None,
            mask(r['Phone 2'], last=2, skip_separators=True) if territory else None,
            r['Company'] if territory else None,
            '(withheld)' if territory else None]
