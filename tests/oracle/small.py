"""A small policy and export for the tests of bad and odd data: every column has a fate, every value a canary."""

POLICY = b'''pare: 1
dataset: small
recipient: tester
purposes:
  testing:
    description: Try the reader
    basis: contract
fields:
  id: {category: user, for: [testing], do: keep}
  name:
    category: user.unique_id
    for: [testing]
    do: {pseudonymize: {domain: name}}  # pare: allow PR096 -- nobody is behind these records
  note:
    category: user.content
    because: the text is what the tests look at
    for: [testing]
    multiline: true
    do: keep
  secret: {do: drop}
'''

HEADER = b'id,name,note,secret\n'


def canary(row, column):
    """A text that stands nowhere else: letters only, so that no detector and no number takes it."""
    letters = 'BCDFGHJKLM'
    return 'Canary' + ''.join(letters[int(d)] for d in '%03d' % row) + 'Q' + letters[column] + 'wxz'


def row(number, columns=4, separator=','):
    return separator.join(canary(number, c) for c in range(columns)).encode()


def rows(first, last, end=b'\n'):
    return b''.join(row(n) + end for n in range(first, last + 1))
