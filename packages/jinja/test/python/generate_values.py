"""Writes values.jsonl: what Python itself answers for operations on values. Run with Python 3.11 or later.

A line is a case: [operation, operands..., answer]. Values are JSON with the types JSON lacks as {"$": type, "v": content}; an answer is the repr of
the result, or {"error": class, "message": text}.
"""

import datetime as dt
import functools
import itertools
import json
import pathlib


def encode(value):
    if isinstance(value, tuple):
        return {"$": "tuple", "v": [encode(item) for item in value]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {"$": "dict", "v": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, dt.datetime):
        return {"$": "datetime", "v": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$": "date", "v": value.isoformat()}
    if isinstance(value, dt.time):
        return {"$": "time", "v": "2000-01-01T" + value.isoformat()}
    if isinstance(value, dt.timezone):
        return {"$": "timezone", "v": dt.datetime(2000, 1, 1, tzinfo=value).isoformat()}
    if isinstance(value, bytes):
        return {"$": "bytes", "v": value.decode("latin-1")}
    if isinstance(value, dt.timedelta):
        return {"$": "timedelta", "v": (value.days * 86400 + value.seconds) * 1000000 + value.microseconds}
    return value


CASES = []


def case(operation, *operands, run):
    row = [operation, *[encode(operand) for operand in operands]]
    try:
        answer = repr(run())
    except Exception as error:  # noqa: BLE001
        answer = {"error": type(error).__name__, "message": str(error)}
    CASES.append([*row, answer])


BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "==": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "in": lambda a, b: a in b,
}

NAIVE = dt.datetime(2025, 3, 4, 5, 6, 7)
AWARE = dt.datetime(2025, 3, 4, 5, 6, 7, 89, tzinfo=dt.timezone.utc)
EAST = dt.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
NUMBERS = [0, 1, -1, 7, -3, 2**53 - 1, 2**53, -(2**53), 2**64, -(10**30), True, False, 0.0, -0.0, 0.5, -2.5, 1.1, 3.0, 1e16, 1e22, 1e-7, 1e300, float("inf"), float("nan")]
OTHERS = [None, "", "a", "ab", "Z", "10", "é", "\U0001f525", [], [1], [1, "a"], [2], (), (1,), (1, 2), {}, {"a": 1}, {1: "x"}, NAIVE, AWARE, EAST, dt.timedelta(hours=-5), dt.timedelta(microseconds=3), dt.timedelta(0)]


def too_big(op, a, b):
    if op == "**":
        return abs(a) > 2 and abs(b) > 400 or isinstance((a or 0) ** 0.5 if isinstance(a, float) and a < 0 else 0, complex)
    return op == "*" and any(isinstance(x, int) and abs(x) > 1000 for x in (a, b)) and any(isinstance(x, (str, list, tuple)) for x in (a, b))


DAY, OTHER_DAY = dt.date(2025, 3, 4), dt.date(2024, 12, 31)
CLOCK, ZONED, CLOCK_US = dt.time(5, 6), dt.time(5, 6, 7, tzinfo=dt.timezone.utc), dt.time(5, 6, 7, 8)
BYTES, MORE_BYTES = b"ab\x00\xff'", "é".encode()
OBJECTS = [DAY, OTHER_DAY, CLOCK, CLOCK_US, ZONED, BYTES, MORE_BYTES, AWARE, NAIVE, EAST, dt.timezone.utc, dt.timezone(dt.timedelta(hours=2)), dt.timezone(dt.timedelta(seconds=-7205)), dt.timedelta(days=1, microseconds=5), None, 1, "a", 1.5, []]

CHAINS = [
    (AWARE, [["date"], ["replace", [], {"year": 2020}]]),
    (AWARE, [["date"], ["replace", [2020, 2, 30], {}]]),
    (AWARE, [["date"], ["isoformat"]]),
    (AWARE, [["date"], ["strftime", ["%d.%m.%Y %H"], {}]]),
    (AWARE, [["date"], "year"]),
    (AWARE, [["date"], "min"]),
    (AWARE, [["date"], "max"]),
    (AWARE, [["date"], "resolution"]),
    (AWARE, [["date"], ["weekday"]]),
    (AWARE, [["date"], ["ctime"]]),
    (AWARE, [["date"], ["toordinal"]]),
    (AWARE, [["date"], ["isocalendar"], "week"]),
    (AWARE, [["date"], ["isocalendar"], ["index", [10], {}]]),
    (AWARE, [["time"], "hour"]),
    (AWARE, [["time"], "tzinfo"]),
    (AWARE, [["time"], "fold"]),
    (AWARE, [["time"], "min"]),
    (AWARE, [["time"], "max"]),
    (AWARE, [["time"], "resolution"]),
    (AWARE, [["time"], ["isoformat"]]),
    (AWARE, [["time"], ["isoformat", ["minutes"], {}]]),
    (AWARE, [["time"], ["isoformat", [], {"timespec": "nope"}]]),
    (AWARE, [["time"], ["replace", [], {"minute": 59, "tzinfo": None}]]),
    (AWARE, [["time"], ["replace", [25], {}]]),
    (AWARE, [["timetz"], ["isoformat"]]),
    (AWARE, [["timetz"], ["utcoffset"]]),
    (AWARE, [["timetz"], ["tzname"]]),
    (AWARE, [["timetz"], ["strftime", ["%H:%M %z %Y"], {}]]),
    (NAIVE, [["time"], ["utcoffset"]]),
    (NAIVE, [["timetz"], ["dst"]]),
    (AWARE, ["tzinfo"]),
    (EAST, ["tzinfo"]),
    (EAST, ["tzinfo", "utc"]),
    (EAST, ["tzinfo", "min"]),
    (EAST, ["tzinfo", "max"]),
    (EAST, [["astimezone", [dt.timezone.utc], {}]]),
    (AWARE, [["astimezone", [dt.timezone(dt.timedelta(hours=-5))], {}], ["isoformat"]]),
    (AWARE, [["astimezone", [5], {}]]),
    (AWARE, [["astimezone"], "tzinfo"]),
    (AWARE, "year month day hour minute second microsecond fold min max resolution".split()[:1]),
    *[(AWARE, [name]) for name in "month day hour minute second microsecond fold min max resolution".split()],
    (AWARE, [["fromtimestamp", [0, dt.timezone.utc], {}]]),
    (AWARE, [["utcfromtimestamp", [1.5], {}]]),
    (AWARE, [["fromisoformat", ["2025-01-01"], {}]]),
    (AWARE, [["fromisoformat", [5], {}]]),
    (AWARE, [["strptime", ["5", "%d"], {}]]),
    (AWARE, [["strptime", [5, "%d"], {}]]),
    (AWARE, [["strftime", [5], {}]]),
    (AWARE, [["strftime"]]),
    *[(dt.timedelta(days=-1, seconds=5, microseconds=7), [name]) for name in "days seconds microseconds min max resolution".split()],
    (BYTES, [["hex"]]),
    (BYTES, [["decode", ["latin-1"], {}]]),
    (BYTES, [["decode", ["ascii", "ignore"], {}]]),
    (BYTES, [["decode", ["ascii", "replace"], {}]]),
    (BYTES, [["decode", ["ascii"], {}]]),
    (BYTES, [["decode", ["nope"], {}]]),
    (MORE_BYTES, [["decode"]]),
    (MORE_BYTES, [["decode", [], {"encoding": "utf8"}]]),
    (BYTES, [["decode", ["utf-8", "ignore"], {}]]),
    (BYTES, [["decode", ["utf-8", "replace"], {}]]),
    (7, ["real"]),
    (7, ["imag"]),
    (7, ["numerator"]),
    (True, ["denominator"]),
    (7.5, ["real"]),
    (7.5, ["imag"]),
    ({"a": 1, 2: 3}, [["keys"], ["isdisjoint", [["b"]], {}]]),
    ({"a": 1}, [["items"], ["isdisjoint", [[("a", 1)]], {}]]),
]


def step(value, part):
    if isinstance(part, str):
        return getattr(value, part)
    name, args, kwargs = [*part, [], {}][:3] if len(part) == 1 else part
    return getattr(value, name)(*args, **kwargs)


def objects():
    for op, run in BINARY.items():
        if op in ("+", "-", "*", "==", "<", ">", "in"):
            for a, b in itertools.product(OBJECTS, OBJECTS):
                case("object " + op, a, b, run=lambda: run(a, b))
    for v in OBJECTS:
        case("str", v, run=lambda: str(v))
        case("repr", v, run=lambda: repr(v))
        case("len", v, run=lambda: len(v))
        case("list", v, run=lambda: list(v))
        case("not", v, run=lambda: not v)
        case("hash", v, run=lambda: {v: 1})
        case("slice", v, 1, None, None, run=lambda: v[1:])
        for spec in ["", "%Y-%m-%d %H:%M", "5"]:
            case("format", v, spec, run=lambda: format(v, spec))
        for w in OBJECTS:
            case("samekey", v, w, run=lambda: len({v: 1, w: 2}))
    for value, parts in CHAINS:
        case("chain", value, [part if isinstance(part, str) else [*part, [], {}][:3] if len(part) == 1 else part for part in parts], run=lambda: functools.reduce(step, parts, value))


def operators():
    for op, run in BINARY.items():
        for a, b in itertools.product(NUMBERS, NUMBERS):
            if op == "**" and (too_big(op, a, b) or a < 0 and isinstance(b, float) and b % 1):
                continue
            case(op, a, b, run=lambda: run(a, b))
        for a, b in itertools.chain(itertools.product(OTHERS, OTHERS), itertools.product(OTHERS, NUMBERS[:6] + [2**64, True, 0.5]), itertools.product([1, -2, 2.5, True], OTHERS)):
            if not too_big(op, a, b) if op == "*" else True:
                case(op, a, b, run=lambda: run(a, b))
    for v in NUMBERS + OTHERS:
        case("neg", v, run=lambda: -v)
        case("pos", v, run=lambda: +v)
        case("abs", v, run=lambda: abs(v))
        case("not", v, run=lambda: not v)
        case("len", v, run=lambda: len(v))
        case("str", v, run=lambda: str(v))
        case("repr", v, run=lambda: repr(v))
        case("hash", v, run=lambda: {v: 1})
        case("list", v, run=lambda: list(v))
        for w in [n for n in NUMBERS if n is not v]:
            case("samekey", v, w, run=lambda: len({v: 1, w: 2}))


def texts():
    for code in [*range(0x20, 0x7F, 7), 0, 9, 10, 13, 0x1F, 0x7F, 0x80, 0xA0, 0xAD, 0xE9, 0x300, 0x378, 0x600, 0x200B, 0x2028, 0x202F, 0x3000, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0x1F525, 0xE0001, 0x10FFFF]:
        case("repr", f"a{chr(code)}b", run=lambda: repr(f"a{chr(code)}b"))
    for text in ["it's", 'say "hi"', "both ' and \"", "a\\b", "\t\n\r\x00", "'", '"', "''\""]:
        case("repr", text, run=lambda: repr(text))


SAMPLES = ["", "a", "abcabc", "Disk FULL on db-1", "  a  b ", "one\ntwo\r\nthree", "straße", "ǆ İI", "ΑΣ ΑΣΑ Σ", "🔥aé🔥", "42", "-7", "²", "½", "一", "ab\tc\td", "a,b,,c", "x=1=2", "It's a_b 3x", "ﬁ ŉ ა", "\x1c\x85 x\u2028y", "_id1", "Titlecase Word", "UPPER 1", "lower 1", "ǅ"]
NO_ARGS = "upper lower title capitalize swapcase casefold strip lstrip rstrip split rsplit splitlines isdigit isdecimal isnumeric isalpha isalnum isspace isupper islower istitle isidentifier isprintable isascii expandtabs encode".split()
WITH_ARGS = {
    "strip": [("a",), (" 🔥",), (None,), (1,), ("a", "b")],
    "lstrip": [("aD",), ("",)],
    "rstrip": [("c1",), (5,)],
    "split": [(",",), (" ", 1), (None, 1), (None, 2), ("",), (1,), (",", "x"), ("=", -1), ("🔥",), (",", 0), (None, 0), ("a", 1, 2)],
    "rsplit": [(",", 1), (None, 1), (None, 2), ("=", 1), ("",), ("b",), (None, 0), ("a", True)],
    "splitlines": [(True,), ("x",)],
    "partition": [("=",), ("",), (1,), ("zz",), (",",)],
    "rpartition": [("=",), ("zz",), (",",), (None,)],
    "replace": [("a", "X"), ("", "-"), ("", "-", 2), ("a", "b", 1), ("a", "", -1), ("a",), (1, 2), ("a", None), ("a", "b", "c"), ("a", "b", 0)],
    "startswith": [("a",), (("a", "D"),), (1,), ((1,),), ("", 1), ("b", 1), ("b", 1, 3), ("", 99), ("c", -1), (["a"],), ()],
    "endswith": [("c",), (("c", "1"),), ("b", 0, 2), ("", 0, 0), (None,)],
    "find": [("c",), ("a", 1), ("a", -3), ("", 2), ("", 99), ("a", 1, 2), (1,), ("a", "b"), ("🔥", 1), ("a", None, None), ("b", None, 4), ()],
    "rfind": [("c",), ("", 1), ("a", 0, 3), ("🔥",), ("a", -3)],
    "index": [("c",), ("zz",), ("a", 1)],
    "rindex": [("a",), ("zz",)],
    "count": [("a",), ("",), ("", 2), ("a", 1), ("bc", 0, 4), (1,), ("", 99), ("🔥",)],
    "ljust": [(6,), (6, "."), (3, "ab"), ("a",), (), (8, "🔥"), (6, 1)],
    "rjust": [(6,), (6, "*"), (-1,)],
    "center": [(6,), (7, "*"), (8,), (9, "."), (3, 1)],
    "zfill": [(4,), (0,), ("a",), (True,)],
    "expandtabs": [(4,), (0,), (1,), ("x",)],
    "removeprefix": [("a",), ("",), (1,), ("Disk ",)],
    "removesuffix": [("c",), ("",), ("-1",), (None,)],
    "join": [(["x", "y"],), ("xy",), (("x",),), (["x", 1],), (5,), ({"k": 1},), ([],), (None,), ()],
    "encode": [("utf-8",), ("ascii", "ignore"), ("ascii", "replace"), ("latin-1", "xmlcharrefreplace"), ("ascii", "backslashreplace"), ("ascii",), ("nope",), (1,)],
    "translate": [({97: "X"},), ({97: None},), ({97: 98, 98: "yy"},), (1,), ({97: -1},), ({97: []},), ("x" * 98,)],
    "maketrans": [("ab", "cd"), ("ab", "c"), ({"a": 1},), ({"ab": 1},), ("ab", "cd", "e"), ("a",), ({1.5: 2},)],
    "upper": [(1,)],
    "isdigit": [("a",)],
}


def methods():
    for text, name in itertools.product(SAMPLES, NO_ARGS):
        case("call", text, name, [], {}, run=lambda: getattr(text, name)())
    for name, rows in WITH_ARGS.items():
        for text, args in itertools.product(["", "abcabc", "a,b,,c", "x=1=2", "  a  b ", "🔥aé🔥", "Disk FULL on db-1", "-7"], rows):
            case("call", text, name, list(args), {}, run=lambda: getattr(text, name)(*args))
    for name, kwargs in [("split", {"sep": ",", "maxsplit": 1}), ("split", {"maxsplit": 1}), ("split", {"foo": 1}), ("splitlines", {"keepends": True}), ("expandtabs", {"tabsize": 2}), ("encode", {"encoding": "ascii", "errors": "ignore"}), ("upper", {"a": 1}), ("replace", {"old": "a"}), ("join", {"a": 1}), ("find", {"sub": "a"})]:
        case("call", "a,b\tc", name, [], kwargs, run=lambda: getattr("a,b\tc", name)(**kwargs))
    lists = [[], [1], [3, 1, 2], ["b", "a", "C"], [1, "a"], [1.0, True, 1], [[2], [1, 5], [1]]]
    for rows in lists:
        for name, args in [("append", [9]), ("append", []), ("extend", [[7, 8]]), ("extend", ["xy"]), ("extend", [1]), ("insert", [0, "x"]), ("insert", [-1, "x"]), ("insert", [99, "x"]), ("insert", ["a", 1]), ("insert", [1]), ("pop", []), ("pop", [0]), ("pop", [-2]), ("pop", [5]), ("pop", ["a"]), ("remove", [1]), ("remove", ["zz"]), ("index", [1]), ("index", ["zz"]), ("index", [1, 1]), ("index", [1, "a"]), ("count", [1]), ("count", []), ("sort", []), ("sort", [1]), ("reverse", []), ("reverse", [1]), ("copy", []), ("clear", [])]:
            target = list(rows)
            case("mutate", rows, name, args, {}, run=lambda: (getattr(target, name)(*args), target))
        for kwargs in [{"reverse": True}, {"reverse": "a"}, {"key": None}, {"foo": 1}]:
            target = list(rows)
            case("mutate", rows, "sort", [], kwargs, run=lambda: (target.sort(**kwargs), target))
    for rows in [(), (1, 2, 1), ("a",)]:
        for name, args in [("count", [1]), ("index", [1]), ("index", [1, 1]), ("index", ["zz"]), ("count", [])]:
            case("call", rows, name, args, {}, run=lambda: getattr(rows, name)(*args))
    dicts = [{}, {"a": 1, "b": None}, {1: "x", 1.5: "y", None: "z"}, {(1, 2): [3]}, {"10": 1, "9": 2, "a": 3}]
    for rows in dicts:
        for name, args in [("get", ["a"]), ("get", ["zz"]), ("get", ["zz", 5]), ("get", [1.0]), ("get", [True]), ("get", []), ("get", [[]]), ("get", [(1, 2)]), ("keys", []), ("values", []), ("items", []), ("keys", [1]), ("pop", ["a"]), ("pop", ["zz"]), ("pop", ["zz", 5]), ("pop", []), ("popitem", []), ("setdefault", ["a", 5]), ("setdefault", ["n", 5]), ("setdefault", ["n"]), ("setdefault", []), ("update", [{"a": 2}]), ("update", [[("x", 1), ["y", 2]]]), ("update", [[1]]), ("update", [["abc"]]), ("update", [["ab"]]), ("update", [5]), ("update", [1, 2]), ("update", []), ("copy", []), ("clear", []), ("fromkeys", ["ab", 0]), ("fromkeys", [[1, 1.0, True]]), ("fromkeys", []), ("fromkeys", [5])]:
            target = dict(rows)
            case("mutate", rows, name, args, {}, run=lambda: (getattr(target, name)(*args), target))
        target = dict(rows)
        case("mutate", rows, "update", [], {"k": 1}, run=lambda: (target.update(k=1), target))
    for n in [0, 1, -5, 255, 2**53, 2**64, -(10**20), True]:
        for name in ["bit_length", "bit_count", "conjugate", "as_integer_ratio"]:
            case("call", n, name, [], {}, run=lambda: getattr(n, name)())
    for x in [0.0, -0.0, 1.0, 2.5, 1e-320, 1e300, 0.1, -1.75]:
        for name in ["is_integer", "hex", "conjugate", "as_integer_ratio"]:
            case("call", x, name, [], {}, run=lambda: getattr(x, name)())


def slices():
    bounds = [None, 0, 1, -1, 2, -2, 5, -9, 9]
    for target in ["abcdef", [1, 2, 3], (1, 2), "🔥aé", ""]:
        for start, stop in itertools.product(bounds, bounds):
            case("slice", target, start, stop, None, run=lambda: target[start:stop])
        for start, stop, step in itertools.product([None, 1, -1, 9, -9], [None, 0, -1, 4], [2, -1, -2, 9, 0]):
            case("slice", target, start, stop, step, run=lambda: target[start:stop:step])
    for target in [None, 5, "ab", [1], {}, {"a": 1}, 1.5, (1,)]:
        case("slice", target, "a", None, None, run=lambda: target["a":])
        case("slice", target, None, True, None, run=lambda: target[:True])
        case("slice", target, 2**70, None, None, run=lambda: target[2**70 :])


SPECS = ["", "5", "<5", ">5", "^5", "=5", "05", "*^9", "🔥>6", "+", " ", "-", "#", "#x", "#010x", "x", "X", "b", "#b", "o", "#o", "c", "d", "n", "e", "E", ".0e", ".3e", "f", "F", ".0f", ".2f", ".10f", "g", "G", "#g", ".3g", ".0g", ".3", ".0", ".12", "%", ".1%", ",", "_", ",.2f", "_x", ",x", "010,", "012,.1f", "+,d", "s", ".2", ".2s", "5.1s", "z", "z.1f", ",_", "_,", ",,", ".", "q", "zz", ">>5x", "!<7", "0=+7", "<07", "99999999999999999999", ".99999999999999999999f", "\n", "é", "Lx", "#.0f", " .3f", "+.2e", "0>8", "{", "}", ">+8.2f", "-^10,.3f", "5c", "05c"]
FORMATTED = [0, 1, -5, 255, 1234567, -(10**21), 2**64, True, 0.0, -0.0, 0.5, 1.5, 2.5, 2.675, 1e16, 123456.0, 100.0, 1e-5, 0.0001, 1e100, 1234567.891, -1.005, float("inf"), float("nan"), "abc", "", "🔥é", None, [1], {}]
PERCENTS = ["%s", "%r", "%a", "%5s|", "%-5s|", "%.2s", "%05s", "%c", "%d", "%i", "%u", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%+.3d", "%05.3d", "%x", "%X", "%#x", "%#X", "%#010x", "%o", "%#o", "%e", "%E", "%.0e", "%f", "%F", "%.0f", "%.2f", "%8.2f|", "%-8.2f|", "%08.2f", "%+f", "%g", "%G", "%#g", "%.3g", "%.10g", "%%", "%y", "%", "%5", "%(a)s", "%(b)d", "%(a", "%s %s", "no", "%ld", "%hd", "%lld", "%é"]


def formats():
    for value, spec in itertools.product(FORMATTED, SPECS):
        case("format", value, spec, run=lambda: format(value, spec))
    for value, template in itertools.product([*FORMATTED, (), (1,), (1, 2), ("x", 1.5), {"a": 1, "b": 2.7}, [1, 2], (None,)], PERCENTS):
        case("%", template, value, run=lambda: template % value)
    for template, value in [("%*d|", (5, 3)), ("%*d|", (-5, 3)), ("%*d", ("a", 3)), ("%.*f", (2, 3.14159)), ("%.*f", (-2, 3.14159)), ("%99999999999999999999d", 1), ("%.99999999999999999999f", 1), ("%(a(b))s", {"a(b)": 1}), ("%()s", {"": 1}), ("%(a)s %s", {"a": 1}), ("%s %(a)s", {"a": 1}), ("é%y", 1), ("%.50f", 0.1), ("%.400f", 5e-324), ("%d", 1e300), ("%x", 2**70), ("%s%%%s", (1, 2))]:
        case("%", template, value, run=lambda: template % value)
    for places, x in itertools.product(range(0, 8), [0.5, 1.5, 2.5, 0.125, 0.375, 1.005, 2.675, 1e21, 123456789.987654321, 5e-5, 0.045, 1e15 + 0.3]):
        case("%", f"%.{places}f", x, run=lambda: f"%.{places}f" % x)
        case("%", f"%.{places}e", x, run=lambda: f"%.{places}e" % x)
        case("%", f"%.{places}g", x, run=lambda: f"%.{places}g" % x)


STRFTIME = ["%Y-%m-%d %H:%M:%S", "%a %A %b %B %c", "%C %d %D %e %F", "%g %G %h %I %j", "%k %l %n %p %P", "%r %R %s %t %T", "%u %U %V %w %W", "%x %X %y %%", "%f|%z|%Z", "%-d %-m %-H %_d %^a %^B %#p %5Y %-j", "%Q %", "%Ey %Od %Eé", "é·%d", "%010d", "%E", "%q%L%v"]
MOMENTS = [NAIVE, AWARE, EAST, dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), dt.datetime(2021, 1, 3), dt.datetime(2024, 12, 30, 12), dt.datetime(2020, 12, 31), dt.datetime(2016, 1, 1, 0, 0, 5), dt.datetime(1969, 12, 31, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30, seconds=-15)))]
STRPTIME = [("5", "%d"), ("x", "%d"), ("5x", "%d"), ("2", "%Q"), ("2", "%"), ("2025 60", "%Y %j"), ("2025 10 2", "%G %V %u"), ("2025 10", "%G %V"), ("2025 10 1", "%Y %W %w"), ("2025 0 1", "%Y %W %w"), ("2025 10 Sun", "%Y %U %a"), ("10 PM", "%I %p"), ("12 am", "%I %p"), ("12 PM", "%I %p"), ("+05:30:10.5", "%z"), ("UTC", "%Z"), ("GMT +0100", "%Z %z"), ("a   b", "a b"), ("2025-02-30", "%Y-%m-%d"), ("69", "%y"), ("68", "%y"), ("-0500", "%z"), ("Z", "%z"), ("z", "%z"), ("Tue Mar  4 05:06:07 2025", "%c"), ("03/04/25", "%x"), ("05:06:07", "%X"), ("2025 53 5", "%G %V %u"), ("02-29", "%m-%d"), (".5", ".%f"), ("0530a", "%z"), ("EST", "%Z"), ("tue, 04 MARCH 2025", "%a, %d %B %Y"), ("2025-3-4 5:6:7", "%Y-%m-%d %H:%M:%S"), ("100%", "100%%"), ("2025.03.04", "%Y.%m.%d"), ("60", "%S"), ("61", "%S"), ("5 AM", "%H %p"), ("2025 1", "%Y %V"), ("(5)", "(%d)"), ("", ""), ("a", ""), ("+05:3010", "%z")]
ISO = ["2025-03-04", "20250304", "2025-W10-2", "2025W102", "2025-W10", "2025W10", "2025-03-04T05", "2025-03-04T05:06", "2025-03-04T05:06:07", "2025-03-04 05:06:07.5", "2025-03-04T05:06:07,123456789", "2025-03-04T050607", "20250304T050607Z", "20250304 0506", "2025-03-04T05:06:07Z", "2025-03-04T05:06:07+02:00", "2025-03-04T05:06:07-0530", "2025-03-04T05:06:07+01", "2025-03-04T05:06:07+01:02:03", "2025-03-04T05:06:07.000+0000", "2025-03-04x05:06", "2025-W10-2T05", "2025W10T05", "2025W102T0506", "2025-W53-1", "2020-W53-7", "2025-13-01", "2025-02-29", "2024-02-29", "2025-03-04T24:00", "2025-03-04T23:59:60", "2025-03-04T", "2025-03", "2025", "", "2025-3-4", "2025-03-04T05:06:07+24:00", "2025-03-04T05:06:07 +0000", "2025-03-04T05:6", "2025-03-04T05:06:07.", "2025-03-04T0506:07", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999", "2025-03-04🔥05:06", "2025-03-04T05:06:07z", "2025-0304", "202503-04", "2025-03-04T05:06:07-00:00", "2025-W1-1", "2025-03-04T05:06:07+02:00:00.5", "2025W1", "10000-01-01", "0000-01-01"]


def dates():
    for moment, code in itertools.product(MOMENTS, STRFTIME):
        case("call", moment, "strftime", [code], {}, run=lambda: moment.strftime(code))
    for moment in MOMENTS:
        for name in ["weekday", "isoweekday", "isocalendar", "toordinal", "ctime", "date", "time", "timetz", "utcoffset", "tzname", "dst", "isoformat"]:
            case("call", moment, name, [], {}, run=lambda: getattr(moment, name)())
        case("str", moment, run=lambda: str(moment))
        case("repr", moment, run=lambda: repr(moment))
        for args in [[" "], ["T", "minutes"], ["T", "hours"], ["T", "milliseconds"], ["T", "x"], ["ab"]]:
            case("call", moment, "isoformat", args, {}, run=lambda: moment.isoformat(*args))
        for kwargs in [{"hour": 0}, {"month": 2, "day": 30}, {"year": 0}, {"hour": 25}, {"tzinfo": None}, {"foo": 1}, {"microsecond": 1000000}, {"year": "a"}, {"minute": 60, "second": 60}]:
            case("call", moment, "replace", [], kwargs, run=lambda: moment.replace(**kwargs))
    for moment in [AWARE, EAST]:
        case("call", moment, "timestamp", [], {}, run=moment.timestamp)
    for text, form in STRPTIME:
        case("strptime", text, form, run=lambda: dt.datetime.strptime(text, form))
    for text in ISO:
        case("fromisoformat", text, run=lambda: dt.datetime.fromisoformat(text))
    for seconds in [0, 1741064767, 1741064767.25, -1, -1.5, 1e20, 1e12, 10**18, 6.8e16, "5", None, True, 253402300800, 253402300799, -62135596801, 0.0000005, 0.0000015, float("nan")]:
        case("timestamp", seconds, run=lambda: dt.datetime.utcfromtimestamp(seconds))
    for delta in [dt.timedelta(0), dt.timedelta(1), dt.timedelta(-1, 5, 7), dt.timedelta(hours=36), dt.timedelta(days=-5), dt.timedelta(microseconds=1), dt.timedelta(days=400, microseconds=10)]:
        for name in ["str", "repr"]:
            case(name, delta, run=lambda: (str if name == "str" else repr)(delta))
        case("call", delta, "total_seconds", [], {}, run=delta.total_seconds)
        for factor in [2, -3, 0, 2.5, 0.1, -0.3, 10**30, "a", dt.timedelta(hours=7), 0.0, None]:
            for op in ["*", "/", "//", "%"]:
                case(op, delta, factor, run=lambda: BINARY[op](delta, factor))
    for moment, delta in itertools.product(MOMENTS, [dt.timedelta(1), dt.timedelta(-1, 1), dt.timedelta(days=99999999), dt.timedelta(microseconds=-1)]):
        case("+", moment, delta, run=lambda: moment + delta)
        case("-", moment, delta, run=lambda: moment - delta)


JSONS = ["1", "1.0", "-0", "-0.0", "1e2", "12345678901234567890", '"a\\u00e9\\n"', '"\\ud83d\\udd25"', "[1, 2", "[1,]", "{", '{"a":1,"a":2}', '{"a" 1}', "{a:1}", "nul", "NaN", "[Infinity, -Infinity]", "", "  ", "1 2", '"abc', '"\\x"', '"\\u12"', '"a\nb"', "[1 2]", '{"10":1,"9":2}', "01", "1.", ".5", "-", "+1", "true", "[[[]]]", '{"a":{"b":[null,false]}}', "\ufeff1", '{"a":1,}', "[1,\n 2,\n x]", "1E400", "-1E-400", '{"\\u0000k": 1, "b": 2}', "9007199254740993", "-9007199254740992"]


def jsons():
    for text in JSONS:
        case("loads", text, run=lambda: json.loads(text))
    values = [None, True, 1, 10**20, 1.0, 1e22, float("nan"), float("-inf"), "é\"\\\n\x00\x7f\u2028🔥", [], {}, [1, [2]], {"b": 1, "a": [None]}, {1: 1, None: 2, True: 3, 1.5: 4}, {(1,): 2}, {"a": 1, 2: 3}, (1, 2), {"a": {}}, NAIVE, [NAIVE]]
    styles = [{}, {"sort_keys": True}, {"indent": 2}, {"indent": 4, "sort_keys": True, "ensure_ascii": False}, {"ensure_ascii": False}]
    for value, style in itertools.product(values, styles):
        case("dumps", value, style, run=lambda: json.dumps(value, **style))


def main():
    for part in (objects, operators, texts, methods, slices, formats, dates, jsons):
        part()
    groups = {}
    for row in CASES:
        groups.setdefault(row[0], {})[json.dumps(row)] = True
    lines = []
    for rows in map(list, groups.values()):
        # Evenly spaced cases of the large products are enough to keep.
        step = max(1, len(rows) // 700)
        lines += rows if step == 1 else rows[::step]
    target = pathlib.Path(__file__).parent / "values.jsonl"
    target.write_text("\n".join(lines) + "\n")
    print(len(lines), "of", len(CASES), "cases,", target.stat().st_size, "bytes")


main()
