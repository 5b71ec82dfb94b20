"""northwind suppliers: a purpose by number, bins, web addresses redacted from text like `Mayumi's#http://...#`."""
import datetime
import re

from oracle.calc import binned, mask, number

POLICY, INPUTS, AS_OF = 'northwind-suppliers', ['exports/northwind/suppliers.csv'], datetime.date(2024, 1, 1)
HEADER = ['age_class', 'companyName', 'city', 'region', 'postalCode', 'country', 'phone', 'homePage']


def record(r):
    if int(r['supplierID']) >= 25:
        return 'no_purpose'
    # Access closes a hyperlink with `#`, which for RFC 3986 (section 3.5) is an empty fragment: part of the address.
    page = re.sub(r'https?://\S*$', '<url>', r['homePage'])
    return [binned(number(r['supplierID']), [5, 10, 20]), r['companyName'], r['city'].upper(),
            r['region'] if r['region'] == 'NULL' else r['region'][:3], None, r['country'], mask(r['phone'], last=3), page]
