"""The ten slowest Swift tests, from the event streams of runs that took one test after the other."""

import json
import sys

SHOWN = 10


def durations(lines) -> dict[str, float]:
    """Seconds by test: its suite and what it is called."""
    names: dict[str, str] = {}
    begun: dict[str, float] = {}
    took: dict[str, float] = {}
    for line in lines:
        record = json.loads(line)
        payload = record["payload"]
        if record["kind"] == "test":
            if payload["kind"] == "function":
                suite = payload["id"].split("/")[0]
                names[payload["id"]] = f"{suite}: {payload.get('displayName') or payload['name']}"
        elif payload["kind"] == "testStarted" and payload["testID"] in names:
            begun[payload["testID"]] = payload["instant"]["absolute"]
        elif payload["kind"] == "testEnded" and payload["testID"] in begun:
            took[names[payload["testID"]]] = payload["instant"]["absolute"] - begun[payload["testID"]]
    return took


def main(paths: list[str]) -> None:
    took: dict[str, float] = {}
    for path in paths:
        with open(path) as stream:
            took |= durations(stream)
    print(f"The slowest of {len(took)} Swift tests, which took {sum(took.values()):.0f} s together:")
    for name, seconds in sorted(took.items(), key=lambda pair: -pair[1])[:SHOWN]:
        print(f"{seconds:7.1f} s  {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
