# SPDX-License-Identifier: Apache-2.0
"""Fetches Debian source packages without touching the system's configuration of apt.

The machine's own package sources are copied with `deb` turned into `deb-src`, into a private
configuration with its own lists, so neither root nor a change of /etc/apt is needed. Mirrors,
proxies and keys stay the machine's own.
"""
import glob
import os
import re
import subprocess

# A one-line entry: type, options in brackets, the rest.
_LINE = re.compile(r"^\s*deb(?:-src)?\s+(.*\S)\s*$")


def from_list(text):
    """The deb-src lines for a one-line-style .list file."""
    out = []
    for line in text.splitlines():
        match = _LINE.match(line.split("#", 1)[0])
        if not match or re.search(r"(^|\s)cdrom:", match.group(1)):
            continue  # a disc holds no sources, and apt would ask for it
        entry = f"deb-src {match.group(1)}"
        if entry not in out:
            out.append(entry)
    return "".join(f"{entry}\n" for entry in out)


def _stanzas(text):
    """The stanzas of a deb822 file as lists of lines, without comments."""
    stanza = []
    for line in text.splitlines() + [""]:
        if line.startswith("#"):
            continue
        if line.strip():
            stanza.append(line)
        elif stanza:
            yield stanza
            stanza = []


def from_sources(text):
    """The deb-src stanzas for a deb822 .sources file; disabled ones are left out."""
    out = []
    for stanza in _stanzas(text):
        fields = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip().lower()
                  for line in stanza if not line[0].isspace() and ":" in line}
        if fields.get("enabled") in ("no", "false", "without", "off", "disable", "0"):
            continue
        lines = []
        skip = False
        for line in stanza:
            name = line.split(":", 1)[0].lower()
            if not line[0].isspace():
                # Architectures means nothing to source packages and is refused by old apts.
                skip = name in ("types", "architectures")
            if not skip:
                lines.append(line)
        out.append("\n".join(["Types: deb-src"] + lines) + "\n")
    return "\n".join(out)


def derive(apt_dir, out_dir):
    """Writes out_dir/*.list and *.sources from the sources under apt_dir; returns how many."""
    count = 0
    files = [os.path.join(apt_dir, "sources.list")]
    files += sorted(glob.glob(os.path.join(apt_dir, "sources.list.d", "*.list")))
    files += sorted(glob.glob(os.path.join(apt_dir, "sources.list.d", "*.sources")))
    for path in files:
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        convert = from_sources if path.endswith(".sources") else from_list
        result = convert(text)
        if result:
            suffix = ".sources" if path.endswith(".sources") else ".list"
            with open(os.path.join(out_dir, f"tenon-{count}{suffix}"), "w",
                      encoding="utf-8") as file:
                file.write(result)
            count += 1
    return count


def configure(work, apt_dir="/etc/apt"):
    """Makes the private configuration under work; returns (APT_CONFIG file, sources found)."""
    for name in ("parts", "lists/partial", "archives/partial"):
        os.makedirs(os.path.join(work, name), exist_ok=True)
    for old in glob.glob(os.path.join(work, "parts", "*")):
        os.unlink(old)
    count = derive(apt_dir, os.path.join(work, "parts"))
    config = os.path.join(work, "apt.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write('Dir::Etc::sourcelist "/dev/null";\n'
                   f'Dir::Etc::sourceparts "{work}/parts";\n'
                   f'Dir::State::lists "{work}/lists";\n'
                   f'Dir::Cache "{work}";\n'
                   'Acquire::Languages "none";\n')
        if os.geteuid() == 0:
            # Root's home is closed to apt's own unprivileged user.
            file.write('APT::Sandbox::User "root";\n')
    return config, count


def configure_binary(work, architecture):
    """Makes a private configuration for binary packages of another architecture, from the
    machine's own sources; returns the APT_CONFIG file. Nothing of the system's is changed."""
    for name in ("lists/partial", "archives/partial"):
        os.makedirs(os.path.join(work, name), exist_ok=True)
    config = os.path.join(work, "apt.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'APT::Architecture "{architecture}";\n'
                   f'APT::Architectures {{ "{architecture}"; }};\n'
                   f'Dir::State::lists "{work}/lists";\n'
                   'Dir::State::status "/dev/null";\n'
                   f'Dir::Cache "{work}";\n'
                   'Acquire::Languages "none";\n')
        if os.geteuid() == 0:
            file.write('APT::Sandbox::User "root";\n')
    return config


def newest(showsrc, package, upstream):
    """The newest version of package in `apt-cache showsrc` text that begins with upstream.

    Returns None when there is none.
    """
    name = None
    best = None
    for line in showsrc.splitlines():
        if line.startswith("Package: "):
            name = line.split(": ", 1)[1].strip()
        elif line.startswith("Version: ") and name == package:
            version = line.split(": ", 1)[1].strip()
            if re.match(re.escape(upstream) + r"(?![0-9])", version.split(":")[-1]):
                if best is None or _later(version, best):
                    best = version
    return best


def _later(one, other):
    return subprocess.run(["dpkg", "--compare-versions", one, "gt", other],
                          check=False).returncode == 0
