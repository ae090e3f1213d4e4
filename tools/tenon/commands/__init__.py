# SPDX-License-Identifier: Apache-2.0
"""One module a command: add(subparsers) declares it, run(args) does it and returns an exit code."""
