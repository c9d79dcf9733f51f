"""Writes cases.jsonl: templates, their contexts and what Jinja2 3.1 makes of them. Run with a Python that has jinja2 (python3-jinja2).

A line is {"name", "template", "context", "expected"} or, instead of "expected", "error": {"type", "message"}. Templates run in Jinja2's
sandbox with its default options and a loader that knows no template.
"""

import json
import pathlib
import re

from jinja2 import DictLoader
from jinja2.sandbox import SandboxedEnvironment

CONTEXT = {
    "s": "Disk FULL on db-1",
    "t": "  spaced\tout \n",
    "u": "🔥aé straße",
    "html": "<b class=\"x\">it's & co</b>",
    "n": 42,
    "neg": -7,
    "z": 0,
    "big": 123456789012345678901234567890,
    "f": 97.256,
    "half": 2.5,
    "yes": True,
    "no": False,
    "none": None,
    "e": "",
    "l": [3, 1, 2],
    "w": ["b", "A", "a", "B", "c"],
    "m": [1, "a", None, 2.5, True, [1]],
    "el": [],
    "d": {"b": 1, "a": "x", "C": None},
    "ed": {},
    "nested": {"a": {"b": [{"c": 1}, {"c": 2}]}, "items": "shadow", "_x": 1},
    "rows": [
        {"id": 1, "sev": "high", "n": 5, "tags": ["x", "y"], "l": {"k": "v"}},
        {"id": 2, "sev": "low", "n": None, "tags": [], "l": {}},
        {"id": 3, "sev": "HIGH", "n": 2, "tags": ["y"]},
    ],
    "tree": [{"n": "a", "k": [{"n": "b", "k": [{"n": "c"}]}, {"n": "d"}]}, {"n": "e"}],
    "lines": "one\ntwo\n\n  three\r\nfour",
    "urls": "see https://example.net/a?b=1&c=2, www.example.org (mailto:x@y.example) or ops@example.net.",
    "long": "The quick brown fox jumps over the lazy dog and runs away from the quick brown bear",
}

