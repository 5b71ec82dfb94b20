"""brevo: BOM, semicolons, CRLF; the token's domain is the field's name, and it changes with the month."""
import datetime
import re

from oracle.calc import Tokens, cut_date, read_date

POLICY, INPUTS, AS_OF = 'brevo', ['exports-composed/brevo_contacts_semicolon.csv'], datetime.date(2023, 12, 31)
READ = WRITE = ';'
HEADER = ['EMAIL', 'dialling_code', 'ADDED_TIME', 'MODIFIED_TIME']
EMAIL = Tokens('growth-agency', 'EMAIL', epoch='2023-12', normalize=lambda v: v.strip().lower())


def record(r):
    added = read_date(r['ADDED_TIME'], '%d-%m-%Y %H:%M')
    if added.date() < AS_OF - datetime.timedelta(weeks=90):
        return 'retention'
    growth = r['EMAIL_BLACKLISTED'] == 'No'
    sms = r['SMS_BLACKLISTED'] == 'No' and added.date() > datetime.date(2022, 6, 30)
    if not growth and not sms:
        return 'no_purpose'
    return [EMAIL(r['EMAIL']) if growth else None, re.sub('[^0-9]', '', r['SMS'])[:2] if sms else None,
            cut_date(added, 'hour') if growth else None,
            cut_date(read_date(r['MODIFIED_TIME'], '%d-%m-%Y %H:%M'), 'year') if growth else None]
