"""Mutants of a C file: one small change each, such as a programmer might have made by mistake."""
import re

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*(?:\\\n[^\n]*)*|[A-Za-z_]\w*'
                   r"|\d\w*|<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w]", re.S)

SWAPS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"], "<<": [">>"], ">>": ["<<"],
    "&": ["|"], "|": ["&"], "^": ["|"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "++": ["--"], "--": ["++"],
    "true": ["false"], "false": ["true"], "break": [""], "continue": ["", "break"],
}
# What is returned or stored instead: success for failure, release for withholding, and the other way round.
WORDS = {
    "PARE_OK": "PARE_E_INTERNAL", "PARE_END": "PARE_OK", "PARE_E_NOMEM": "PARE_OK", "PARE_E_DATA": "PARE_OK", "PARE_E_LIMIT": "PARE_OK",
    "PARE_E_IO": "PARE_OK", "PARE_E_CREATE": "PARE_OK", "PARE_E_INTERNAL": "PARE_OK", "PARE_E_TRUNCATED": "PARE_OK",
    "PARE_WRITE": "PARE_DROP_NO_PURPOSE", "PARE_QUARANTINE": "PARE_WRITE", "PARE_DROP_RETENTION": "PARE_WRITE",
    "PARE_DROP_NO_DATE": "PARE_WRITE", "PARE_DROP_NO_PURPOSE": "PARE_WRITE", "PARE_DROP_OPTED_OUT": "PARE_WRITE",
    "PARE_HIT": "PARE_MISS", "PARE_MISS": "PARE_HIT", "PARE_UNSURE": "PARE_HIT", "PARE_WITHHOLD": "PARE_SAME", "PARE_SAME": "PARE_WITHHOLD",
    "PARE_RELEASE": "PARE_WITHHOLD", "PARE_UNREADABLE": "PARE_WITHHOLD", "PARE_FAIL_RUN": "PARE_WITHHOLD",
    "PARE_FORM_EMPTY": "PARE_FORM_RAW", "PARE_FORM_RAW": "PARE_FORM_EMPTY", "PARE_FORM_TEXT": "PARE_FORM_EMPTY",
    "PARE_ROLL_ABSENT": "PARE_ROLL_LISTED", "PARE_ROLL_LISTED": "PARE_ROLL_ABSENT", "PARE_ROLL_EMPTY": "PARE_ROLL_ABSENT",
    "PARE_ROLL_UNKNOWABLE": "PARE_ROLL_ABSENT", "COMMITTED": "FINISHED", "FINISHED": "WRITING", "WRITING": "FINISHED",
    "PARE_INFLATE_BAD": "PARE_INFLATE_MORE", "PARE_INFLATE_MORE": "PARE_INFLATE_BAD", "PARE_INFLATE_STREAM_END": "PARE_INFLATE_MORE",
    "PARE_INFLATE_NOMEM": "PARE_INFLATE_BAD", "STAGE_HEADER": "STAGE_BODY", "STAGE_BODY": "STAGE_END", "STAGE_END": "STAGE_HEADER",
}


class Mutant:
    def __init__(self, source, text, start, end, new):
        self.source, self.start, self.end, self.new = source, start, end, new
        self.line = text.count("\n", 0, start) + 1
        begin = text.rfind("\n", 0, start) + 1
        finish = text.find("\n", end)
        self.before = " ".join(text[begin:finish].split())
        self.after = " ".join((text[begin:start] + new + text[end:finish]).split())

    def apply(self, text):
        return text[:self.start] + self.new + text[self.end:]

    def key(self):
        return self.source, self.before, self.after

    def __str__(self):
        return f"{self.source}:{self.line}: {self.before}  ->  {self.after}"


def tokens_of(text):
    """Code alone: no comments, strings, characters or directives; (start, end, text)."""
    found = []
    for match in TOKEN.finditer(text):
        word = match.group()
        if not (word.startswith(("/*", "//", '"', "'", "#"))):
            found.append((match.start(), match.end(), word))
    return found


def conditions(tokens):
    """The insides of if (...) and while (...)."""
    for i, (_, _, word) in enumerate(tokens):
        if word in ("if", "while") and i + 1 < len(tokens) and tokens[i + 1][2] == "(":
            depth = 0
            for _, end, inner in tokens[i + 1:]:
                depth += (inner == "(") - (inner == ")")
                if depth == 0:
                    yield tokens[i + 1][1], end - 1
                    break


def statements(text, tokens):
    """Statements of one expression, from behind `;`, `{`, `}`, `)`, `:` or `else` to their `;`, outside of brackets."""
    depth, start, heads = 0, None, False
    for i, (begin, end, word) in enumerate(tokens):
        if word in "([":
            depth += 1
            heads = heads or (depth == 1 and i > 0 and tokens[i - 1][2] in ("if", "for", "while", "switch"))
        elif word in ")]":
            depth -= 1
            if depth == 0 and word == ")" and heads:
                start, heads = None, False
                continue
        elif depth == 0 and word in (";", "{", "}", ":", "else"):
            if word == ";" and start is not None and not text[start:end].startswith(("return", "break", "continue", "typedef", "goto")):
                yield start, end
            start = None
            continue
        if start is None and depth == 0 and word not in (")",):
            start = begin
        elif start is None and depth == 1 and word == "(":
            start = begin


def mutants_of(source, text):
    made = []
    body = text.find("{")  # what stands before the first bracket declares
    tokens = tokens_of(text)

    def add(start, end, new):
        if start > body:
            made.append(Mutant(source, text, start, end, new))

    for i, (start, end, word) in enumerate(tokens):
        before = tokens[i - 1][2] if i else ""
        binary = bool(re.match(r"[\w)\]]", before)) and before not in ("return", "case", "else")
        for new in SWAPS.get(word, []):
            if word in ("+", "-", "*", "&") and not binary:
                continue
            add(start, end, new)
        if word in WORDS and before != "case":
            add(start, end, WORDS[word])
        if word == "!":
            add(start, end, "")
        number = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", word)
        if number:
            octal = number.group(1).startswith("0") and number.group(1).isdigit() and number.group(1) != "0"
            value = int(number.group(1), 8 if octal else 0)
            for other in (value + 1, value - 1):
                if other >= 0:
                    add(start, end, ("0%o" if octal else "%d") % other + number.group(2))
    for start, end in conditions(tokens):
        add(start, end, f"!({text[start:end]})")
    for start, end in statements(text, tokens):
        add(start, end, ";")
    return made
