"""titanic: names with commas and doubled quotes, decimals, rules by position, empty ages that pass as empty."""
import datetime
import re

from oracle.calc import Tokens, binned, floor_to, number, plain

POLICY, INPUTS, AS_OF = 'titanic', ['exports/titanic/titanic.csv'], datetime.date(2024, 1, 1)
HEADER = ['Survived', 'Pclass', 'title', 'Sex', 'Age', 'siblings', 'Ticket', 'Fare', 'deck', 'Embarked']
TICKET = Tokens('survival-course', 'ticket', bits=80, encoding='hex', normalize=lambda v: re.sub(r'\s+', ' ', v.upper()))
PORTS = {'S': 'Southampton', 'C': 'Cherbourg', 'Q': 'Queenstown', '': ''}


def record(r):
    age = r['Age']
    if age:
        years = number(age)
        low = floor_to(years, 10)
        age = 'child' if years < 18 else '%s-%s' % (plain(low), plain(low + 10))
    return [r['Survived'], r['Pclass'], r['Name'].split(', ', 1)[1].split('.', 1)[0], r['Sex'], age, r['SibSp'],
            TICKET(r['Ticket']), binned(number(r['Fare']), [5, 10, 50, 100]),
            r['Cabin'][:1] if r['Cabin'][:1] in 'ABCDEFG' else None, PORTS[r['Embarked']]]
