"""The codes of everything that can be wrong with a gitlab.rb itself. Stable: scripts match them."""

from __future__ import annotations

# Errors
NOT_TEXT = "not-text"  # bytes that are not UTF-8, or NUL
SYNTAX = "ruby-syntax"  # Ruby itself would refuse it
UNSUPPORTED = "ruby-unsupported"  # Ruby, but none of what glctl evaluates
TYPE_ERROR = "ruby-type-error"  # Ruby would raise: nil has no keys, a number is not text
UNKNOWN_SETTING = "unknown-setting"  # a top-level name that Omnibus does not know
STOPPED = "stopped-by-file"  # gitlab.rb itself: raise, abort
WRONG_TYPE = "wrong-type"  # a string where a hash belongs
UNREADABLE = "unreadable-file"  # what File.read or from_file names
NO_DOCUMENT = "no-yaml-or-json"  # text that YAML.load or JSON.parse refuses
TOO_DEEP = "too-deep"
TOO_LARGE = "too-large"
TOO_SLOW = "too-slow"
TOO_MANY = "too-many"  # errors: the rest of the file was not looked at

# Warnings: legal in Ruby, certainly not meant
LOCAL_VARIABLE = "local-variable"  # external_url = 'x'
NO_EFFECT = "no-effect"  # a value that nothing is done with
NEXT_LINE = "value-on-next-line"  # registry['a'] = with the next setting below it
HASH_IN_TEXT = "hash-in-text"  # "#{registry['dir']}" of a key that is not set
DUPLICATE_KEY = "duplicate-key"  # {'a' => 1, 'a' => 2}
