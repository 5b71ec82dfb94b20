"""What begins as a spreadsheet's formula does, what `formulas: quote` makes of it, and how that is undone: docs/POLICY.md."""
import re

NUMBER = r'[+-][.,]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?%?\Z'
PHONE = r'\+(?=(?:[^0-9]*[0-9]){7,15}[^0-9]*\Z)[0-9 ().\-/]*[0-9]\Z'
MASKED = r'[+-][0-9 ().\-/*]*\*\*[0-9 ().\-/*]*\Z'
FORMULA = re.compile('[\t\r\n]|[ \u00a0\u200b\u3000\ufeff]*(?:[=@\uff1d\uff0b\uff0d\uff20]|(?!%s|%s|%s|[+-]+\\Z)[+-])' % (
    NUMBER, PHONE, MASKED))


def is_formula(text):
    return FORMULA.match(text) is not None


def quoted(text):
    return "'" + text if is_formula(text.lstrip("'")) else text


def undone(text):
    return text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text
