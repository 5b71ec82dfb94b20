"""erp: windows-1252 in, UTF-8 out, also in the header; what can't be read as a number is suppressed."""
import datetime

from oracle.calc import Tokens, mask, read_date, whole_years

POLICY, INPUTS, AS_OF = 'erp-kunden', ['exports-composed/erp_kunden_cp1252.csv'], datetime.date(2024, 2, 29)
READ = WRITE = ';'
ENCODING = 'cp1252'
HEADER = ['Kunden-Nr', 'Vorname', 'Nachname', 'Straße', 'PLZ', 'Ort', 'Land', 'Altersgruppe', 'E-Mail', 'Umsatz (€)']
KUNDE = Tokens('marktforschung', 'kunde')


def record(r):
    if r['Land'] in ('Tunisia', 'Uruguay'):
        return 'no_purpose'
    age = whole_years(read_date(r['Geburtsdatum'], '%d.%m.%Y'), AS_OF)
    return [KUNDE(r['Kunden-Nr']), r['Vorname'].upper(), mask(r['Nachname'], first=1), None, r['PLZ'][:1], r['Ort'][:5],
            r['Land'], '70+' if age >= 70 else str(age // 10 * 10), None,
            str(int(r['Umsatz (€)'].split(',')[0]) // 1000 * 1000)]
