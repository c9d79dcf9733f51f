"""Reads cases as JSON, answers with the seconds that one rendering, and one compilation with rendering, take in Python's Jinja2."""

import json
import sys
import time

import jinja2
from jinja2.sandbox import SandboxedEnvironment


def seconds_each(run, budget):
    """The best of several rounds: what the machine does besides can only add."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            run()
        spent = time.perf_counter() - start
        if spent > 0.004:
            break
        count *= 2
    best = spent / count
    end = time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(count):
            run()
        best = min(best, (time.perf_counter() - start) / count)
    return best


def main():
    request = json.load(sys.stdin)
    answers = []
    for case in request["cases"]:
        source, payload = case["template"], case["payload"]
        plain = jinja2.Environment(cache_size=0)
        template = plain.from_string(source)
        sandboxed = SandboxedEnvironment(cache_size=0).from_string(source)
        answers.append({
            "output": template.render(payload=payload),
            "render": seconds_each(lambda: template.render(payload=payload), request["seconds"]),
            "sandboxed": seconds_each(lambda: sandboxed.render(payload=payload), request["seconds"]),
            "compile": seconds_each(lambda: plain.from_string(source).render(payload=payload), request["seconds"]),
        })
    json.dump({"version": jinja2.__version__, "python": sys.version.split()[0], "cases": answers}, sys.stdout)


main()
