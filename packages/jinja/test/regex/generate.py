"""Writes ../cases/regex.json: what Python's `regex` and `re` modules answer to hand-written and random patterns.

Run it where both are installed (Debian: python3-regex). The tests read the stored answers and need no Python.
"""

import json
import pathlib
import random
import re
import signal
import sys

import regex

MODULES = {"regex": regex, "re": re}
HERE = pathlib.Path(__file__).parent


class Slow(Exception):
    pass


def too_slow(*_):
    raise Slow


signal.signal(signal.SIGALRM, too_slow)


def shown(match):
    return None if match is None else [match.start(), match.end(), list(match.groups())]


def answer(flavour, pattern, texts, replacement):
    """One case, or None where Python takes too long."""
    case = {"flavour": flavour, "pattern": pattern}
    try:
        compiled = MODULES[flavour].compile(pattern)
    except (regex.error, re.error, ValueError, OverflowError) as error:
        return {**case, "error": str(error)}
    if replacement is not None:
        case["replacement"] = replacement
    answers = []
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        for text in texts:
            try:
                replaced = compiled.sub(replacement or r"<\g<0>>", text)
            except (regex.error, re.error, IndexError) as error:
                replaced = {"error": type(error).__name__}
            answers.append([text, shown(compiled.search(text)), shown(compiled.match(text)), replaced])
    except (Slow, MemoryError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return {**case, "answers": answers}


class Patterns:
    """Random patterns. Left out are what Python 3.11 gets wrong (possessive groups in `re`) and conditions on a group from inside it."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def char_class(self):
        chosen = self.random.random()
        if chosen < 0.25:
            return self.random.choice(["[ab]", "[^a]", "[a-c]", "[^b\\n]", "[\\w-]", "[\\d_]", "[^\\s]", "[b-]", "[]a]"])
        if chosen < 0.4:
            return self.random.choice(["\\w", "\\d", "\\s", "\\W", "\\D", "\\S"])
        if chosen < 0.5 and self.flavour == "regex":
            return self.random.choice(["\\p{L}", "\\p{Lu}", "[[:alpha:]]", "[[:^digit:]]", "\\P{L}", "[[:punct:]]", "\\pN", "\\h"])
        return "."

    def atom(self, depth):
        pick = self.random.random()
        if pick < 0.42:
            return self.random.choice("aabbcAé1 _-😀\n" if self.random.random() < 0.3 else "aabbc")
        if pick < 0.55:
            return self.char_class()
        if pick < 0.62:
            known = ["^", "$", "\\b", "\\B", "\\A", "\\Z"]
            return self.random.choice(known + (["\\m", "\\M", "\\G"] if self.flavour == "regex" else []))
        if depth <= 0:
            return self.random.choice("ab")
        if pick < 0.74:
            self.groups += 1
            return "(" + self.alternatives(depth - 1) + ")"
        if pick < 0.80:
            return "(?:" + self.alternatives(depth - 1) + ")"
        if pick < 0.83:
            return "(?>" + self.alternatives(depth - 1) + ")"
        if pick < 0.88:
            return self.random.choice(["(?=", "(?!", "(?<=", "(?<!"]) + self.alternatives(depth - 1) + ")"
        if pick < 0.91:
            return "(?" + self.random.choice(["i", "s", "m", "-i", "im"]) + ":" + self.alternatives(depth - 1) + ")"
        if pick < 0.96 and self.groups > 0:
            return "\\" + str(self.random.randint(1, self.groups))
        if self.flavour == "re":
            return self.random.choice(["(?#x)a", "\\x61", "\\u00e9", "\\101", "\\.", "\\-"])
        return self.random.choice(["\\X", "(?|(a)|(b))", "(?#x)a", "\\x61", "\\u00e9", "\\101", "\\.", "\\-"])

    def quantifier(self):
        if self.random.random() < 0.55:
            return ""
        count = self.random.choice(["*", "+", "?", "*", "+", "{2}", "{1,2}", "{,2}", "{2,}", "{0,3}", "{1,}"])
        kind = self.random.random()
        return count + ("?" if kind < 0.25 else "+" if kind < 0.35 and self.flavour == "regex" else "")

    def sequence(self, depth):
        return "".join(self.atom(depth) + self.quantifier() for _ in range(self.random.choice([1, 1, 2, 2, 3, 4])))

    def alternatives(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.random.choice([1, 1, 1, 2, 2, 3])))

    def pattern(self):
        self.groups = 0
        self.flavour = "regex" if self.random.random() < 0.8 else "re"
        flags = self.random.choice(["", "", "", "", "", "(?i)", "(?m)", "(?s)", "(?im)", "(?a)"])
        return self.flavour, flags + self.alternatives(self.random.choice([0, 1, 2, 3]))

    def text(self):
        length = self.random.choice([0, 1, 2, 3, 4, 5, 6, 8, 12])
        return "".join(self.random.choice("aaaabbbbcAB1 _-\né😀" if self.random.random() < 0.4 else "aab") for _ in range(length))


def main(seed, count, longest):
    cases = []
    for entry in json.loads((HERE / "hand-written.json").read_text()):
        case = answer(*entry[:3], entry[3] if len(entry) > 3 else None)
        if case is not None:
            cases.append(case)
    source = Patterns(seed)
    while count > 0:
        flavour, pattern = source.pattern()
        texts = [source.text() for _ in range(3)]
        if len(pattern) > longest:
            continue
        case = answer(flavour, pattern, texts, None)
        if case is not None:
            cases.append(case)
            count -= 1
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (HERE.parent / "cases" / "regex.json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [1, 1200, 40][len(arguments):]))
