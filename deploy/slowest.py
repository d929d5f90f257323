"""The ten slowest Swift tests of a run, from its event stream: `slowest.py STREAM WIDTH`.

All tests are announced at once and then wait for one of WIDTH places, so what the run itself prints counts the waiting.
Only cases of tests with arguments are announced when they begin. But places are given in the order of asking, so the
times at which the others began are known: each time a place is given up and no such case takes it, the next one does.
While such cases have all the places nothing else runs, though another may only wait for a thread to say that it has ended.
"""

import json
import sys
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

SHOWN = 10
NOTHING_SECONDS = 0.01


@dataclass
class Run:
    names: dict[str, str] = field(default_factory=dict)
    # Tests without arguments, in the order in which they were announced; when those ended.
    plain: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    # When a case began and ended, by test.
    cases: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    began: float = 0

    def read(self, line: str) -> None:
        record = json.loads(line)
        payload = record["payload"]
        if record["kind"] == "test":
            if payload["kind"] == "function":
                self.names[payload["id"]] = payload.get("displayName") or payload["name"]
                if not payload["isParameterized"]:
                    self.plain[payload["id"]] = 0
            return
        kind, test, at = payload["kind"], payload.get("testID"), payload["instant"]["absolute"]
        if kind == "runStarted":
            self.began = at
        elif kind == "testStarted" and test in self.plain:
            self.plain[test] = at
        elif kind == "testEnded" and test in self.plain:
            self.ended[test] = at
        elif kind == "testCaseStarted":
            self.cases[test].append([at, at])
        elif kind == "testCaseEnded":
            # Of cases side by side it does not matter which one began when: their sum is the same.
            next(case for case in self.cases[test] if case[0] == case[1])[1] = at

    def seconds(self, width: int) -> dict[str, float]:
        """How long each test ran, all its cases together."""
        took = {test: sum(end - start for start, end in cases) for test, cases in self.cases.items()}
        ends = [*self.ended.values(), *(end for cases in self.cases.values() for _, end in cases)]
        places = [self.began] * width + sorted(ends)
        for start in sorted(start for cases in self.cases.values() for start, _ in cases):
            places.pop(max(0, bisect_right(places, start) - 1))
        full = self.full(width)
        announced = (test for test, at in self.plain.items() if at)
        for test, start in zip(sorted(announced, key=self.plain.__getitem__), places):
            # One that never ended has a place all the same.
            if test in self.ended:
                end = self.ended[test]
                took[test] = max(0, end - start - sum(max(0, min(b, end) - max(a, start)) for a, b in full))
        return took

    def full(self, width: int) -> list[tuple[float, float]]:
        """When cases had all the places, for longer than nothing."""
        steps = [(at, step) for cases in self.cases.values() for case in cases for at, step in zip(case, (1, -1))]
        found, taken, since = [], 0, 0.0
        for at, step in sorted(steps):
            if taken == width and at - since > NOTHING_SECONDS:
                found.append((since, at))
            taken, since = taken + step, at
        return found


def main(path: str, width: str) -> None:
    run = Run()
    with open(path) as stream:
        for line in stream:
            run.read(line)
    took = run.seconds(int(width))
    print(f"The slowest of {len(took)} Swift tests, which ran for {sum(took.values()):.0f} s in all:")
    for test, seconds in sorted(took.items(), key=lambda pair: -pair[1])[:SHOWN]:
        suite = test.split("/")[0].removesuffix("Tests")
        print(f"{seconds:7.1f} s  {suite}: {run.names.get(test, test)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
