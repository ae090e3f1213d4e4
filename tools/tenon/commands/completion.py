# SPDX-License-Identifier: Apache-2.0
"""`tnimage completion`: a completion script, generated from the commands' own parsers."""
import argparse

from tenon import errors

EPILOG = """\
examples:
  source <(tnimage completion bash)                               this shell only
  tnimage completion bash > ~/.local/share/bash-completion/completions/tnimage
  tnimage completion zsh > "${fpath[1]}/_tnimage"
  tnimage completion fish > ~/.config/fish/completions/tnimage.fish
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "completion", help="print a completion script for bash, zsh or fish", epilog=EPILOG,
        description="Print a script that completes commands, options, choices and files.")
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(args):
    """Print the script of the shell."""
    from tenon import cli
    parser = cli.make_parser(cli.COMMANDS)
    commands = {name: describe(parser.commands.choices[name]) for name in cli.COMMANDS}
    script = {"bash": bash, "zsh": zsh, "fish": fish}[args.shell]
    print(script(cli.COMMANDS, commands), end="")
    return errors.OK


def describe(parser):
    """Options as (flags, takes a value, choices, help) and the choices of the positionals."""
    options, words = [], []
    for action in parser._actions:
        choices = [str(choice) for choice in action.choices or []]
        if action.option_strings:
            text = (action.help or "").replace("%(default)s", str(action.default))
            takes = action.nargs != 0 and not isinstance(action, argparse._HelpAction)
            options.append((action.option_strings, takes, choices, text))
        else:
            words += choices
    return {"options": options, "words": words}


def quote(text):
    """A word in single quotes for any of the shells."""
    return "'" + text.replace("'", "'\\''") + "'"


def bash(summaries, commands):
    lines = ["# bash completion of tnimage; made by 'tnimage completion bash'",
             "_tnimage() {",
             '    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"',
             "    local words=''",
             "    if [ \"$COMP_CWORD\" -eq 1 ]; then",
             f"        words={quote(' '.join(['--help', '--version', *summaries]))}",
             "    else",
             '        case "${COMP_WORDS[1]} $prev" in']
    for name, command in commands.items():
        for flags, _, choices, _ in command["options"]:
            if choices:
                patterns = "|".join(f"'{name} {flag}'" for flag in flags)
                lines.append(f"        {patterns}) words={quote(' '.join(choices))} ;;")
    lines += ["        *)", '            case "${COMP_WORDS[1]}" in']
    for name, command in commands.items():
        flags = [flag for option in command["options"] for flag in option[0]]
        lines.append(f"            {name}) words={quote(' '.join(flags + command['words']))} ;;")
    lines += ["            esac ;;", "        esac", "    fi",
              '    COMPREPLY=($(compgen -W "$words" -- "$cur"))',
              '    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))',
              "}", "complete -o filenames -F _tnimage tnimage"]
    return "\n".join(lines) + "\n"


def zsh_option(flags, takes, choices, text):
    """One argument for zsh's _arguments for each flag."""
    text = text.replace("[", "(").replace("]", ")").replace(":", " ")
    value = ""
    if takes:
        value = f":value:({' '.join(choices)})" if choices else ":value:_files"
    return [quote(f"{flag}[{text}]{value}") for flag in flags]


def zsh(summaries, commands):
    lines = ["#compdef tnimage", "# zsh completion of tnimage; made by 'tnimage completion zsh'",
             "_tnimage() {", "    local -a commands", "    commands=("]
    lines += [f"        {quote(name + ':' + text.replace(':', ' '))}"
              for name, text in summaries.items()]
    lines += ["    )", "    if (( CURRENT == 2 )); then",
              "        _describe command commands; return", "    fi",
              "    shift words; (( CURRENT-- ))", '    case "$words[1]" in']
    for name, command in commands.items():
        specs = [spec for option in command["options"] for spec in zsh_option(*option)]
        words = command["words"]
        specs.append(quote(f"*:word:({' '.join(words)})" if words else "*:file:_files"))
        lines.append(f"    {name}) _arguments {' '.join(specs)} ;;")
    return "\n".join(lines + ["    esac", "}", '_tnimage "$@"']) + "\n"


def fish(summaries, commands):
    lines = ["# fish completion of tnimage; made by 'tnimage completion fish'"]
    for name, text in summaries.items():
        lines.append(f"complete -c tnimage -n __fish_use_subcommand -f -a {name} "
                     f"-d {quote(text)}")
    for name, command in commands.items():
        here = f"complete -c tnimage -n '__fish_seen_subcommand_from {name}'"
        for flags, takes, choices, text in command["options"]:
            names = " ".join(f"-l {f[2:]}" if f.startswith("--") else f"-s {f[1:]}"
                             for f in flags)
            value = " -r" if takes else ""
            if choices:
                value += f" -f -a {quote(' '.join(choices))}"
            lines.append(f"{here} {names}{value} -d {quote(text)}")
        if command["words"]:
            lines.append(f"{here} -f -a {quote(' '.join(command['words']))}")
    return "\n".join(lines) + "\n"
