"""adult: semicolons that nobody declared, a purpose by all and not, rule lists with a last rule that always holds."""
import datetime
import re

POLICY, INPUTS, AS_OF = 'adult', ['exports/adult/adult.csv'], datetime.date(2024, 1, 1)
READ = WRITE = ';'
HEADER = ['sex', 'age', 'race', 'married', 'education', 'native-country', 'salary-class']


def record(r):
    if r['workclass'] not in ('Private', 'Self-emp-inc', 'Self-emp-not-inc') or \
            re.match('1st|5th|7th|9th|Preschool', r['education']):
        return 'no_purpose'
    return [r['sex'], str(int(r['age']) // 10 * 10), 'White' if r['race'] == 'White' else None,
            'married' if r['marital-status'].startswith('Married-') else None,
            'degree' if r['education'] in ('Bachelors', 'Masters', 'Doctorate', 'Prof-school') else r['education'][:4],
            'United-States' if r['native-country'] == 'United-States' else None, r['salary-class']]
