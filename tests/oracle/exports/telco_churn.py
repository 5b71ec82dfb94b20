"""telco churn: bins, classes by their low and middle value, a blank that means no value, exact names before regexes."""
import datetime

from oracle.calc import Tokens, binned, floor_to, number, plain

POLICY, INPUTS, AS_OF = 'telco-churn', ['exports/telco-churn/Telco-Customer-Churn.csv'], datetime.date(2024, 1, 1)
HEADER = ['subscriber', 'gender', 'senior', 'tenure', 'InternetService', 'OnlineSecurity', 'StreamingTV', 'StreamingMovies',
          'Contract', 'PaymentMethod', 'MonthlyCharges', 'TotalCharges', 'Churn']
SUBSCRIBER = Tokens('churn-lab', 'subscriber', bits=256)


def record(r):
    tenure = int(r['tenure'])
    model, newcomer = tenure >= 1, tenure < 12
    if not model and not newcomer:
        return 'no_purpose'

    def for_model(value):
        return value if model else None

    total = r['TotalCharges']
    if total != ' ':
        total = plain(floor_to(number(total), 500) + 250)
    return [for_model(SUBSCRIBER(r['customerID'].lower())), for_model(r['gender']),
            for_model({'0': 'no', '1': 'yes'}[r['SeniorCitizen']]), binned(tenure, [0, 12, 24, 48]),
            for_model(r['InternetService']), for_model(r['OnlineSecurity']), for_model(r['StreamingTV']),
            for_model(r['StreamingMovies']), r['Contract'],
            for_model('check' if r['PaymentMethod'] in ('Electronic check', 'Mailed check') else r['PaymentMethod']),
            plain(floor_to(number(r['MonthlyCharges']), 10)), for_model(total), r['Churn']]
