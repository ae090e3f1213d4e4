# SPDX-License-Identifier: Apache-2.0
"""TOML as users write it: what Python's reader gives up on by other exceptions is no TOML either."""
import tomllib

Error = tomllib.TOMLDecodeError


def loads(text):
    """The tables of a text; Error says what is wrong, and mostly where."""
    try:
        return tomllib.loads(text)
    except Error:
        raise
    except RecursionError:
        raise Error("brackets inside brackets, too deep to be read") from None
    except ValueError:
        raise Error("a number of thousands of digits") from None
