#!/usr/bin/env python3
"""Random templates with the answers of the ansible-core that is installed, as JSON lines.

    python templates.py --seed 1 --count 300 [--feature NAME]   makes templates
    python templates.py --answer < cases.jsonl                   answers given ones

A case has the form of the recorded ones beside it: id, kind, template, vars, expect.
Only the behaviour of ansible-core is used, through the interfaces that its own playbooks use.
"""
import argparse
import contextlib
import copy
import io
import json
import os
import pathlib
import random
import re
import signal
import sys
import time

FILES = pathlib.Path(__file__).resolve().parent.parent / 'fixtures' / 'oracle' / 'jinja' / 'files'
os.environ.update(ANSIBLE_CONFIG=str(FILES / 'ansible.cfg'), ANSIBLE_DEPRECATION_WARNINGS='0', ORACLE_ENV='from-env', TZ='UTC', HOME='/home/oracle', LC_ALL='C.UTF-8', LANG='C.UTF-8')
time.tzset()
os.chdir(FILES)

from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
context.CLIARGS = ImmutableDict(verbosity=0, tags=['all'], skip_tags=[], check=False, diff=False, subset=None, start_at_task=None)
from ansible._internal._datatag._tags import TrustedAsTemplate
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import EncryptedString, VaultSecret, VaultSecretsContext
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template
from ansible.utils.display import Display

init_plugin_loader([])
display = Display()
display.warning = lambda *a, **k: None
display.deprecated = lambda *a, **k: None
SECRETS = [('default', VaultSecret((FILES / 'vault-password').read_bytes().strip()))]
VaultSecretsContext.initialize(VaultSecretsContext(SECRETS))
loader = DataLoader()
loader.set_basedir(str(FILES))
loader.set_vault_secrets(SECRETS)


# --- answers -----------------------------------------------------------------------------------------------------

def inbound(v):
    if isinstance(v, str):
        return trust_as_template(v)
    if isinstance(v, list):
        return [inbound(x) for x in v]
    if isinstance(v, dict):
        if set(v) == {'__ansible_unsafe'}:
            return v['__ansible_unsafe']
        if set(v) == {'__ansible_vault'}:
            return TrustedAsTemplate().tag(EncryptedString(ciphertext=v['__ansible_vault']))
        return {inbound(k): inbound(x) for k, x in v.items()}
    return v


def type_name(v):
    import datetime
    for t in (bool, int, float, str, datetime.datetime, datetime.date, datetime.timedelta, dict, list, tuple, set):
        if isinstance(v, t):
            return t.__name__
    return 'null' if v is None else type(v).__name__


