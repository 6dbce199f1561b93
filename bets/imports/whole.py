"""What can be said of a file only when one looks at all of its lines; and the keys of rows that bring none."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bets.imports.values import shown
from bets.rules_import import KEY, Known, Problem, plain

NUMBERED = re.compile(r"(.+?)-(\d{1,9})", re.ASCII)


def file_problems(rows: Mapping[int, Mapping[str, str]], known: Known) -> Iterator[tuple[int, Problem]]:
    """What is wrong with lines only when one looks at all of them: what stands twice, and domains in a circle."""
    keys: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for number, cells in rows.items():
        key, name, domain = cells.get("key", ""), plain(cells.get("name", "")), plain(cells.get("domain", ""))
        if key and (first := keys.setdefault(key, number)) != number:
            yield number, Problem("key", f"Line {first:,} has the key “{shown(key)}” already: give this one another.")
        same = (_only(known, domain), name)
        if name and (first := names.setdefault(same, number)) != number:
            yield (
                number,
                Problem("name", f"Line {first:,} is the same project in the same domain: leave one of them out."),
            )
    yield from _circles(rows)


def _only(known: Known, domain: str) -> str:
    """The key of the one domain of this name, so that its key and its name are the same."""
    found = known.index["domains"].get(domain, [])
    return plain(found[0].key) if len(found) == 1 else domain


def _circles(rows: Mapping[int, Mapping[str, str]]) -> Iterator[tuple[int, Problem]]:
    """Domains that lie below each other in the file: told of each line that closes a circle, with its members."""
    above: dict[str, dict[str, None]] = {}
    for cells in rows.values():
        if cells.get("domain") and cells.get("parent"):
            above.setdefault(plain(cells["domain"]), {})[plain(cells["parent"])] = None
    circles = {name: _way_round(name, above) for name in above}
    for number, cells in rows.items():
        way = circles.get(plain(cells.get("domain", "")), [])
        if way and cells.get("parent"):
            circle = " below ".join(f"“{shown(name)}”" for name in way)
            yield number, Problem("parent", f"These domains lie in a circle: {circle}. One of the lines must be wrong.")


def _way_round(start: str, above: Mapping[str, Mapping[str, None]]) -> list[str]:
    """A way from a domain upwards that comes back to it; empty when there is none."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        for parent in above.get(name, ()):
            if parent == start:
                return [*_path(start, name, came), start]
            if parent not in came:
                came[parent] = name
                waiting.append(parent)
    return []


def _path(start: str, name: str, came: Mapping[str, str]) -> list[str]:
    way = [name]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


class Keys:
    """Gives free keys in the manner of those that a domain has: behind SV-19 comes SV-20."""

    def __init__(self, taken: Sequence[tuple[int, str]]) -> None:
        self.taken = {key for _, key in taken}
        self.starts: dict[int, Counter[str]] = {}
        self.last: dict[str, int] = {}
        for domain, key in taken:
            if match := NUMBERED.fullmatch(key):
                self.starts.setdefault(domain, Counter())[match[1]] += 1
                self.last[match[1]] = max(self.last.get(match[1], 0), int(match[2]))

    def free(self, domain: int, domain_key: str) -> str:
        """The next key of the domain; it is taken from then on."""
        starts = self.starts.get(domain)
        start = starts.most_common(1)[0][0] if starts else domain_key.upper()[: KEY - 10]
        number = self.last.get(start, 0) + 1
        while (key := f"{start}-{number:02d}") in self.taken:
            number += 1
        self.last[start] = number
        self.taken.add(key)
        return key
