"""Finds links in *.md files that point to files which do not exist.

    check_links.py FOLDER
"""
import pathlib
import re
import sys
import urllib.parse

FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
# [text](target), ![image](target "title"), and [name]: target.
INLINE = re.compile(r"\]\(\s*<?([^\s()<>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s<>]+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def blank(match):
    """As many lines, with nothing in them."""
    return re.sub(r"[^\n]", " ", match.group())


def links(text):
    """(line, target) of all links outside of code."""
    # Names of files in links are often written `so`: [`a`](a) must keep its brackets.
    text = CODE.sub(blank, FENCE.sub(blank, text))
    for pattern in (INLINE, REFERENCE):
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start(1)) + 1, match.group(1)


def documents(root):
    """Not of build folders and what hides."""
    for path in sorted(root.rglob("*.md")):
        folders = path.relative_to(root).parts[:-1]
        if folders[:1] != ("build",) and not any(name.startswith(".") for name in folders):
            yield path


def fault(root, document, target):
    """What is wrong with a link, or None. A target that begins with / is the root's."""
    name = urllib.parse.unquote(target.partition("#")[0])
    if ELSEWHERE.match(target) or not name:
        return None
    base = root if name.startswith("/") else document.parent
    path = (base / name.lstrip("/")).resolve()
    if not path.is_relative_to(root):
        return "points out of the repository"
    return None if path.exists() else "no such file"


def check(root):
    """Complaints, one line each."""
    root = pathlib.Path(root).resolve()
    return [f"{document}:{line}: {target}: {wrong}" for document in documents(root)
            for line, target in links(document.read_text(encoding="utf-8"))
            if (wrong := fault(root, document, target))]


def main():
    faults = check(sys.argv[1])
    print("\n".join(faults) if faults else "all links point to files that exist")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
