"""northwind customers: the text NULL means no value, passes every step unchanged, and is not `present`."""
import datetime

from oracle.calc import Tokens, mask

POLICY, INPUTS, AS_OF = 'northwind-customers', ['exports/northwind/customers.csv'], datetime.date(2024, 1, 1)
HEADER = ['customerID', 'role', 'city', 'region', 'postalCode', 'country', 'phone', 'fax']
CUSTOMER = Tokens('freight-benchmark', 'customer', bits=80)
ROLES = {'Owner': 'owner', 'Owner/Marketing Assistant': 'owner', 'Sales Representative': 'sales', 'Sales Manager': 'sales',
         'Marketing Manager': 'marketing'}


def unless_null(value, change):
    return value if value in ('', 'NULL') else change(value)


def record(r):
    if r['region'] in ('', 'NULL') and r['country'] not in ('Germany', 'France', 'UK', 'Spain', 'Italy'):
        return 'no_purpose'
    return [CUSTOMER(r['customerID']), ROLES.get(r['contactTitle']), unless_null(r['city'], str.lower), r['region'],
            unless_null(r['postalCode'], lambda v: v[:2]), r['country'],
            unless_null(r['phone'], lambda v: mask(v, first=1, last=1, char='\u2022')),
            unless_null(r['fax'], lambda v: v[:4])]
