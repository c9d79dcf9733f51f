#!/usr/bin/python3
"""Renders templates.json with the real Jinja2 (Debian: python3-jinja2) and stores what it answers in results.json."""

import json
import pathlib
import re

import jinja2
from jinja2.sandbox import SandboxedEnvironment

HERE = pathlib.Path(__file__).parent
EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]


def fixed(text):
    """Addresses differ from run to run."""
    return re.sub(r" at 0x[0-9a-f]+", " at 0x000000000000", text)


def answer(template, context, options):
    options = dict(options)
    extensions = EXTENSIONS if options.pop("ext", False) else []
    env = SandboxedEnvironment(loader=jinja2.BaseLoader(), extensions=extensions, **options)
    try:
        return fixed(env.from_string(template).render(json.loads(json.dumps(context))))
    except jinja2.TemplateSyntaxError as error:
        return {"type": type(error).__name__, "message": str(error.message), "line": error.lineno}
    except SyntaxError:
        # Python's own, from the code that Jinja2 generates.
        return {"type": "SyntaxError"}
    except Exception as error:
        return {"type": type(error).__name__, "message": str(error)}


groups = json.loads((HERE / "templates.json").read_text())
results = [[answer(t, g["context"], g["options"]) for t in g["templates"]] for g in groups]
(HERE / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
print(sum(map(len, results)), "results from Jinja2", jinja2.__version__)
