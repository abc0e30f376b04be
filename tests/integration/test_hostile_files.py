"""No gitlab.rb, however hostile, takes more than 2 s of processor time or 200 MB, or ends in a crash."""

from __future__ import annotations

import os

import pytest

from glctl.errors import ConfigError
from glctl.gitlabrb.model import Names
from glctl.gitlabrb.reader import evaluate

NAMES = Names(values=frozenset({"external_url", "roles"}), hashes=frozenset({"registry", "nginx"}))
MEGABYTES = 200
SECONDS = 2.0
FILES = {
    "a wide format": "roles '%1000000000d' % 1",
    "a precise format": "roles '%.1000000000f' % 1",
    "many wide formats": "roles format('%1000s' * 5000, *Array.new(5000, 'a'))",
    "a long string": "roles 'a' * 10**9",
    "a long array": "roles [1] * 10**9",
    "a filled array": "Array.new(10**9)",
    "a long range": "roles (1..10**18).to_a",
    "a long range of strings": "roles ('a'..'zzzzzzzzz').to_a",
    "an endless range": "roles (1..).to_a",
    "a range that is spread": "roles [*1..10**12]",
    "a range in a case": "case 1 when *1..10**9 then 1 end",
    "a range to walk through": "(1..10**18).each { |x| }",
    "numbers without a block": "roles 1.upto(10**30)",
    "an endless while": "while true; end",
    "an endless until": "x = 1 until false",
    "an endless loop": "loop { }",
    "an endless for": "for i in 1..10**9 do end",
    "a string that doubles": "s = 'ab'\nloop { s << s }",
    "a string that grows": "s = 'ab'\nloop { s << 'xxxxxxxxxx' }",
    "an array that doubles": "a = [1]\nloop { a.concat(a) }",
    "an array of copies": "a = []\nloop { a << a.dup }",
    "a hash of copies": "h = {}\ni = 0\nloop { i += 1; h[i] = h.dup }",
    "an array that is asked": "a = Array.new(100_000)\nloop { a.any? }",
    "an array that is spread": "a = Array.new(100_000, 1)\nloop { [*a] }",
    "an array that is sorted": "a = Array.new(50_000) { |i| -i }\nloop { a.sort! }",
    "an array without doubles": "roles Array.new(60_000) { |i| i }.uniq",
    "a hash that is searched": "h = {}\n30_000.times { |i| h[i] = i }\nloop { h.key(-1) }",
    "a hash that is spread": "h = {}\n30_000.times { |i| h[i] = i }\nloop { { **h } }",
    "texts that are compared": "s = 'a' * 5_000_000\nt = 'a' * 5_000_000\nloop { s == t }",
    "text that is searched": "s = 'a' * 7_000_000\nloop { s.rindex('b') }",
    "text in pieces": "roles ('a,' * 1_000_000).split(',')",
    "text in characters": "roles ('a' * 7_000_000).chars",
    "replacements that are longer": "roles ('a' * 1_000_000).gsub('a', 'b' * 26)",
    "a pattern that backtracks": "roles ('a' * 100_000) =~ /a*a*b/",
    "a number that squares": "x = 9\nloop { x = x * x }",
    "a power": "roles 9 ** 10**9",
    "a lambda in itself": "f = ->(x) { f.call(x) }\nf.call(1)",
    "two lambdas": "f = nil\ng = -> { f.call }\nf = -> { g.call }\nf.call",
    "an array in itself": "a = []\na << a\nroles a.flatten",
    "arrays in themselves": "a = []\na << a\nb = []\nb << b\nroles a <=> b",
    "many settings and a string": "".join(f"registry['k{i}'] = 'x{i}'\n" for i in range(5000))
    + "s = 'ab'\nloop { s << 'a' }",
    "nested brackets": f"roles {'[' * 20_000}{']' * 20_000}",
    "nested lambdas": f"x = {'-> { ' * 90}1{' }' * 90}",
    "many names": f"{', '.join(f'a{i}' for i in range(30_000))} = 1",
}


def usage_of(text: str) -> tuple[int, float, float]:
    """The exit status of evaluating *text* in a process of its own, its seconds and its megabytes."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            evaluate(text, "gitlab.rb", NAMES)
            status = 0
        except ConfigError:
            status = 0
        finally:
            os._exit(status)
    _, ended, usage = os.wait4(process, 0)
    return ended, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_soon_and_small(name: str) -> None:
    _, _, before = usage_of("")
    status, seconds, megabytes = usage_of(FILES[name])
    assert status == 0
    assert seconds < SECONDS
    assert megabytes - before < MEGABYTES
