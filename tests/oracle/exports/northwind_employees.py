"""northwind employees: the manager's pseudonym joins with the employee's; a null manager is not tokenized."""
import datetime
import re

from oracle.calc import Tokens, cut_date, read_date

POLICY, INPUTS, AS_OF = 'northwind-employees', ['exports/northwind/employees.csv'], datetime.date(2024, 1, 1)
HEADER = ['employee', 'title', 'gender', 'born', 'hired', 'country', 'notes', 'manager']
EMPLOYEE = Tokens('workforce-study', 'employee')


def record(r):
    return [EMPLOYEE(r['employeeID']), r['title'], {'Ms.': 'female', 'Mrs.': 'female', 'Mr.': 'male'}.get(r['titleOfCourtesy']),
            cut_date(read_date(r['birthDate']), 'decade'), cut_date(read_date(r['hireDate']), 'year'), r['country'],
            re.sub(r'\s+', ' ', r['notes']).strip()[:20],
            r['reportsTo'] if r['reportsTo'] == 'NULL' else EMPLOYEE(r['reportsTo'])]