GROUPS = {
    "filter/text": """
        {{ s|upper }} {{ s|lower }} {{ s|capitalize }} {{ s|title }} {{ u|upper }} {{ u|title }}
        {{ none|upper }} {{ n|lower }} {{ l|capitalize }} {{ d|title }}
        [{{ t|trim }}] [{{ t|trim(' \\n') }}] [{{ s|trim('D1') }}] [{{ n|trim }}]
        {{ s|replace('D', 'd') }} {{ s|replace('', '-') }} {{ s|replace('l', 'L', 1) }} {{ s|replace('L', 'x', count=1) }}
        {{ n|replace(4, 5) }}
        {{ s|replace('a') }}
        {{ l|replace(',', ';') }}
        {{ html|e|replace('&', '+') }} {{ s|replace('F'|safe, '<') }}
        {{ s|center(25) }}|{{ n|center(8) }}|{{ s|center }}
        {{ s|center('x') }}
        {{ long|truncate(20) }} {{ long|truncate(20, true) }} {{ long|truncate(20, true, '!') }} {{ long|truncate(20, false, '…', 0) }} {{ long|truncate(length=9, end='') }}
        {{ 'abcdefghij'|truncate(8, leeway=1) }} {{ 'abcdefghij'|truncate(9, leeway=1) }} {{ 'abcdefghij'|truncate(8, leeway=2) }}
        {{ long|truncate(2) }}
        {{ long|truncate(5, leeway=none) }} {{ u|truncate(4, true, '') }}
        {{ n|truncate(3) }}
        {{ long|wordwrap(20) }}
        {{ long|wordwrap(10, false) }}|{{ long|wordwrap(12, wrapstring=' / ') }}
        {{ 'aaaaaaaaaaaaaaaa bb'|wordwrap(5) }}|{{ 'aaaa-bbbb-cccc'|wordwrap(6) }}|{{ 'aaaa-bbbb-cccc'|wordwrap(6, break_on_hyphens=false) }}
        {{ lines|wordwrap(4) }}
        {{ s|wordwrap(0) }}
        {{ lines|indent }}
        {{ lines|indent(2, true) }}|{{ lines|indent(2, blank=true) }}|{{ lines|indent('> ', first=true) }}
        {{ n|indent }}
        {{ ''|indent(first=true) }}|{{ lines|indent(width=1) }}
        {{ s|wordcount }} {{ ''|wordcount }} {{ u|wordcount }} {{ n|wordcount }}
        {{ s|string }} {{ n|string ~ 1 }} {{ l|string|length }} {{ html|e|string }}
        {{ s|reverse }} {{ u|reverse }} {{ l|reverse|list }} {{ d|reverse|list }}
        {{ n|reverse }}
        {{ s|list }} {{ u|list }} {{ n|string|list }}
        {{ n|list }}
        {{ s|length }} {{ u|length }} {{ l|count }} {{ d|length }} {{ el|length }} {{ (1,2)|length }}
        {{ none|length }}
        {{ 'a%sb'|format(1) }} {{ '%(x)s-%(y)05.1f'|format(x=n, y=f) }} {{ '%s'|format(l) }}
        {{ '%s %s'|format(1) }}
        {{ '%s'|format(1, x=2) }}
        {{ '<%s>'|safe|format('<') }} {{ 'x%s'|format(html|e) }}
    """,
    "filter/html": """
        {{ html|e }} {{ html|escape }} {{ html|forceescape }} {{ html|e|forceescape }} {{ html|safe }}
        {{ n|e }} {{ none|e }} {{ l|e }} {{ (html|e) ~ '<' }} {{ (html|e) + '<' }} {{ '<' + (html|e) }}
        {{ html|striptags }} {{ '<!-- a --> x <b>y</b> &lt; &#39; &nbsp;z'|striptags }} {{ n|striptags }} {{ '<a <b> c'|striptags }} {{ 'a < b'|striptags }}
        {{ s|urlencode }} {{ u|urlencode }} {{ 'a/b c&d=é'|urlencode }} {{ d|urlencode }} {{ [('a', 1), ('b c', '/')]|urlencode }} {{ n|urlencode }}
        {{ l|urlencode }}
        {{ none|urlencode }} {{ ''|urlencode }} {{ '~.-_'|urlencode }}
        {{ urls|urlize }}
        {{ urls|urlize(20) }}
        {{ urls|urlize(nofollow=true, target='_blank') }}
        {{ 'x https://a.example.net. (https://b.example.net/x(y)) <https://c.example.net> "https://d.example.net"'|urlize }}
        {{ 'mailto:a@b.example ftp://x tel:5 http://localhost:80/x'|urlize }}
        {{ 'ftp://x.example.net a'|urlize(extra_schemes=['ftp:']) }}
        {{ 'https://a.example.net'|urlize(rel='me') }} {{ n|urlize }} {{ 'www.a.net\nb@c.example'|urlize }}
        {{ {'class': 'x y', 'id': none, 'n': 1, 'q': '"<'}|xmlattr }}|{{ {}|xmlattr }}|{{ {'a': 'b'}|xmlattr(false) }}
        {{ {'a b': 1}|xmlattr }}
        {{ l|xmlattr }}
        {{ d|tojson }} {{ html|tojson }} {{ u|tojson }} {{ m|tojson }} {{ f|tojson }} {{ big|tojson }}
        {{ rows|tojson(indent=2) }}
        {{ d|tojson(2) }}
        {{ missing|tojson }}
        {{ {1: 2}|tojson }} {{ {true: 2}|tojson }} {{ {none: 2}|tojson }} {{ (1, 2)|tojson }}
        {{ {'a': 1, 2: 3}|tojson }}
        {{ {(1, 2): 3}|tojson }}
        {{ range(3)|tojson }}
        {{ '<'|tojson|e }} {{ ('<'|tojson) ~ '<' }} {{ ('<'|tojson) + '<' }}
        {{ d|pprint }} {{ rows|pprint }} {{ long|pprint }} {{ m|pprint }}
        {{ s|pprint }} {{ n|pprint }} {{ none|pprint }} {{ (1,)|pprint }} {{ nested|pprint }}
        {{ 'a&amp;b'|safe|striptags }} {{ '&amp;'|safe|upper }} {{ ('<b>'|safe).striptags() }} {{ ('&lt;'|safe).unescape() }}
        {{ ('a,b'|safe).split(',') }} {{ ('<'|safe).join(['<', 1]) }} {{ ('%s'|safe) % '<' }} {{ ('{}'|safe).format('<') }} {{ ('x'|safe) * 2 }}
        {{ ('a<'|safe)[0] }} {{ ('abc'|safe)[::-1] }} {{ 'a' in ('abc'|safe) }} {{ ('a'|safe) == 'a' }} {{ {'a'|safe: 1}['a'] }}
        {{ ['<'|safe, '<'] }} {{ ['<'|safe, '<']|join('|') }} {{ ['<'|safe, '<']|join }} {{ ('<'|safe)|length }}
        {% autoescape true %}{{ html }} {{ html|safe }} {{ html ~ '<' }} {{ n }} {{ l }} {{ ['<', '>'|safe]|join('&') }}{% endautoescape %}
        {% autoescape true %}{% set x %}<{{ '<' }}{% endset %}{{ x }}{{ x ~ '<' }}{% macro m(a) %}<{{ a }}{% endmacro %}{{ m('<') }}{% endautoescape %}
        {% autoescape true %}{% filter upper %}<a>{{ '<' }}{% endfilter %}{{ 'a'|replace('a', '<') }}{{ ('<'|e)|replace('&', '<') }}{% endautoescape %}
        {% autoescape yes %}{{ html }}{% endautoescape %}{% autoescape no %}{{ html }}{% endautoescape %}
    """,
    "filter/number": """
        {{ -5|abs }} {{ -2.5|abs }} {{ true|abs }} {{ z|abs }}
        {{ s|abs }}
        {{ none|abs }}
        {{ '42'|int }} {{ '4_2'|int }} {{ ' 7 '|int }} {{ '3.9'|int }} {{ '-3.9'|int }} {{ 'x'|int }} {{ 'x'|int(5) }} {{ none|int }} {{ f|int }} {{ true|int }} {{ '٣'|int }}
        {{ '1a'|int(base=16) }} {{ '0x1A'|int(0, 16) }} {{ '0b11'|int(0, 2) }} {{ '0o17'|int(base=8) }} {{ '12'|int(base=3) }} {{ 'zz'|int(-1, 36) }} {{ '0x1f'|int }} {{ '0x1f'|int(base=0) }}
        {{ l|int }} {{ d|int(9) }} {{ '1e3'|int }} {{ 'nan'|int }} {{ ''|int }} {{ '+5'|int }} {{ '- 5'|int }}
        {{ 'inf'|int }}
        {{ big|int }} {{ (big|string)|int }} {{ big|float }}
        {{ '1.5'|float }} {{ '1_0.5'|float }} {{ 'x'|float }} {{ 'x'|float(2.5) }} {{ none|float }} {{ n|float }} {{ '1e5'|float }} {{ 'inf'|float }} {{ '-Infinity'|float }} {{ 'nan'|float }} {{ ' 2 '|float }} {{ '.5'|float }} {{ '5.'|float }} {{ '0x1'|float }} {{ l|float }}
        {{ missing|int }}
        {{ missing|float }}
        {{ f|round }} {{ f|round(1) }} {{ f|round(2, 'floor') }} {{ f|round(1, 'ceil') }} {{ half|round }} {{ 3.5|round }} {{ -2.5|round }} {{ n|round }} {{ n|round(-1) }} {{ 1234.5678|round(-2) }} {{ n|round(2) }} {{ true|round }}
        {{ 0.15|round(1) }} {{ 2.675|round(2) }} {{ 1e300|round(2) }} {{ 1.005|round(2) }} {{ 25|round(-1) }} {{ 35|round(-1) }} {{ n|round(1, 'floor') }} {{ 1.23456789|round(precision=4) }}
        {{ 1|round(0, 'x') }}
        {{ s|round }}
        {{ none|round }}
        {{ l|sum }} {{ [1, 2.5]|sum }} {{ rows|sum(attribute='id') }} {{ l|sum(start=10) }} {{ [[1], [2]]|sum(start=[]) }} {{ el|sum }} {{ [0.1] * 3|sum }}
        {{ w|sum }}
        {{ rows|sum(attribute='n') }}
        {{ [0.1, 0.2, 0.3]|sum }} {{ [true, true]|sum }} {{ 'abc'|sum(start='') }}
        {{ 0|filesizeformat }} {{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1000000|filesizeformat }} {{ 1e9|filesizeformat }} {{ 1023|filesizeformat(true) }} {{ 1024|filesizeformat(binary=true) }} {{ big|filesizeformat }} {{ '1500'|filesizeformat }} {{ -5000|filesizeformat }} {{ 1e30|filesizeformat }}
        {{ s|filesizeformat }}
        {{ l|min }} {{ l|max }} {{ w|min }} {{ w|max }} {{ w|min(case_sensitive=true) }} {{ w|max(true) }} {{ rows|max(attribute='id') }} [{{ el|min }}] {{ 'hello'|max }} {{ d|min }}
        {{ m|min }}
        {{ [1, none]|max }}
        {{ rows|min(attribute='n') }}
    """,
    "filter/sequence": """
        {{ l|first }} {{ l|last }} {{ s|first }} {{ s|last }} {{ d|first }} [{{ el|first }}] [{{ e|last }}] {{ rows|first }}
        {{ (el|first).x }}
        {{ (el|last).x }}
        {{ d|last }}
        {{ n|first }}
        {{ l|join }} {{ l|join(', ') }} {{ w|join(1) }} {{ rows|join(',', attribute='id') }} {{ rows|join(',', 'sev') }} {{ d|join('-') }} {{ s|join('.') }} {{ m|join('|') }} [{{ el|join(',') }}]
        {{ n|join }}
        {{ rows|join(',', attribute='l.k') }}
        {{ l|sort }} {{ w|sort }} {{ w|sort(reverse=true) }} {{ w|sort(case_sensitive=true) }} {{ rows|sort(attribute='sev')|map(attribute='id')|list }} {{ rows|sort(true, attribute='id')|map(attribute='id')|list }} {{ s|sort }} {{ d|sort }}
        {{ m|sort }}
        {{ rows|sort(attribute='n') }}
        {{ rows|sort(attribute='sev,id')|map(attribute='id')|list }} {{ [[2, 1], [1, 2]]|sort(attribute='1') }} {{ [[2, 1], [1, 2]]|sort(attribute=0) }}
        {{ w|unique|list }} {{ w|unique(true)|list }} {{ rows|unique(attribute='sev')|map(attribute='id')|list }} {{ [1, 1.0, true, '1']|unique|list }}
        {{ [[1], [1]]|unique|list }}
        {{ [1,2,3,4,5]|batch(2)|list }} {{ [1,2,3]|batch(2, 'x')|list }} {{ [1,2,3,4,5,6,7]|slice(3)|list }} {{ [1,2,3,4]|slice(3, 'x')|list }} {{ el|batch(2)|list }} {{ el|slice(2)|list }}
        {{ l|slice(0)|list }}
        {{ l|batch('x')|list }}
        {{ l|map('string')|list }} {{ w|map('upper')|join }} {{ rows|map(attribute='sev')|list }} {{ rows|map(attribute='l.k')|list }}
        {{ rows|map(attribute='tags.0')|list }} {{ rows|map(attribute='tags.0', default='-')|list }} {{ w|map('replace', 'a', 'z')|list }} {{ w|map('truncate', length=1)|list }}
        {{ rows|map(attribute='l', default={})|list }} {{ rows|map(attribute='zz')|list }} {{ [[1, 2], [3]]|map('sum')|list }} {{ [[1, 2], [3]]|map(attribute=0)|list }}
        {{ l|map }}
        {{ l|map()|list }}
        {{ l|map('nosuch')|list }}
        {{ l|map('upper', foo=1)|list }}
        {{ l|map(attribute='x', bar=1)|list }}
        {{ l|map('int') }}
        {{ l|select('odd')|list }} {{ l|select|list }} {{ m|select('string')|list }} {{ m|reject('none')|list }} {{ m|reject|list }} {{ l|select('gt', 1)|list }} {{ l|select('divisibleby', 2)|list }} {{ m|select('defined')|list }}
        {{ l|select('nosuch')|list }}
        {{ m|select('gt', 1)|list }}
        {{ rows|selectattr('n')|map(attribute='id')|list }} {{ rows|selectattr('sev', 'equalto', 'low')|map(attribute='id')|list }} {{ rows|rejectattr('l')|map(attribute='id')|list }} {{ rows|selectattr('l', 'defined')|list|length }} {{ rows|rejectattr('sev', 'in', ['low'])|map(attribute='id')|list }} {{ rows|selectattr('l.k', 'eq', 'v')|list }}
        {{ rows|selectattr('n', '>', 3)|list }}
        {{ rows|selectattr() }}
        {% for k, g in rows|groupby('sev') %}{{ k }}:{{ g|map(attribute='id')|list }} {% endfor %}
        {% for k, g in rows|groupby('sev', case_sensitive=true) %}{{ k }}:{{ g|length }} {% endfor %}{% for g in rows|groupby('n', default=0) %}{{ g.grouper }}{{ g.list|length }}{{ g }}{% endfor %}
        {{ rows|groupby('l.k', default='none')|list }}
        {{ rows|groupby('n') }}
        {{ d|dictsort }} {{ d|dictsort(true) }} {{ d|dictsort(reverse=true) }} {{ {'x': 2, 'y': 1}|dictsort(by='value') }} {{ {'x': 'B', 'y': 'a'}|dictsort(false, 'value') }}
        {{ d|dictsort(by='value') }}
        {{ d|dictsort(by='x') }}
        {{ l|dictsort }}
        {{ d|items|list }} {{ missing|items|list }} {% for k, v in d|items %}{{ k }}{% endfor %}
        {{ l|items|list }}
        {{ l|random in l }} [{{ el|random }}]
        {{ d|attr('keys')() }} [{{ d|attr('b') }}] {{ s|attr('upper')() }} [{{ s|attr('__class__') }}]
        {{ (s|attr('__class__')).x }}
        {{ missing|default('x') }} {{ e|default('x') }} {{ e|default('x', true) }} {{ none|d('x') }} {{ none|d('x', boolean=true) }} {{ z|default(5, true) }} [{{ missing|default }}] {{ rows[0].zz|default(rows[0].id) }}
        {{ missing.x|default('y') }}
    """,
    "test": """
        {{ n is defined }} {{ missing is defined }} {{ missing is undefined }} {{ rows[0].zz is defined }} {{ none is none }} {{ none is not none }} {{ n is none }}
        {{ n is number }} {{ f is number }} {{ yes is number }} {{ s is number }} {{ n is integer }} {{ yes is integer }} {{ f is integer }} {{ f is float }} {{ n is float }} {{ yes is boolean }} {{ z is boolean }} {{ big is integer }}
        {{ s is string }} {{ (s|e) is string }} {{ l is string }} {{ l is sequence }} {{ s is sequence }} {{ d is sequence }} {{ n is sequence }} {{ d is mapping }} {{ l is mapping }} {{ l is iterable }} {{ s is iterable }} {{ n is iterable }} {{ missing is iterable }} {{ range(3) is sequence }} {{ missing is sequence }} {{ l|map('int') is sequence }}
        {{ yes is true }} {{ 1 is true }} {{ no is false }} {{ 0 is false }} {{ none is false }}
        {{ 3 is odd }} {{ 4 is even }} {{ -3 is odd }} {{ 2.0 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(num=2) }} {{ 7 is not divisibleby 7 }}
        {{ s is odd }}
        {{ 1 is divisibleby 0 }}
        {{ n is eq 42 }} {{ n is equalto 42.0 }} {{ n is ne 1 }} {{ n is gt 1 }} {{ n is ge 42 }} {{ n is lt 1 }} {{ n is le 42 }} {{ n is lessthan 50 }} {{ n is greaterthan 50 }} {{ s is eq s }}
        {{ n is gt 'a' }}
        {{ 1 is in l }} {{ 'D' is in s }} {{ 'b' is in d }} {{ 9 is not in l }} {{ none is sameas none }} {{ l is sameas l }} {{ [1] is sameas [1] }} {{ yes is sameas true }}
        {{ 1 is in n }}
        {{ 'AB' is upper }} {{ 'Ab' is upper }} {{ 'ab' is lower }} {{ n is lower }} {{ '1' is upper }} {{ '' is lower }}
        {{ s.upper is callable }} {{ s is callable }} {{ dict is callable }} {{ missing is callable }} {{ range is callable }}
        {{ 'upper' is filter }} {{ 'nosuch' is filter }} {{ 'odd' is test }} {{ 'x' is test }}
        {{ (html|e) is escaped }} {{ html is escaped }} {{ (html|safe) is escaped }}
        {{ n is nosuch }}
        {{ n is divisibleby }}
        {{ 1 is odd and 2 is even }} {{ not 1 is odd }} {{ 1 is odd is true }}
        {{ n is number and n > 1 }} {{ n is in [42] and s is string }} {{ 5 is even or 5 is odd }} {{ n is gt 5 if yes else 0 }}
        {{ -1 is odd }} {{ l|length is gt 2 }} {{ l[0] is eq 3 }} {{ n + 1 is odd }}
    """,
    "operator": """
        {{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** -1 }} {{ 10 % 3.5 }} {{ -7.5 // 2 }}
        {{ 1 - -1 }} {{ - - 1 }} {{ +n }} {{ -f }} {{ -yes }} {{ not not n }}
        {{ -s }}
        {{ 1 ~ 2 ~ none ~ l }} {{ 'a' ~ 'b' * 2 }} {{ 1 ~ 2 + 3|string }}
        {{ 'a' 'b' ~ "c" }} {{ 'a' * 3 }} {{ 3 * [0] }} {{ (1,) * 2 }} {{ [1] + [2] }} {{ (1,) + (2,) }} {{ 'a' * -1 }} {{ 'a' * yes }}
        {{ s + n }}
        {{ n + s }}
        {{ l + s }}
        {{ none + 1 }}
        {{ d + d }}
        {{ l - l }}
        {{ s * s }}
        {{ s * 1.5 }}
        {{ 1 / 0 }}
        {{ 1 // z }}
        {{ 1 % z }}
        {{ 1.5 / 0.0 }}
        {{ 1.5 % 0 }}
        {{ 1.5 // 0 }}
        {{ 0 ** -1 }}
        {{ 10.0 ** 400 }}
        {{ big + 1 }} {{ big * big }} {{ big // 7 }} {{ big % 7 }} {{ -big // 7 }} {{ big / 3 }} {{ big - big }} {{ big > f }} {{ 2 ** 100 }} {{ 9007199254740991 + 1 }} {{ 9007199254740993 * 1.0 }} {{ 3037000500 * 3037000500 }}
        {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e-5 }} {{ 1.0 }} {{ 1.50 }} {{ 1e3 }} {{ 12345678.9 }} {{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1.5e-10 }} {{ 1E5 }} {{ 1e22 }} {{ 123456789012345680.0 }}
        {{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 == true }} {{ 1 != 2 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ (1,) <= (1, 0) }} {{ 'a' < 'B' }} {{ 1 in [1.0] }} {{ 1 < 2 in [true] }}
        {{ 1 < 'a' }}
        {{ none < 1 }}
        {{ d < d }}
        {{ [1] < (1,) }}
        {{ [1, 'a'] < [1, 2] }}
        {{ l == [3, 1, 2] }} {{ d == {'a': 'x', 'b': 1, 'C': none} }} {{ (1, 2) == [1, 2] }} {{ '1' == 1 }} {{ none == false }} {{ el == ed }} {{ 1 == true }} {{ missing == missing2 }} {{ missing == none }} {{ missing != 1 }}
        {{ 'D' in s }} {{ 1 in l }} {{ 'b' in d }} {{ 'x' not in s }} {{ '' in s }} {{ [1] in [[1]] }} {{ none in [none] }} {{ 'x' in missing }}
        {{ 1 in s }}
        {{ 1 in n }}
        {{ [] in d }}
        {{ n and s }} {{ z or 'x' }} {{ z and s }} {{ none or e or 0 }} {{ not e }} {{ yes and no or n }} {{ not yes and no }}
        {{ 'a' if yes }} [{{ 'a' if no }}] {{ 'a' if no else 'b' if no else 'c' }} {{ ('a' if no) is defined }}
        {{ ('a' if no).x }}
        {{ l[0] }} {{ l[-1] }} [{{ l[9] }}] {{ l[0:2] }} {{ l[::-1] }} {{ s[0] }} {{ s[-4:] }} {{ u[0] }}{{ u[1:3] }} {{ d['b'] }} [{{ d['zz'] }}] {{ (1, 2)[1] }} {{ l[true] }} [{{ l['0'] }}] [{{ l[1.0] }}] [{{ d[l] }}] {{ nested['_x'] }} {{ nested._x }}
        {{ n[0] }}|{{ none[0] }}|{{ n.foo }}|{{ s.foo }}|{{ l.foo }}|{{ none.foo }}
        {{ n[0].x }}
        {{ none.x.y }}
        {{ s.foo.bar }}
        {{ l[9].x }}
        {{ l.foo() }}
        {{ missing() }}
        {{ missing[0] }}
        {{ missing.x.y }}
        {{ missing[1:2] }}
        {{ n[1:] }}
        {{ l[5:] }} {{ z[:2] }}
        {{ d[1:2] }}
        {{ l['a':] }}
        {{ s[::0] }}
        {{ n() }}
        {{ s() }}
        {{ l.0 }} {{ rows.0.id }} {{ rows.1['sev'] }} {{ nested.a.b[1].c }} {{ nested['items'] }} {{ nested.items is callable }} {{ tree[0].k.0.n }}
        {{ [1, 2, 3][1] }} {{ {'a': {'b': 1}}.a.b }} {{ (1, 2, 3)|last }} {{ {'a': 1, 'a': 2} }} {{ {1: 'a', 1.0: 'b', true: 'c'} }} {{ {} }} {{ [] }} {{ () }} {{ (1) }} {{ (1,) }} {{ [1,] }} {{ {'a': 1,} }}
        {{ 1, 2 }} {{ 1,}} {{ [l, d] }} {{ [missing] }} {{ {'k': missing} }} {{ (missing, 1) }}
        {{ {[]: 1} }}
        {{ 'a\\'b\\x41\\u00e9\\n\\\\' }} {{ "a'b" }} {{ 'é🔥'|length }}
        {{ missing + 1 }}
        {{ 1 + missing }}
        {{ missing * 2 }}
        {{ missing < 1 }}
        {{ -missing }}
        {{ s % 1 }}
        {{ '%d' % 'x' }}
        {{ '%s-%s' % (1, 2) }} {{ '%(b)s' % d }} {{ '%5.1f|%-5s|%05d|%x' % (f, 'a', 42, 255) }} {{ '%s' % none }} {{ '%r' % s }} {{ '%%' % () }} {{ '%c%c' % (65, 'b') }}
        {{ missing % 2 }} {{ '%s' % missing }}
        {{ '%d' % missing }}
        {{ '%d' % 1.9 }} {{ '%i' % true }} {{ '%o' % 8 }} {{ '%e' % f }} {{ '%g' % 0.00001 }} {{ '%+d' % 5 }} {{ '% d' % 5 }} {{ '%#x' % 255 }} {{ '%.3s' % s }} {{ '%*d' % (5, 1) }}
    """,
    "method": """
        {{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ s.swapcase() }} {{ s.split() }} {{ s.split(' ', 1) }} {{ s.replace('D', 'x') }} {{ s.startswith('Disk') }} {{ s.find('F') }} {{ s.count('D') }} {{ s.index('F') }} {{ s.partition(' ') }} {{ s.center(21, '*') }} {{ s.zfill(20) }} {{ s.encode() }} {{ s.isupper() }}
        {{ s.index('zz') }}
        {{ s.upper(1) }}
        {{ s.split(1) }}
        {{ s.foo() }}
        {{ s.join(l) }}
        {{ '{} {:>5} {!r}'.format(1, 'a', s) }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{a[b]} {a.b}'.format(a=d) }} {{ '{:,.2f}'.format(12345.678) }} {{ '{{}}'.format() }} {{ '{:{}}'.format('a', 5) }} {{ '{x:{w}.{p}f}'.format(x=f, w=8, p=1) }} {{ '{0[0]}'.format(l) }}
        {{ '{}'.format() }}
        {{ '{a}'.format() }}
        {{ '{0} {}'.format(1, 2) }}
        {{ '{'.format() }}
        {{ '}'.format() }}
        {{ '{0.__class__}'.format(s) }}
        {{ '{0.__class__.x}'.format(s) }}
        {{ '{0.foo}'.format(s) }}|{{ '{0.foo.bar}'.format({'foo': {'bar': 1}}) }}|{{ '{0[zz]}'.format(d) }}
        {{ '{0[zz].x}'.format(d) }}
        {{ '{:d}'.format('x') }}
        {{ '{!x}'.format(1) }}
        {{ '{b}-{a}'.format_map(d) }} {{ '{b}'.format(**d) }} {{ '{}{}'.format(*l[:2]) }}
        {{ '{zz}'.format_map(d) }}
        {{ d.keys() }} {{ d.values() }} {{ d.items() }} {{ d.get('b') }} {{ d.get('zz') }} {{ d.get('zz', 1) }} {{ d.keys()|list }} {{ d.items()|list }} {{ d.copy() }} {{ d.pop('b') }} {{ d }} {{ d.setdefault('q', 1) }} {{ d.update({'r': 2}) }} {{ d }}
        {{ d.pop('zz') }}
        {{ d.popitem() }} {{ d }} {{ d.clear() }} {{ d }} {{ d.fromkeys('ab', 1) }}
        {{ d.get() }}
        {{ d.update(x=1) }}{{ d.x }} {{ d.update([('y', 2)]) }}{{ d['y'] }} {{ d.keys() == d.keys() }} {{ 'b' in d.keys() }} {{ 1 in d.values() }} {{ ('b', 1) in d.items() }} {{ d.keys()|length }}
        {{ l.append(9) }} {{ l }} {{ l.pop() }} {{ l.insert(0, 'a') }} {{ l.remove(1) }} {{ l.index(2) }} {{ l.count(2) }} {{ l.reverse() }} {{ l.extend('xy') }} {{ l }} {{ l.copy() }} {{ l.clear() }} {{ l }}
        {{ l.sort() }}{{ l }}{{ l.sort(reverse=true) }}{{ l }}{{ w.sort() }}{{ w }}
        {{ m.sort() }}
        {{ l.pop(9) }}
        {{ el.pop() }}
        {{ l.remove(9) }}
        {{ l.index(9) }}
        {{ n.bit_length() }} {{ f.is_integer() }} {{ n.real }} {{ n.imag }} {{ f.hex() }} {{ half.as_integer_ratio() }} {{ n.conjugate() }} {{ yes.real }} {{ n.numerator }}/{{ n.denominator }}
        {{ [1, 2].index(2) }} {{ (1, 2, 1).count(1) }} {{ {'a': 1}.get('a') }} {{ 'a'.join(['x', 'y']) }} {{ 'abc'.replace('b', '') }} {{ 5 .bit_length() }}
        {{ s.__class__ }} {{ s.__len__ }} {{ d.__dict__ }} [{{ s._x }}]
        {{ s.__class__.x }}
        {{ s.__class__() }}
        {{ s.__len__() }}
        {{ s['__class__'] }} {{ d['__class__'] }} {{ nested['_x'] }}
        {{ s['upper']() }} {{ d['keys']() }}
        {{ s.maketrans('D', 'x') }} {{ s.translate({68: 'x', 'k': 1}) }} {{ u.casefold() }} {{ u.isalpha() }} {{ u.encode('utf-8') }} {{ t.expandtabs(4) }} {{ t.splitlines() }} {{ t.isspace() }} {{ 'a1'.isidentifier() }} {{ s.isascii() }}
    """,
    "statement": """
        {% for i in l %}{{ i }}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}
        {% for i in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }}{% endfor %}
        {% for i in l %}{{ loop.cycle() }}{% endfor %}
        {% for i in l if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }} {% else %}none{% endfor %}
        {% for i in l if i > 9 %}{{ i }}{% else %}none{% endfor %} {% for i in el %}x{% else %}empty{% endfor %} {% for i in missing %}x{% else %}undefined{% endfor %}
        {% for k, v in d.items() %}{{ k }}={{ v }} {% endfor %}{% for k in d %}{{ k }}{% endfor %}
        {% for a, b in [[1, 2], (3, 4), 'xy'] %}{{ a }}{{ b }} {% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
        {% for a, b in l %}{{ a }}{% endfor %}
        {% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
        {% for a, b in [(1,)] %}{{ a }}{% endfor %}
        {% for i in n %}{% endfor %}
        {% for i in none %}{% endfor %}
        {% for x in tree recursive %}{{ loop.depth }}{{ x.n }}{% if x.k %}({{ loop(x.k) }}){% endif %}{% endfor %}
        {% for i in 'héy🔥' %}{{ i }}-{% endfor %} {% for i in range(3) %}{{ i }}{% endfor %} {% for i in range(5, 0, -2) %}{{ i }}{% endfor %} {% for i in (1, 2) %}{{ i }}{% endfor %} {% for i in 1, 2 %}{{ i }}{% endfor %}
        {% for i in l|sort|reverse %}{{ i }}{{ loop.length }}{{ loop.last }}{% endfor %} {% for i in l|map('string') %}{{ loop.length }}{{ loop.revindex }}{{ loop.nextitem }}{% endfor %}
        {% for i in l %}{% for j in l %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %} {% for i in l %}{% set o = loop %}{% for j in 'ab' %}{{ o.index }}{{ j }}{% endfor %}{% endfor %}
        {% for i in l %}{{ loop }}{% endfor %}
        {% for i in l %}{% set x = i %}{% endfor %}[{{ x }}] {% for i in l %}{% endfor %}[{{ i }}] {% set i = 0 %}{% for i in l %}{{ i }}{% endfor %}{{ i }}
        {% set ns = namespace(c=0, d=[]) %}{% for i in l %}{% set ns.c = ns.c + i %}{{ ns.d.append(i) }}{% endfor %}{{ ns.c }}{{ ns.d }}{{ ns }}
        {% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}[{{ ns.c }}]
        {% set ns = d %}{% set ns.x = 1 %}
        {% set a, b = 1, 2 %}{{ a }}{{ b }} {% set x = l %}{{ x.append(1) }}{{ l }} {% set (a, b) = [3, 4] %}{{ a + b }}
        {% set a, b = 1 %}
        {% set x %}a{{ n }}{% endset %}{{ x }}{{ x|length }} {% set y | upper | replace('A', 'B') %}aa{{ n }}{% endset %}{{ y }}
        {% if n %}a{% elif z %}b{% else %}c{% endif %}{% if z %}a{% elif n %}b{% endif %}{% if z %}a{% endif %}{% if not z %}d{% endif %}{% if n > 1 and s %}e{% endif %}
        {% if yes %}{% set q = 1 %}{% endif %}{{ q }} {% if no %}{% set r = 1 %}{% endif %}[{{ r }}] {% with %}{% set p = 1 %}{{ p }}{% endwith %}[{{ p }}]
        {% with a = 1, b = 2 %}{{ a + b }}{% with a = 3 %}{{ a }}{% endwith %}{{ a }}{% endwith %}[{{ a }}] {% with n = n + 1 %}{{ n }}{% endwith %}{{ n }}
        {% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m() }}{{ m(1) }}{{ m(1, c=3) }}{{ m(b=5, a=4) }}{{ m(1, 2, 3) }}
        {% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
        {% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
        {% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}
        {% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}
        {% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(*[1, 2]) }}{{ m(**{'b': 3}) }}{{ m(1, **{'b': 3}) }}
        {% macro box(t) %}<{{ t }}:{{ caller('arg') }}>{% endmacro %}{% call(x) box('T') %}in {{ x }} {{ n }}{% endcall %}{% macro c() %}{{ caller() }}{% endmacro %}{% call c() %}y{% endcall %}
        {% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
        {% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}
        {% macro fact(n) %}{% if n < 2 %}1{% else %}{{ n * fact(n - 1)|int }}{% endif %}{% endmacro %}{{ fact(10) }}
        {% macro m() %}{% set x = 1 %}{{ x }}{% endmacro %}{{ m() }}[{{ x }}] {% macro o() %}{% macro i() %}i{% endmacro %}{{ i() }}{% endmacro %}{{ o() }}[{{ i is defined }}]
        {{ m }}{% macro m() %}{% endmacro %}{{ m is callable }}
        {% filter upper %}a{{ s }}{% endfilter %} {% filter replace('a', 'b')|upper %}aa{% endfilter %} {% filter indent(2) %}a{% filter upper %}b{% endfilter %}{% endfilter %}
        {% raw %}{{ x }} {% if %}{% endraw %} {%- raw -%} {{ y }} {%- endraw -%} z
        a{# comment {{ x }} #}b{#- c -#} d {#+ e +#} f
        {% block b %}in{{ n }}{% endblock %}{{ self.b() }} {% block c scoped %}x{% endblock c %}
        {% for i in l %}{% block x %}{{ i }}{% endblock %}{% endfor %}
        {% for i in l %}{% block y scoped %}{{ i }}{{ loop.index }}{% endblock %}{% endfor %}
        {% include 'x' %}
        {% include 'x' ignore missing %}ok
        {% include ['x', 'y'] %}
        {% import 'x' as y %}
        {% from 'x' import y %}
        {% extends 'x' %}
        {% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.reset() }}{{ c.next() }} {% set j = joiner() %}{{ j() }}x{{ j() }}y {% set k = joiner('|') %}{{ k() }}x{{ k() }}
        {{ cycler() }}
        {{ dict(a=1, b=2) }} {{ dict({'a': 1}, b=2) }} {{ dict([('x', 1)]) }} {{ dict() }} {{ dict(d, **{'z': 1}) }} {{ range(4)|list }} {{ range(1, 10, 3)|list }} {{ range(3) }} {{ range(0)|list }} {{ range(10)[2] }} {{ range(10)[2:4] }} {{ 3 in range(5) }} {{ range(5)|length }}
        {{ range() }}
        {{ range(1.5) }}
        {{ range(1, 2, 0) }}
        {{ dict(1) }}
        {{ lipsum is callable }} {{ namespace is callable }} {{ lipsum(1, false)|length > 10 }}
    """,
    "space": """
        a {%- if yes %} b {%- endif %} c
        a {% if yes -%} b {% endif -%} c
        a\n{%- if yes -%}\nb\n{%- endif -%}\nc
        a\n{% if yes %}\nb\n{% endif %}\nc\n
        {{- n -}} x {{- s -}}
        a\n\n
        \n\na
        a {{+ n +}} b {%+ if yes +%} c {%+ endif +%} d
        {% for i in l -%}\n  {{ i }}\n{%- endfor %}
        {%- set x = 1 -%} y {{- x }}
        a\r\nb\rc\r\n
        {{ 'a\nb' }}|{{ "x\r\ny" }}
        {{\nn\n}} {%\nif\nyes\n%}a{% endif\n%}
        {{n}}{{s}}{%if yes%}x{%endif%}{#c#}
        }} %} #} { % { { x
        {{ '}}' }} {{ '%}' }} {{ {'a': {'b': 1}} }}
    """,
    "found by the fuzzer": """
        {% raw %}
        {#
        {{ -2.5|round }} {{ -0.5|round }} {{ -1.005|round(2) }}
        {{ l|urlencode }}
        {{ {1: 2}|xmlattr }}
        {{ {none: 2}|xmlattr }}
        {{ range(4).count(2.0) }} {{ range(4).count('a') }} {{ range(1, 9, 3).index(7) }} {{ range(4).index(true) }}
        {{ range(4).index(9) }}
        {{ range(4).index('a') }}
        {{ -(rows|groupby('id')|first) }}
        {{ (rows|groupby('id')|first) + [] }}
        {{ '\t'|filesizeformat }}
        {{ f|indent }}
        {{ d|indent }}
        {{ l|indent }}
        {{ 'x'|tojson(indent=missing) }} {{ 'x'|tojson(indent=l) }}
        {{ l|tojson(indent=missing) }}
        {{ d.get('C', 5) }} {{ d.setdefault('C', 5) }} {{ d.pop('C', 5) }} {{ d }}
        {{ 0 / -1 }} {{ 0.5 ** -2.5 }} {{ 2 ** -1074 }} {{ 1.1 ** 10 }} {{ 10 ** -3 }} {{ 2.0 ** 0.5 }}
        {{ [1, 'a']|sort }}
        {{ ['a', 1]|sort(reverse=true) }}
        {{ '%(a' % 1 }}
        {{ '%(a' % d }}
        {{ '{:c}'.format(2 ** 64) }}
        {{ ('a'|safe) + none }}
        {{ ('a'|safe) * 'b' }}
        {{ ('a'|safe) * none }}
        {{ 'a' * ('b'|safe) }}
        {{ namespace(missing) }}
        {{ d.items|wordcount }} {{ s.upper|string|length > 20 }}
        {{ dict(missing) }}
        {{ d.update(missing) }}
    """,
    "syntax": """
        {{ }}
        {{ n
        {% if %}
        {% if n %}
        {% endif %}
        {% for %}{% endfor %}
        {% for x y %}{% endfor %}
        {% for x in %}{% endfor %}
        {% for i in l %}{% else %}{% else %}{% endfor %}
        {% if n %}{% endfor %}
        {% if n %}{% else %}{% elif %}{% endif %}
        {% nosuch %}
        {% for x in l %}{% nosuch %}{% endfor %}
        {{ n | nosuch }}
        {{ n|nosuch.sub }}
        {{ n is nosuch.sub }}
        {{ n | }}
        {{ | n }}
        {{ n. }}
        {{ n.1a }}
        {{ n[ }}
        {{ n[] }}
        {{ (n }}
        {{ n) }}
        {{ [1, 2 }}
        {{ {'a' 1} }}
        {{ {'a': } }}
        {{ 'abc }}
        {{ "abc' }}
        {{ n ! }}
        {{ n ? 1 : 2 }}
        {{ n = 1 }}
        {{ n == }}
        {{ == n }}
        {{ not }}
        {{ n not 1 }}
        {{ n in }}
        {{ 1 2 }}
        {{ a b }}
        {{ f(a=1, 2) }}
        {{ f(*l, 1) }}
        {{ f(**d, *l) }}
        {{ f(, }}
        {{ n if }}
        {{ n if yes else }}
        {{ lambda x: x }}
        {{ n & 1 }}
        {{ n << 1 }}
        {{ @n }}
        {{ $n }}
        {{ n; }}
        {{ `n` }}
        {{ \\ }}
        {{ 1.2.3 }}
        {{ 1..2 }}
        {{ 01 }}
        {{ 1__0 }}
        {{ '\\x' }}
        {{ '\\u12' }}
        {{ '\\N{nosuch}' }}
        {% set %}
        {% set x %}
        {% set 1 = 2 %}
        {% set x.y.z = 1 %}
        {% set x[0] = 1 %}
        {% set none = 1 %}
        {% set x = %}
        {% set x = 1 = 2 %}
        {% macro %}{% endmacro %}
        {% macro m %}{% endmacro %}
        {% macro m(a=1, b) %}{% endmacro %}
        {% macro m(1) %}{% endmacro %}
        {% macro m() %}
        {% call m() %}
        {% call 5 %}{% endcall %}
        {% filter %}{% endfilter %}
        {% filter nosuch %}{% endfilter %}
        {% with a %}{% endwith %}
        {% with a = 1 %}
        {% block %}{% endblock %}
        {% block a-b %}{% endblock %}
        {% block a %}{% endblock %}{% block a %}{% endblock %}
        {% block a %}{% endblock b %}
        {% raw %}
        {# open
        {% autoescape %}{% endautoescape %}
        {% include %}
        {% import 'x' %}
        {% from 'x' import %}
        {% from 'x' import _a %}
        {% extends %}
        {% extends 'a' %}{% extends 'b' %}
        {% do n %}
        {% break %}
        {% trans %}{% endtrans %}
        {% debug %}
        {% for i in l recursive if i %}{% endfor %}
        {% for loop in l %}{% endfor %}
        {% if n = 1 %}{% endif %}
        {% else %}
        {% elif n %}
        {% end %}
        {% endfor %}
        {%%}
        {% 5 %}
        {% if n }}{% endif %}
        {{ n %}
        {{ n }} {{ n } }}
        {% print n %}
        a\nb\n{{ n | nosuch }}
        {{ {'a': 1}.b.c }}
        {{ [i for i in l] }}
        {{ l[1:2:3:4] }}
        {{ n is }}
        {{ n is not }}
        {{ n is 5 }}
        {{ n is eq }}
        {{ ... }}
        {{ l[...] }}
        {{ n .real }}
        {{ True }} {{ TRUE }} {{ tRUE }} {{ None }} {{ NONE }}
        {{ self }} {{ self.x }}
        {{ loop.index }}
        {{ caller() }}
        {{ super() }}
        {{ _ }} {{ __x }} {{ _('a') }}
    """,
}


