"""us-500: ages with a top class, every token encoding, a rule list by state, a purpose by all, any and not."""
import datetime
import re

from oracle.calc import Tokens, mask, read_date, whole_years

POLICY, INPUTS, AS_OF = 'us-500', ['exports/us-500/us-500.csv'], datetime.date(1990, 9, 15)
HEADER = ['company', 'city', 'county', 'state', 'zip', 'phone1', 'phone2', 'person', 'top_level', 'age']
PERSON = Tokens('midwest-actuaries', 'person', bits=160, encoding='hex', prefix='e_', normalize=lambda v: v.strip().lower())
COMPANY = Tokens('midwest-actuaries', 'company', bits=96, encoding='base64url')


def record(r):
    usual_mail = re.search(r'\.(com|net|org)$', r['email'], re.IGNORECASE)
    if r['state'] in ('AK', 'HI') or not (usual_mail or r['county'] == 'Cook'):
        return 'no_purpose'
    born = read_date(r['birthdate'], '%m/%d/%Y')
    age = whole_years(born, AS_OF)
    county = r['county'] if r['state'] in ('CA', 'NY', 'TX') else \
        'New Jersey, any county' if r['state'] == 'NJ' else None
    top_level = re.search(r'\.([a-z]+)$', r['web'])
    return [COMPANY(r['company_name']), r['city'].upper()[:4], county, r['state'], r['zip'][:3],
            mask(r['phone1'], first=3, char='#', skip_separators=True), mask(r['phone2'], last=4, char='x'),
            PERSON(r['email']), top_level.group(1) if top_level else None,
            '90+' if age >= 90 else str(age // 5 * 5)]
