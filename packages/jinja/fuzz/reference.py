"""Answers, line by line, what Jinja2 makes of {"template", "payload"}: {"expected": text} or {"error": {"type", "message"}}."""

import json
import re
import resource
import signal
import sys
import warnings

from jinja2 import DictLoader
from jinja2.sandbox import SandboxedEnvironment

warnings.simplefilter("ignore")
# A template that needs more than this is one that the budgets here stop too.
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
SECONDS = 2

environment = SandboxedEnvironment(loader=DictLoader({}))


def answer(case):
    try:
        text = environment.from_string(case["template"]).render(p=json.loads(case["payload"]))
        return {"expected": text}
    except Exception as error:  # noqa: BLE001
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def too_long(_signal, _frame):
    raise MemoryError


signal.signal(signal.SIGALRM, too_long)
for line in sys.stdin:
    signal.alarm(SECONDS)
    result = json.dumps(answer(json.loads(line)))
    signal.alarm(0)
    # What shows an address, or a class of Python's own, is different by its nature; what needs too much is stopped by both.
    if re.search(r'MemoryError|0x[0-9a-f]{8}|built.{0,5}in.{0,5}method|class |bound method|generator', result, re.IGNORECASE):
        result = "null"
    print(result, flush=True)