def render(environment, template):
    context = json.loads(json.dumps(CONTEXT))
    try:
        return {"expected": environment.from_string(template).render(context)}
    except Exception as error:  # noqa: BLE001
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def parts_of(environment, template):
    """A template whose first error would hide what follows is taken apart."""
    parts = re.findall(r"\{\{.*?\}\}+", template)
    if len(parts) < 2 or "{%" in template or "error" not in render(environment, template):
        return [template]
    return parts


def main():
    environment = SandboxedEnvironment(loader=DictLoader({}))
    lines = []
    for group, text in GROUPS.items():
        rows = [row.strip() for row in text.strip().split("\n        ")]
        for number, row in enumerate(rows, 1):
            template = row.replace("\\n", "\n").replace("\\r", "\r") if group == "space" else row
            for part in parts_of(environment, template):
                case = {"name": f"{group} {number}", "template": part, **render(environment, part)}
                # What prints an address is different in every run.
                if " at 0x" not in str(case):
                    lines.append(json.dumps(case))
    folder = pathlib.Path(__file__).parent
    folder.joinpath("context.jsonl").write_text(json.dumps(CONTEXT) + "\n")
    folder.joinpath("cases.jsonl").write_text("\n".join(lines) + "\n")
    print(len(lines), "cases")


main()