def plain(v):
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, str):
        return str(v)
    if isinstance(v, int):
        return int(v)
    if isinstance(v, float):
        f = float(v)
        return f if f - f == 0 else {'__type': 'float', 'text': repr(f)}
    if isinstance(v, dict):
        return {(str(k) if isinstance(k, str) else json.dumps(plain(k))): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    return {'__type': type_name(v), 'text': str(v)}


def untag(v):
    if isinstance(v, dict):
        return {untag(k): untag(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [untag(x) for x in v]
    return str(v) if isinstance(v, str) else v


def answer(case):
    def late(*_):
        raise TimeoutError('too long')
    signal.signal(signal.SIGALRM, late)
    signal.alarm(5)
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            variables = inbound(copy.deepcopy(case['vars']))
            variables['vars'] = dict(variables)
            templar = Templar(loader=loader, variables=variables)
            src = trust_as_template(case['template'])
            if case['kind'] == 'when':
                value = templar.evaluate_conditional(src)
            elif case['kind'] == 'text':
                value = templar.template(src, escape_backslashes=False)
                value = '' if value is None else untag(value)
                value = value if isinstance(value, str) else str(value)
            else:
                value = templar.template(src)
            value = untag(value)
            out = {'type': type_name(value), 'value': plain(value)}
            if not isinstance(value, (str, bool)):
                out['text'] = str(value)
            json.dumps(out).encode()
            return out
    except Exception as ex:
        if type(ex).__name__ == 'AnsibleValueOmittedError':
            return {'omitted': True}
        return {'error': {'class': type(ex).__name__, 'message': str(ex).replace(str(FILES), '{files}').split('\n')[0]}}
    finally:
        signal.alarm(0)


# --- templates ---------------------------------------------------------------------------------------------------

VARS = {
    'zero': 0, 'one': 1, 'seven': 7, 'neg': -3, 'big': 2**53 + 1, 'huge': 2**64, 'port': 8080,
    'fz': 0.0, 'half': 0.5, 'two': 2.0, 'negf': -2.5, 'tenth': 0.1, 'e16': 1e16, 'tiny': 1e-05, 'pi': 3.14159,
    'yes_b': True, 'no_b': False, 'nul': None,
    'empty': '', 'word': 'hello', 'phrase': 'Hello big World', 'uni': 'ünï ß ÀÉ', 'pad': '  pad\t', 'csv': 'a,b,,c',
    'digits': '12', 'negs': '-3', 'floats': '3.70', 'hexs': '0x1f', 'octs': '0644', 'expo': '1e3', 'yes_s': 'yes', 'no_s': 'no', 'true_s': 'True', 'none_s': 'None',
    'path': '/etc/foo.d/x.tar.gz', 'rel': 'a/../b/./c.txt', 'win': 'C:\\Windows\\x.txt', 'url': 'https://u:p@ex.com:80/p/a.b?q=1&r=2#f', 'ip': '192.168.1.10',
    'when_s': '2024-03-01 12:34:56', 'ver': '1.2.3', 'ver2': '1.10.0-rc1', 'lines': 'one\ntwo\n\nthree\n', 'quotes': 'it\'s "so"', 'emoji': 'a😀b',
    'pct': '%s-%d', 'brace': '{0}/{x}', 'kebab': 'a-b_c d.e', 'mixed': 'MiXeD cAsE', 'html': '<b>x & y</b>', 'json_s': '{"a": [1, 2.0, null, true]}', 'yaml_s': 'a: 1\nb: [x, yes]\n',
    'tmpl': '{{ word }}', 'tmpl_n': '{{ seven }}', 'chain': '{{ tmpl }}!', 'bad': '{{ nowhere }}', 'rec': '{{ rec }}',
    'ints': [3, 1, 2, 1], 'floatl': [1.5, 2.0, -1.0], 'strs': ['b', 'a', 'C', 'a'], 'mixedl': [1, 'a', None, True, 2.5], 'nested': [[1, 2], [3, [4, []]], 5], 'emptyl': [], 'nums_s': ['1', '10', '9'],
    'bools': [True, False, True], 'nul_l': [None, None], 'tl': ['{{ one }}', '{{ word }}', 'x'], 'pairs': [['a', 1], ['b', 2]],
    'd': {'b': 1, 'a': 'x', 'c': [1, 2]}, 'd2': {'a': {'x': 1, 'y': {'z': 2}}, 'e': None}, 'emptyd': {}, 'numd': {'1': 'one', '2': 'two'}, 'td': {'k': '{{ word }}', 'n': {'m': '{{ seven + 1 }}'}, 'u': '{{ nowhere }}'},
    'users': [{'name': 'bob', 'uid': 1001, 'tags': ['x', 'y'], 'active': True}, {'name': 'Alice', 'uid': 1000, 'tags': [], 'active': False}, {'name': 'carol', 'uid': 1003, 'tags': ['z'], 'active': True, 'extra': {'deep': 'v'}}],
    'kvs': [{'key': 'a', 'value': 1}, {'key': 'b', 'value': [2]}],
    'unsafe': {'__ansible_unsafe': '{{ word }}'},
}
INTS = ['zero', 'one', 'seven', 'neg', 'big', 'huge', 'port']
FLOATS = ['fz', 'half', 'two', 'negf', 'tenth', 'e16', 'tiny', 'pi']
STRS = ['empty', 'word', 'phrase', 'uni', 'pad', 'csv', 'digits', 'negs', 'floats', 'hexs', 'octs', 'expo', 'yes_s', 'no_s', 'true_s', 'none_s', 'path', 'rel', 'win', 'url', 'ip', 'when_s', 'ver', 'ver2', 'lines', 'quotes', 'emoji', 'pct', 'brace', 'kebab', 'mixed', 'html', 'json_s', 'yaml_s', 'tmpl', 'chain', 'unsafe']
LISTS = ['ints', 'floatl', 'strs', 'mixedl', 'nested', 'emptyl', 'nums_s', 'bools', 'nul_l', 'tl', 'pairs', 'users', 'kvs']
DICTS = ['d', 'd2', 'emptyd', 'numd', 'td']
ODD = ['nul', 'yes_b', 'no_b', 'nowhere', 'bad', 'omit', 'd.missing', 'd2.a.y', 'users[0]', 'users[9]', 'tmpl_n', 'nowhere.x.y']


class Maker:
    def __init__(self, rnd):
        self.r = rnd

    def pick(self, xs):
        return self.r.choice(xs)

    def chance(self, p):
        return self.r.random() < p

    # literals
    def int_lit(self):
        return self.pick(['0', '1', '2', '3', '-1', '10', '255', '1_000', '0x1F', '0o17', '0b101', '100000000000000000000', '(-7)', '4', '5'])

    def float_lit(self):
        return self.pick(['0.5', '2.0', '1e3', '1.5e-7', '-0.0', '3.14', '1e22', '0.30000000000000004', '100.0', '2.675'])

    def str_lit(self):
        s = self.pick(['', 'a', 'abc', 'x,y', 'A b', '12', '-', ',', ' ', 'é', '%', '%05.2f', 'o', '/', '.', '1.5', 'name', 'a.b', 'yes', '[1]', '\\n', '\\d+', '(.)', '#', '{}', '😀'])
        return self.quoted(s)

    def quoted(self, s):
        q = "'" if "'" not in s else '"'
        return q + s + q

    def small(self):
        return self.pick(['0', '1', '2', '3', '-1', '-2', '5', '20', 'one', 'seven', 'neg', 'none'])

    def atom(self, kind=None):
        kind = kind or self.pick(['int', 'float', 'str', 'str', 'list', 'dict', 'odd'])
        if kind == 'int':
            return self.pick(INTS) if self.chance(.6) else self.int_lit()
        if kind == 'num':
            return self.atom(self.pick(['int', 'float']))
        if kind == 'float':
            return self.pick(FLOATS) if self.chance(.6) else self.float_lit()
        if kind == 'str':
            return self.pick(STRS) if self.chance(.75) else self.str_lit()
        if kind == 'list':
            if self.chance(.7):
                return self.pick(LISTS)
            n = self.r.randrange(4)
            k = self.pick(['int', 'str', 'num', None])
            inner = [self.atom(k) for _ in range(n)]
            if self.chance(.2) and n:
                return '(' + ', '.join(inner) + ',)'
            return '[' + ', '.join(inner) + ']'
        if kind == 'dict':
            if self.chance(.7):
                return self.pick(DICTS)
            return '{' + ', '.join(self.pick(["'k'", "'a'", "'z'", '1', 'none', 'true', '2.0', 'word']) + ': ' + self.atom() for _ in range(self.r.randrange(3))) + '}'
        if kind == 'bool':
            return self.pick(['true', 'false', 'yes_b', 'no_b', 'True', 'none'])
        return self.pick(ODD)

    def expr(self, depth=2, kind=None):
        if depth <= 0:
            return self.atom(kind)
        which = self.r.randrange(12)
        if which < 3:
            return self.atom(kind)
        if which < 6:
            return self.filtered(depth - 1)
        if which == 6:
            k = self.pick(['num', 'int', 'str', 'list', None])
            a = self.expr(depth - 1, k)
            b = self.expr(depth - 1, k if self.chance(.7) else None)
            op = self.pick(['+', '-', '*', '/', '//', '%', '+', '~'])
            if op == '*' and ('huge' in b or '0000' in b or 'big' in b or 'e22' in b):
                b = '2'
            return f'({a} {op} {b})'
        if which == 7:
            op = self.pick(['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'])
            k = self.pick(['num', 'str', 'list', None])
            return f'({self.expr(depth - 1, k)} {op} {self.expr(depth - 1, k)})'
        if which == 8:
            op = self.pick(['and', 'or'])
            return f'({self.expr(depth - 1)} {op} {self.expr(depth - 1)})'
        if which == 9:
            a, c = self.expr(depth - 1), self.expr(depth - 1)
            return f'({a} if {self.tested()} else {c})' if self.chance(.8) else f'({a} if {self.tested()})'
        if which == 10:
            return self.subscripted(depth - 1)
        return self.method(depth - 1)

    def subscripted(self, depth):
        what = self.pick(['str', 'list', 'dict', None])
        a = self.expr(depth, what) if depth else self.atom(what)
        key = self.pick(["['a']", '.a', '[0]', '[-1]', '[1:]', '[:2]', '[::-1]', '[1:3]', '[-2:]', '[::2]', '.name', "['b']", '[one]', '.0', '[5]', '.c[1]', '.a.y.z', "['name']", '[none]', "['1']", '[1]', '[2.0]', '[true]', '[:]', '[3:1:-1]', '[10:]'])
        return f'{a}{key}'

    def method(self, depth):
        kind = self.pick(['str', 'str', 'str', 'list', 'dict', 'int'])
        a = self.atom(kind)
        if re.match(r'^-|^\d', a):
            a = f'({a})'
        if kind == 'str':
            m = self.pick(['upper()', 'lower()', 'title()', 'capitalize()', 'swapcase()', 'casefold()', 'strip()', "strip('a ')", "lstrip('h')", "rstrip('o\\t')", 'split()', "split(',')", "split('a', 1)", "rsplit('.', 1)", 'splitlines()', 'splitlines(true)', "replace('a', 'X')", "replace('a', 'X', 1)", "find('o')", "rfind('o')", "index('l')", "count('a')", "startswith('a')", "startswith(('a', 'h'))", "endswith('o')", 'isdigit()', 'isalpha()', 'isalnum()', 'islower()', 'isupper()', 'isspace()', 'istitle()', 'isnumeric()', 'isdecimal()', 'isidentifier()', 'isprintable()', 'isascii()', 'zfill(8)', "center(11, '*')", 'ljust(9)', "rjust(9, '-')", "partition('.')", "rpartition('/')", "join(['p', 'q'])", "join('xyz')", 'expandtabs(4)', "format(1, x=2)", "format('a', 'b')", "removeprefix('h')", "removesuffix('o')", "encode()", "encode('utf-8').decode()", "translate({97: 'Z'})", "format_map({'x': 1})"])
        elif kind == 'list':
            m = self.pick(["index('a')", 'index(1)', "count('a')", 'count(1)', 'copy()', 'append(4)', 'pop()', 'reverse()', 'sort()', 'extend([1])', 'insert(0, 9)', 'remove(1)', 'clear()'])
        elif kind == 'dict':
            m = self.pick(['keys()', 'values()', 'items()', 'keys() | list', 'items() | list', "get('a')", "get('zz')", "get('zz', 5)", "get('a', {}).x", 'copy()', "pop('a')", "update({'q': 1})", "setdefault('q', 2)", "keys() | sort", "values() | list", "popitem()", "items() | sort", "fromkeys(['a'])", "get(1)"])
        else:
            m = self.pick(['bit_length()', 'real', 'imag', 'is_integer()', 'conjugate()', 'to_bytes(8)', 'numerator', 'as_integer_ratio()', 'hex()', 'denominator'])
        return f'{a}.{m}'

    def tested(self, depth=1):
        t = self.pick([
            'defined', 'undefined', 'none', 'string', 'number', 'integer', 'float', 'boolean', 'mapping', 'sequence', 'iterable', 'true', 'false', 'even', 'odd', 'lower', 'upper', 'callable', 'sameas none', 'sameas true', 'divisibleby 2', 'divisibleby(0)',
            "in 'abc'", 'in [1, 2]', 'in ints', 'in strs', 'in d', 'eq 1', "eq('a')", 'ne 2', 'lt 5', 'gt(1)', 'le(0)', 'ge 2.0', '== 1', 'equalto 2', 'greaterthan 3', 'lessthan 3',
            "match('h')", "match('.*o$')", "search('l+')", "search('B', ignorecase=true)", "regex('^[a-z]+$')", "match('H', true)", "regex('x', match_type='fullmatch')", "search('t', multiline=true)",
            "contains('a')", 'contains(1)', 'contains(none)', "subset(['a', 'b', 'C'])", 'superset([1])', 'issubset(ints)', 'issuperset([])', 'all', 'any', 'nan', 'truthy', 'falsy', 'truthy(convert_bool=true)', 'falsy(convert_bool=true)',
            "version('1.2.3')", "version('1.10', '>=')", "version('1.3', '<', strict=true)", "version('1.2.3', 'ge', version_type='semver')", "version('2', operator='lt', version_type='pep440')", "version('1.0', 'eq', version_type='loose')",
            "abs", "exists", "file", "directory", "link", "uri", "url", "urn", "changed", "failed", "skipped", "succeeded", "success", "vault_encrypted", "vaulted_file", "escaped", "filter", "test", "same_file('/etc')", "mount", "is_abs", "timedout", "started", "finished", "reachable", "unreachable"])
        neg = 'is not' if self.chance(.2) else 'is'
        a = self.expr(depth - 1) if self.chance(.5) else self.atom()
        return f'({a} {neg} {t})'

    def filtered(self, depth, name=None):
        name = name or self.pick(FILTER_NAMES)
        kind, args = FILTERS[name]
        if self.chance(.15):
            kind = None
        a = self.expr(depth, kind) if self.chance(.4) else self.atom(kind)
        if a.startswith('-'):
            a = f'({a})'
        arg = self.pick(args)
        if callable(arg):
            arg = arg(self)
        arg = re.sub(r'<(\w+)>', lambda m: self.atom(None if m[1] == 'any' else m[1]), arg)
        out = f'{a} | {name}' + (f'({arg})' if arg else '')
        if name in SET_FILTERS:
            out = f'{out} | map("string") | sort(case_sensitive=true)'
        if name in LAZY and self.chance(.9):
            out += ' | list'
        return f'({out})' if self.chance(.7) or depth else out

    # statements
    def body(self, depth=2):
        n = self.r.randrange(1, 4)
        return ''.join(self.piece(depth) for _ in range(n))

    def text(self):
        return self.pick(['a', ' x ', '\n', '\n\n', '  \n  ', 'line\n', ' ', '\tt', '-', '{', '# no', 'end.', "{# c #}", "{#- c -#}", ' {#- d #}\n', "{% raw %}{{ x }}{% endraw %}", "{%- raw -%} {% y %} {%- endraw -%}", '\r\n', '%}', '}}', "\\n"])

    def tag(self, inner):
        a = self.pick(['', '', '', '', '-', '+'])
        b = self.pick(['', '', '', '', '-', '+'])
        return '{%' + a + ' ' + inner + ' ' + b + '%}'

    def out(self, e):
        a = self.pick(['', '', '', '', '-'])
        b = self.pick(['', '', '', '', '-'])
        return '{{' + a + ' ' + e + ' ' + b + '}}'

    def piece(self, depth):
        if depth <= 0:
            return self.text() if self.chance(.4) else self.out(self.expr(1))
        w = self.r.randrange(16)
        if w < 3:
            return self.text()
        if w < 6:
            return self.out(self.expr(1 + (w == 5)))
        if w == 6:
            els = self.tag('else') + self.body(depth - 1) if self.chance(.5) else ''
            elf = self.tag('elif ' + self.tested()) + self.body(depth - 1) if self.chance(.3) else ''
            return self.tag('if ' + self.tested()) + self.body(depth - 1) + elf + els + self.tag('endif')
        if w in (7, 8):
            it = self.pick(['ints', 'strs', 'users', 'd', 'd.items()', 'd | dictsort', 'range(3)', 'range(1, 9, 3)', 'emptyl', "'abc'", 'nested', 'pairs', 'word', 'd | dict2items', 'strs | sort', 'ints | batch(2)', 'nowhere', 'nul', 'users | groupby("active")', 'kvs'])
            target = 'k, v' if it in ('d.items()', 'd | dictsort', 'pairs', 'users | groupby("active")') else 'x'
            use = self.pick(['{{ x }}', '{{ loop.index }}', '{{ loop.index0 }}/{{ loop.length }}', '{{ loop.first }}{{ loop.last }}', '{{ loop.revindex }}', '{{ loop.revindex0 }}', '{{ x }}{{ "," if not loop.last }}', '{{ loop.cycle("o", "e") }}', '{{ loop.previtem | default("P") }}', '{{ loop.nextitem | default("N") }}', '{{ loop.changed(x) }}', '{{ loop.depth }}{{ loop.depth0 }}', '{{ x.name | default(x) }}', '{% set y = x %}{{ y }}', '{{ y | default("-") }}', '{{ loop }}', '{{ x + 1 }}', '{{ loop.nope }}'])
            if target == 'k, v':
                use = use.replace('x', 'k') + '{{ v }}'
                use = use.replace('indek', 'index').replace('nektitem', 'nextitem').replace('revindek', 'revindex')
            cond = self.pick(['', '', '', ' if x', ' if loop is defined', ' if x is defined', ' if not x']) if target == 'x' else ''
            els = self.tag('else') + 'none' if self.chance(.3) else ''
            rec = ' recursive' if self.chance(.1) else ''
            return self.tag(f'for {target} in {it}{cond}{rec}') + use + (self.piece(depth - 1) if self.chance(.4) else '') + els + self.tag('endfor')
        if w == 9:
            return self.tag('set v1 = ' + self.expr(1)) + self.out(self.pick(['v1', 'v1 | default("u")', 'v1 is defined']))
        if w == 10:
            f = self.pick(['', '', ' | upper', ' | trim', ' | int'])
            return self.tag('set v2' + f) + self.body(depth - 1) + self.tag('endset') + self.out(self.pick(['v2', 'v2 | length', 'v2 ~ "!"', '[v2]', 'v2 | type_debug']))
        if w == 11:
            return self.tag('with a = ' + self.expr(1) + self.pick(['', ', b = 2', ', b = a'])) + self.out(self.pick(['a', 'a ~ b | default("")', '[a]'])) + self.tag('endwith') + (self.out('a | default("gone")') if self.chance(.3) else '')
        if w == 12:
            sig = self.pick(['', 'a', 'a, b=2', 'a=one, b="x"', 'a, b=a'])
            call = self.pick(['m()', 'm(1)', 'm(1, 2)', 'm(b=3)', 'm(a=1)', 'm(1, 2, 3)', 'm(1, z=4)', 'm.name', 'm.arguments', 'm', 'm.catch_varargs', 'm.caller'])
            use = self.pick(['[{{ a }}]', '{{ a | default("A") }}{{ b | default("B") }}', '{{ varargs }}', '{{ kwargs }}', '{{ caller() if caller is defined else "nc" }}', '{{ word }}', '{{ a }}', '{% set q = a %}{{ q }}', ' {{ a }}\n'])
            return self.tag(f'macro m({sig})') + use + self.tag('endmacro') + self.out(call) + (self.tag('call m(1)') + 'body' + self.tag('endcall') if self.chance(.3) else '')
        if w == 13:
            return self.tag('filter ' + self.pick(['upper', 'trim', 'replace("a", "b")', 'indent(2)', 'length', 'title | lower', 'default("x")', 'b64encode', 'wordwrap(5)'])) + self.body(depth - 1) + self.tag('endfilter')
        if w == 14:
            return self.tag('set ns = namespace(n=0, l=[])') + self.tag('for i in ints') + '{% set ns.n = ns.n + i %}' + self.pick(['', '{% set ns.l = ns.l + [i] %}', '{% set _ = ns.l.append(i) %}']) + self.tag('endfor') + self.out(self.pick(['ns.n', 'ns.l', 'ns.q', '[ns.n, ns.l]', 'ns.n ~ ns.l']))
        return self.pick([
            '{% include "motd.txt" %}', '{% include "nope.j2" ignore missing %}', '{% include ["nope.j2", "motd.txt"] %}', '{% import "m.j2" as mm %}{{ mm is defined }}', '{% autoescape true %}{{ html }}{% endautoescape %}', '{% block b1 %}B{{ word }}{% endblock %}', '{% block b2 %}{% endblock %}{{ self.b2() }}', '{{ lookup("env", "ORACLE_ENV") }}', '{{ lookup("env", "NOPE", default="d") }}', '{{ query("items", [1, [2, [3]]], 4) }}', '{{ lookup("dict", d) }}', '{{ query("sequence", "start=1 end=4 stride=2 format=n%02d") }}', '{{ lookup("file", "motd.txt") }}', '{{ lookup("vars", "word", "seven") }}', '{{ lookup("varnames", "^e.*s$") }}', '{{ query("together", [1,2], "ab") }}', '{{ query("nested", [1,2], ["a"]) }}', '{{ query("subelements", users, "tags") }}', '{{ query("indexed_items", strs) }}', '{{ lookup("first_found", ["nope", "motd.txt"]) | basename }}', '{{ lookup("vars", "nowhere", default="z") }}', '{{ lookup("list", [1], 2) }}', '{{ lookup("template", "tpl.txt") }}', '{{ dict(a=1, b=word) }}', '{{ dict([["x", 1]]) }}', '{{ range(4) | list }}', '{{ cycler("a", "b").next() }}', '{{ joiner(",")() }}', '{{ undef("h") | default("u") }}', '{{ lipsum is defined }}', '{{ vars.word }}', '{{ vars["seven"] + 1 }}', "{{ 'a' 'b' }}", '{{ [1, 2,] }}', '{{ {"a": 1,} }}', '{{ 1 if true }}', '{{ (1, 2) }}', '{{ 1, 2 }}', '{{ not true }}', '{{ not nowhere }}', '{{ 2 ** 3 ** 2 }}', '{{ -2 ** 2 }}', '{{ 7 // -2 }}{{ -7 % 3 }}', '{{ 1 < 2 < 3 }}', '{{ 1 == 1.0 == true }}', '{{ "a" in "abc" in ["abc"] }}'])

    def version_pair(self):
        v = ['1.2.3', '1.10', '1.2.3-rc1', '2.0.0+b1', '1.0a1', '0.9', '1.2', 'v1.2', '1.2.3.4', '2024.1', '1.0.0-alpha.1', '10', '1.0.post1', '1!2.0', '', 'abc', '1.2b3', '1.0.dev1']
        ops = ['==', '!=', '<', '<=', '>', '>=', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', '=', '<>', 'nope']
        t = self.pick(['', '', ", version_type='semver'", ", version_type='pep440'", ", version_type='semantic'", ", version_type='loose'", ", version_type='strict'", ', strict=true'])
        return f"'{self.pick(v)}' is version('{self.pick(v)}', '{self.pick(ops)}'{t})"

    def regex(self):
        pats = ['l+', '(h)(e)', '(?P<first>\\w)(\\w+)', '^\\w+', '\\w+$', '[A-Z]', '(?i)HELLO', '\\bb', '(a|b)+', '\\d+', '.', '.*', '', '(?<=l)o', '(?<!l)o', '\\s+', '[^a-z ]', '(x)?(e)', '(?:l)(l)', '\\.', '(?s).+', '(?m)^t', '(?x) l  l # c', 'l{2}', 'l{1,}?', '\\Ah', 'o\\Z', '[\\w.]+', '(.)\\1', '(?P<c>.)(?P=c)', '[[:alpha:]]', '(', '*', '\\u0061', '\\x61', '(?a)\\w+', '[a-', '\\N', '(?P<n>', '(?>l+)', 'l++', '$', '^', '\\S', '[]a]+', '(?#comment)h', '(?(1)a|b)', '(h)?(?(1)e|x)']
        repls = ['X', '\\\\1', '[\\\\2\\\\1]', '\\\\g<1>', '\\\\g<first>', '<\\\\g<0>>', '', '\\\\0', '$1', '&', '\\\\3', '\\\\n', '{}', '\\\\\\\\', '\\\\g<9>', '\\1', '\\g<first>', '\\2-\\1']
        a = self.pick(['word', 'phrase', 'lines', 'uni', 'kebab', 'path', 'ip', 'quotes', 'mixed', 'ver2', 'emoji', 'empty', 'csv', "'aa bb'", '12', 'strs', 'none'])
        if self.chance(.6):
            a = self.pick([a, "'" + ''.join(self.pick('aabbc1 _-.\tAé') for _ in range(self.r.randrange(14))) + "'"])
            pats = [self.pattern(3)]
        p = self.quoted(self.pick(pats))
        w = self.pick(['replace', 'replace', 'search', 'findall', 'test', 'escape'])
        flag = self.pick(['', '', '', ', ignorecase=true', ', multiline=true', ', multiline=true, ignorecase=true'])
        if w == 'replace':
            extra = self.pick(['', '', ', count=1', ', mandatory_count=1', ', mandatory_count=9'])
            return f'{a} | regex_replace({p}, {self.quoted(self.pick(repls))}{flag}{extra})'
        if w == 'search':
            extra = self.pick(['', '', ", '\\\\1'", ", '\\\\g<first>'", ", '\\\\1', '\\\\2'", ", 'bad'"])
            return f'{a} | regex_search({p}{extra}{flag})'
        if w == 'findall':
            return f'{a} | regex_findall({p}{flag})'
        if w == 'escape':
            return f"{a} | regex_escape({self.pick(['', '', chr(39) + 'posix_basic' + chr(39), chr(39) + 'x' + chr(39)])})"
        return f"{a} is {self.pick(['match', 'search', 'regex'])}({p}{flag})"

    def pattern(self, depth):
        if depth == 0:
            return self.pick(['a', 'b', 'c', '1', '.', '\\w', '\\d', '\\s', '\\W', '[ab]', '[^a]', '[a-c1]', '\\b', '^', '$', 'ab', ' ', '-', '\\.', '[\\w-]', '\\B', 'é', '\\D', '\\S', '[^\\s]', '\\A', '\\Z', '_'])
        k = self.r.randrange(12)
        if k < 4:
            return ''.join(self.pattern(depth - 1) for _ in range(self.r.randrange(1, 4)))
        if k < 7:
            inner = self.pattern(depth - 1)
            if len(inner) > 1 and not re.fullmatch(r'\\.|\[[^\]]*\]', inner):
                inner = self.pick(['(?:', '(']) + inner + ')'
            return inner + self.pick(['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,1}?', '{,2}', '*+', '++', '{1,}'])
        if k < 9:
            return '(' + self.pattern(depth - 1) + ')' + self.pick(['', '', '\\1'])
        if k == 9:
            return self.pick(['(?:', '(']) + self.pattern(depth - 1) + '|' + self.pattern(depth - 1) + ')'
        if k == 10:
            return self.pick(['(?=', '(?!', '(?<=', '(?<!', '(?>', '(?i:', '(?s:', '(?-i:', '(?m:', '(?a:']) + self.pattern(depth - 1) + ')'
        return self.pick(['(?P<n>' + self.pattern(depth - 1) + ')(?P=n)?', '(a)?(?(1)b|c)', '(?i)' + self.pattern(depth - 1), '(?x) a b # c'])

    def formatted(self):
        kind = self.pick(['percent', 'filter', 'braces', 'round', 'strftime', 'sizes', 'numfmt'])
        if kind in ('percent', 'filter'):
            conv = self.pick(['%s', '%d', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%X', '%#x', '%o', '%#o', '%e', '%.2e', '%E', '%f', '%.0f', '%.3f', '%10.2f|', '%-10s|', '%10s', '%.2s', '%r', '%c', '%%', '%g', '%G', '%.3g', '%i', '%u', '%a', '%#g', '%+.1f', '%(a)s', '%q', '%5%'])
            arg = self.atom(self.pick(['num', 'str', 'int', 'list', None]))
            if kind == 'filter':
                return f"'{conv}' | format({self.pick([arg, arg, 'a=' + arg, arg + ', 1'])})"
            return f"'{conv}' % {self.pick([arg, '(' + arg + ',)', '(' + arg + ', 2)', 'd'])}"
        if kind == 'braces':
            spec = self.pick(['{}', '{0}', '{:>8}', '{:<8}|', '{:^9}', '{:*^9}', '{:05d}', '{:+}', '{:,}', '{:_}', '{:x}', '{:#x}', '{:b}', '{:.2f}', '{:10.3f}', '{:e}', '{:g}', '{:%}', '{:.1%}', '{!r}', '{!s:>5}', '{:d}', '{:s}', '{:.3}', '{0[0]}', '{0[a]}', '{x}', '{{}}', '{:n}', '{:c}', '{:08.2f}', '{:=+6}', '{0.real}', '{', '{:z}', '{!a}'])
            return f"'{spec}'.format({self.pick([self.atom('num'), self.atom('str'), self.atom(), self.atom('int') + ', 6'])})"
        if kind == 'round':
            return f"{self.atom('num')} | round({self.pick(['', '1', '2', '0, ' + chr(39) + 'ceil' + chr(39), '1, ' + chr(39) + 'floor' + chr(39), '-1', '2, ' + chr(39) + 'x' + chr(39), 'method=' + chr(39) + 'ceil' + chr(39)])})"
        if kind == 'strftime':
            f = self.pick(['%Y-%m-%d', '%H:%M:%S', '%A %B %d', '%a %b %e', '%j', '%U %W', '%V %G', '%y %C', '%I %p', '%s', '%Z %z', '%%', '%c', '%x', '%X', '%D %T %R', '%u %w', '%F', '%n%t', '%-d', '%k %l', '%f', '%h', '%E', '%Q', ''])
            return f"'{f}' | strftime({self.pick(['0', '1700000000', '951782400', '1700000000.9', '-1', chr(39) + '86400' + chr(39), '1e9', '4102444800, true', '0, utc=true', 'word', '1709210096'])})"
        if kind == 'sizes':
            return self.pick([f"{self.atom('num')} | human_readable({self.pick(['', 'true', 'unit=' + chr(39) + 'K' + chr(39), 'isbits=true', 'unit=' + chr(39) + 'b' + chr(39)])})", f"'{self.pick(['10 MB', '1K', '2.5g', '1 Mb', '10', 'x', '1 TiB', '0.1 k', '1 kB', '5 bytes', '1b', '-1K', ' 3 M '])}' | human_to_bytes({self.pick(['', chr(39) + 'M' + chr(39), 'isbits=true'])})", f"{self.atom('num')} | filesizeformat({self.pick(['', 'true'])})"])
        return f"{self.atom('num')} | {self.pick(['int', 'float', 'string', 'abs', 'int(base=16)', 'int(5)', 'float(1)', 'bool', 'to_json', 'log', 'log(2)', 'log(10)', 'pow(2)', 'root', 'root(3)', 'pow(0.5)', 'pow(-1)', 'tojson', 'to_yaml', 'type_debug', 'hash', 'checksum', 'quote', 'urlencode', 'b64encode', 'pprint'])}"

    def dated(self):
        a = self.pick(["'2024-02-29 13:45:07'", 'when_s', "'2023-12-31 23:59:59'", "'bad'"])
        t = f'({a} | to_datetime)'
        return self.pick([f'{t}.{m}' for m in ['year', 'month', 'day', 'hour', 'isoformat()', "strftime('%Y %j')", 'weekday()', 'isoweekday()', 'date()', 'timestamp()', 'time()', 'replace(year=2020)', 'date() | string', 'timetuple()', 'isocalendar()', 'microsecond', 'ctime()', 'tzinfo']] + [t, f"{t} - ('2024-01-01 00:00:00' | to_datetime)", f"({t} - ('2024-01-01 00:00:00' | to_datetime)).days", f"({t} - ('2024-01-01 00:00:00' | to_datetime)).total_seconds()", f"({t} - ('2024-01-01 00:00:00' | to_datetime)).seconds", f"'1 Mar 2024' | to_datetime('%d %b %Y')", f"'2024-060' | to_datetime('%Y-%j')", f"'12/31/99 11:59 PM' | to_datetime('%m/%d/%y %I:%M %p')", f"{t} < ('2025-01-01 00:00:00' | to_datetime)", f"{t} ~ ''", f"[{t}] | to_json", f"{t} | string", f"'2024-01-01T00:00:00Z' | to_datetime('%Y-%m-%dT%H:%M:%SZ')", f"{t} + 1", f"'2024-01-01 +0200' | to_datetime('%Y-%m-%d %z')", f"{t} | to_yaml", f"{t} | type_debug"])

    def case(self, feature):
        if feature == 'expr':
            return 'value', self.out(self.expr(2))
        if feature == 'filter':
            return 'value', '{{ ' + self.filtered(self.r.randrange(2)) + ' }}'
        if feature == 'when':
            return 'when', self.tested(2) if self.chance(.7) else self.expr(2)
        if feature == 'test':
            return 'value', '{{ ' + self.tested(1) + ' }}'
        if feature == 'text':
            over = self.pick([''] * 8 + ['#jinja2: trim_blocks: false\n', '#jinja2: lstrip_blocks: true\n', '#jinja2: trim_blocks:False, lstrip_blocks: True\n', "#jinja2: variable_start_string:'[%', variable_end_string:'%]'\n", '#jinja2: keep_trailing_newline: false\n', '#jinja2:lstrip_blocks:true,newline_sequence:"\\r\\n"\n', '#jinja2: line_statement_prefix: "%%"\n', '#jinja2: nope: 1\n'])
            return 'text', over + self.body(3) + self.pick(['', '\n', '\n\n'])
        if feature == 'value-text':
            return 'value', self.body(2)
        if feature == 'method':
            return 'value', '{{ ' + self.method(1) + ' }}'
        if feature == 'regex':
            return self.pick(['value', 'value', 'text']), '{{ ' + self.regex() + ' }}'
        if feature == 'version':
            return 'when', self.version_pair()
        if feature == 'format':
            return 'value', '{{ ' + self.formatted() + ' }}'
        if feature == 'date':
            return 'value', '{{ ' + self.dated() + ' }}'
        if feature == 'arith':
            ops = ['+', '-', '*', '/', '//', '%', '==', '<', '>=', '~']
            a, b, c = (self.atom(self.pick(['int', 'float', 'num', 'bool', 'str'] if self.chance(.2) else ['num'])) for _ in range(3))
            e = f'{a} {self.pick(ops)} {b}'
            if self.chance(.4):
                e = f'({e}) {self.pick(ops)} {c}'
            if self.chance(.1):
                e = f"{a} ** {self.pick(['2', '0', '3', '-1', '0.5', '-0.5', '10'])}"
            return 'value', '{{ ' + e + ' }}' + self.pick(['', '', ' '])
        if feature == 'json':
            f = self.pick(['to_json', 'to_nice_json', 'to_yaml', 'to_nice_yaml', 'to_json(indent=2)', 'to_nice_json(indent=2)', 'to_nice_json(sort_keys=false)', 'to_json(sort_keys=true)', 'to_yaml(indent=4)', 'to_nice_yaml(indent=2)', 'to_nice_yaml(width=20)', 'to_yaml(default_flow_style=false)', 'to_yaml(default_flow_style=true)', 'tojson', 'to_json(ensure_ascii=false)', 'to_nice_yaml(sort_keys=false)', 'to_yaml(explicit_start=true)', 'to_nice_yaml(allow_unicode=false)', 'to_json(separators=[",", ":"])', 'string', 'to_nice_yaml(indent=8)', 'to_yaml(width=1000)'])
            s = self.pick(YAML_STRINGS)
            q = json.dumps(s, ensure_ascii=False)
            data = self.pick(['s', '[s]', '{"k": s}', '{s: s}', '[[s], {"a": [s, {"b": s}]}]', '{"a": [], "b": {}, "c": s}', '[s, word, phrase]', self.atom(), '[' + self.atom() + ']', '{"x": ' + self.atom() + '}'])
            return 'value', '{{ ' + data + ' | ' + f + ' }}', {'s': {'__ansible_unsafe': s}}
        raise KeyError(feature)


YAML_STRINGS = ['', ' ', 'a', 'yes', 'no', 'true', 'null', '~', '1', '1.5', '0644', '0x1f', '1e3', '12:30', '2024-01-01', '2024-01-01 10:00:00', '- a', 'a: b', 'a:b', 'a #b', '#a', '!x', '&x', '*x', '%x', '@x', '`x', '|', '>', '? a', '?a', '-', '--- x', '...', '[a]', '{a}', ', a', "it's", '"q"', 'a\nb', 'a\n', '\na', 'a\n\nb\n\n', ' lead', 'trail ', 'tab\tx', 'x' * 100, 'word ' * 30, 'é', '😀', '\x07', 'a\u2028b', 'a\x85b', '\ufeff', '=', '<<', 'key: |', '1_000', '.5', '+1', '-.inf', '.nan', 'NaN', 'y', 'n', 'off', 'On', '0b1', '0o7', '{{ x }}', 'a\\b', 'C:\\x', "''", "'a'", 'a,b', 'a]', 'a}', 'a: ', ':a', ': a', 'a:', '::', 'word ' * 10 + '\n' + 'b ' * 50, 'a\r\nb', '\u00a0', 'a\u00a0b', '1.', '.', '._', '1:2:3', '-1', '--', '---', 'x: y: z', 'a  b', '  ', '\n', '\n\n', '  a\nb', 'a\n b', '\x7f', '\ud7ff', 'null ', 'ünï']

Q = "'"
FILTERS = {
    'abs': ('num', ['']), 'attr': (None, ["'a'", "'upper'", "'name'"]), 'batch': ('list', ['2', "2, 'x'", '3', '0', "2, fill_with=none"]), 'capitalize': ('str', ['']), 'center': ('str', ['', '20', '5', 'width=9']), 'count': (None, ['']),
    'd': (None, ["'D'", "'D', true", 'none', '']), 'default': (None, ["'D'", "'D', true", 'default_value=1', '[]', 'word', '', "'D', false", 'nowhere', 'omit', "boolean=true"]), 'dictsort': ('dict', ['', 'true', "false, 'value'", 'reverse=true', "by='x'"]), 'e': ('str', ['']), 'escape': ('str', ['']), 'filesizeformat': ('num', ['', 'true']),
    'first': ('list', ['']), 'float': (None, ['', '1.5', "'x'", 'default=2']), 'forceescape': ('str', ['']), 'format': ('str', ['1', "'a', 2", 'x=1']), 'groupby': ('list', ["'active'", "'name'", "'nope', default='z'", "0", "'uid', case_sensitive=true", "'key'"]), 'indent': ('str', ['', '2', '2, true', 'first=true, blank=true', "'> '", 'width=1', "4, blank=true"]),
    'int': (None, ['', '7', 'base=16', '0, 8', '0, 2', "'x'", 'default=none', "base=36", '5, 0']), 'items': ('dict', ['']), 'join': ('list', ['', "','", "', ', attribute='name'", "'-', 'uid'", 'd=1', '1']), 'last': ('list', ['']), 'length': (None, ['']), 'list': (None, ['']), 'lower': (None, ['']),
    'map': ('list', ["'upper'", "'string'", "attribute='name'", "attribute='nope', default='z'", "'int'", "'length'", "attribute=0", "'default', 'x'", "'extract', ['p', 'q', 'r', 's']", "'regex_replace', 'a', 'b'", "'nope'", "attribute='extra.deep', default=''", "'combine', {'z': 1}", "attribute='tags.0'", '', "'dict2items'", "'bool'", "'type_debug'", "'float'", "'first'"]),
    'max': ('list', ['', "attribute='uid'", 'true', "attribute='name'"]), 'min': ('list', ['', "attribute='uid'", 'case_sensitive=true']), 'pprint': (None, ['']), 'reject': ('list', ['', "'none'", "'eq', 1", "'string'", "'in', [1, 'a']", "'nope'"]), 'rejectattr': ('list', ["'active'", "'name', 'eq', 'bob'", "'extra', 'defined'", "'nope'", "'uid', '>', 1000", "'tags', 'contains', 'x'"]),
    'replace': (None, ["'a', 'b'", "'l', '', 1", "'', '-'", "'1', '2'", "'o', 1", "old='a', new='b'"]), 'reverse': (None, ['']), 'round': ('num', ['', '1', "0, 'ceil'", "1, 'floor'", '-2', '2, "x"']), 'safe': (None, ['']), 'select': ('list', ['', "'string'", "'gt', 1", "'defined'", "'match', 'a'", "'even'", "'truthy'", "'in', ints", "'mapping'"]),
    'selectattr': ('list', ["'active'", "'name', 'match', '[a-z]'", "'uid', 'ge', 1001", "'extra.deep', 'defined'", "'tags'", "'nope', 'undefined'", "'name', 'in', ['bob']", "'active', 'equalto', true", "'key', '==', 'a'"]), 'slice': ('list', ['2', "2, 'x'", '3', '1', "0"]), 'sort': ('list', ['', 'true', 'case_sensitive=true', "attribute='name'", "attribute='uid,name'", "true, true", "attribute='nope'", 'reverse=true']), 'string': (None, ['']), 'striptags': ('str', ['']), 'sum': ('list', ['', "attribute='uid'", 'start=10', "start=[]", "'uid', 5"]), 'title': (None, ['']), 'tojson': (None, ['', '2', 'indent=1']), 'trim': (None, ['', "'ah '", "chars='o'"]),
    'truncate': ('str', ['5', "8, true", "6, true, '..'", '3, false, "", 0', '', "9, leeway=0", "2"]), 'unique': ('list', ['', 'true', "attribute='active'", 'case_sensitive=true', "attribute='name'"]), 'upper': (None, ['']), 'urlencode': (None, ['']), 'urlize': ('str', ['', '10', "nofollow=true", "target='_blank'"]), 'wordcount': ('str', ['']), 'wordwrap': ('str', ['5', "8, false", "10, true, '|'", '', "6, break_on_hyphens=false"]), 'xmlattr': ('dict', ['', 'false']),
    'b64decode': ('str', ['', "encoding='utf-16'"]), 'b64encode': (None, ['', "encoding='latin-1'", "encoding='utf-16-le'"]), 'basename': ('str', ['']), 'bool': (None, ['']), 'checksum': (None, ['']), 'combinations': ('list', ['2', '0', '1', '9']), 'combine': ('dict', ["{'z': 1}", "{'a': {'q': 9}}, recursive=true", "{'c': [9]}, list_merge='append'", "{'c': [2, 9]}, list_merge='append_rp'", "{'c': [0]}, list_merge='prepend'", "d2, d, recursive=true, list_merge='prepend_rp'", "[{'m': 1}, {'m': 2}]", "'x'", '', "{'c': [9]}, list_merge='keep'", "{'c': 1}, list_merge='nope'", "td"]), 'comment': ('str', ['', "'c'", "'xml'", "decoration='! '", "'erlang'", "'cblock'", "'plain', prefix='##', postfix='##'", "'plain', prefix_count=2, newline='|'", "'nope'", "beginning='<', end='>'"]), 'commonpath': ('list', ['']), 'dict2items': ('dict', ['', "key_name='k', value_name='v'", "'n'"]), 'difference': ('list', ['[1]', 'strs', "['a']", '<any>']), 'dirname': ('str', ['']), 'expanduser': ('str', ['']), 'expandvars': ('str', ['']),
    'extract': (None, ['ints', "d", "d, 'x'", "strs", "users, 'name'", "d2, ['y', 'z']", "<any>"]), 'flatten': ('list', ['', '1', 'levels=0', 'skip_nulls=false', "levels=1, skip_nulls=false"]), 'from_json': ('str', ['', ]), 'from_yaml': ('str', ['']), 'from_yaml_all': ('str', ['']), 'hash': (None, ['', "'md5'", "'sha256'", "'sha512'", "'nope'", "'blake2b'"]), 'human_readable': (None, ['', 'true', "unit='M'", "false, 'K'", "isbits=true"]), 'human_to_bytes': (None, ['', "'K'", 'isbits=true']), 'intersect': ('list', ['[1, 2]', 'strs', '<list>']), 'items2dict': ('list', ['', "key_name='name', value_name='uid'", "'nope'"]), 'log': ('num', ['', '2', '10', "'x'"]), 'mandatory': (None, ['', "'msg'", "msg='m'"]), 'md5': (None, ['']), 'normpath': ('str', ['']), 'password_hash': ('str', ["'nope'"]), 'path_join': (None, ['']), 'permutations': ('list', ['', '2', '0']), 'pow': ('num', ['2', '0.5', '-1', "'x'", '0']), 'product': ('list', ['[1, 2]', "'ab'", 'strs, repeat=1', '', '[1], [2]']), 'quote': (None, ['']), 'realpath': ('str', ['']), 'regex_escape': (None, ['', "'posix_basic'"]), 'regex_findall': (None, ["'[a-z]'", "'(a)(.)'"]), 'regex_replace': (None, ["'[aeiou]', '*'", "'(.)', '\\\\1\\\\1'", "'a'", ""]), 'regex_search': (None, ["'[a-z]+'", "'(.)', '\\\\1'"]), 'rekey_on_member': (None, ["'name'", "'uid'", "'active', duplicates='overwrite'", "'active'", "'nope'"]), 'relpath': ('str', ["'/etc'", "'/'"]), 'root': ('num', ['', '3', '2', "'x'", '0']), 'sha1': (None, ['']), 'random': ('list', ["seed='x'", 'seed=1', "seed=word"]), 'shuffle': ('list', ["seed='x'", 'seed=7']), 'split': (None, ['', "','", "'a'", "',', 1", "''"]), 'splitext': (None, ['']), 'strftime': ('str', ['0', '86400', 'seven', "'x'"]), 'subelements': ('list', ["'tags'", "'tags', skip_missing=true", "'nope'", "'extra.deep'", "['tags']", "'nope', true"]), 'symmetric_difference': ('list', ['[1, 9]', 'strs', '<list>']), 'ternary': (None, ["'y', 'n'", "'y', 'n', 'u'", '1, 2', "true_val='y', false_val='n'", "'y', nowhere", "omit, 'x'"]), 'to_datetime': ('str', ['', "'%Y'", "'%d'"]), 'to_json': (None, ['']), 'to_nice_json': (None, ['', 'indent=2']), 'to_nice_yaml': (None, ['', 'indent=2', 'width=20']), 'to_uuid': (None, ['', "namespace='11111111-2222-3333-4444-555555555555'"]), 'to_yaml': (None, ['', 'indent=2']), 'type_debug': (None, ['']), 'union': ('list', ['[1, 9]', 'strs', '<list>']), 'urldecode': (None, ['']), 'urlsplit': ('str', ['', "'hostname'", "'port'", "'query'", "'nope'", "'username'", "'scheme'", "'path'", "'netloc'", "'fragment'", "'password'"]), 'win_basename': ('str', ['']), 'win_dirname': ('str', ['']), 'win_splitdrive': ('str', ['']), 'zip': ('list', ['strs', "'ab'", 'ints, strs', '', '<any>']), 'zip_longest': ('list', ['strs', "strs, fillvalue='-'", '']),
    'ansible.builtin.upper': ('str', ['']), 'ansible.builtin.combine': ('dict', ['d']), 'nope': (None, ['']), 'undef': (None, ['']), 'tojson_nope': (None, ['']), 'ansible.builtin.bool': (None, ['']), 'fileglob': ('str', ['']),
}
FILTER_NAMES = sorted(FILTERS)
SET_FILTERS = {'union', 'difference', 'intersect', 'symmetric_difference'}
LAZY = {'map', 'select', 'reject', 'selectattr', 'rejectattr', 'batch', 'slice', 'reverse', 'zip', 'zip_longest', 'product', 'combinations', 'permutations', 'items', 'from_yaml_all'}
FEATURES = {'expr': 20, 'filter': 24, 'when': 8, 'test': 8, 'text': 16, 'value-text': 8, 'method': 8, 'regex': 8, 'version': 4, 'format': 8, 'date': 2, 'arith': 8, 'json': 6}


def used(template, more):
    everything = {**VARS, **more}
    names = set()
    todo = [template]
    while todo:
        text = todo.pop()
        for name in set(re.findall(r'[a-z_]\w*', text)) & set(everything) - names:
            names.add(name)
            todo.append(json.dumps(everything[name]))
    if 'varnames' in template:
        names |= set(everything)
    return {name: everything[name] for name in everything if name in names}


def generate(seed, count, feature):
    rnd = random.Random(seed)
    for number in range(count):
        maker = Maker(rnd)
        chosen = feature or rnd.choices(list(FEATURES), list(FEATURES.values()))[0]
        kind, template, *more = maker.case(chosen)
        yield {'id': f'{chosen}-{seed}-{number}', 'feature': chosen, 'kind': kind, 'vars': used(template, more[0] if more else {}), 'template': template}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--count', type=int, default=300)
    ap.add_argument('--feature', choices=list(FEATURES))
    ap.add_argument('--answer', action='store_true')
    args = ap.parse_args()
    cases = (json.loads(line) for line in sys.stdin) if args.answer else generate(args.seed, args.count, args.feature)
    for case in cases:
        case['expect'] = answer(case)
        print(json.dumps(case))


if __name__ == '__main__':
    main()
