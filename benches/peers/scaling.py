"""Does yardstick's cost grow with the number of distinct tokens, and with nothing else?

Three series on the workload's tasks: more documents (hellaswag-like), more choices (hellaswag-like), more shots
(mmlu-like). Each point is a whole run; a straight line through the scoring times of a series gives milliseconds for each
distinct token and what the line does not explain. Peak memory must stay flat as documents grow. Standard library only.
"""

import argparse
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, median

from measure import run

REPOSITORY = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = (25, 50, 100, 200)
CHOICES = (1, 2, 3, 4)
SHOTS = (0, 1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Point:
    """One run."""

    label: str
    tokens: int  # distinct
    seconds: float  # scoring alone
    peak: float  # MB


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the workload, as compare.py makes it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3, help="runs a point, of which the median counts [default: 3]")
    parser.add_argument("--documents", type=int, default=60, help="documents in the series of choices and shots")
    parser.add_argument("--yardstick", type=Path, default=REPOSITORY / "target/release/yardstick", help="the binary")
    return parser.parse_args()


def variant(options: argparse.Namespace, task: str, name: str, change) -> Path:
    """A copy of a task whose documents went through `change`."""
    tasks = options.folder / "tasks"
    out = options.folder / "scaling" / name
    out.mkdir(parents=True, exist_ok=True)
    with (tasks / f"{task}.jsonl").open() as lines:
        rows = [change(json.loads(line)) for line in lines]
    (out / f"{task}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = f"    test: {json.dumps(str(out / f'{task}.jsonl'))}"
    text, replaced = re.subn(r"^    test: .*$", lambda _: data, (tasks / f"{task}.yaml").read_text(), flags=re.MULTILINE)
    if replaced != 1:
        raise SystemExit(f"{task}.yaml does not name its documents where they were expected")
    (out / f"{task}.yaml").write_text(text)
    return out / f"{task}.yaml"


def fewer_choices(count: int):
    """At least one choice is kept, and the label points at one that is there."""
    return lambda row: {**row, "endings": row["endings"][:count], "label": row["label"] % count}


def fewer_shots(count: int):
    """The prefix is solved questions, each with an empty line after it."""
    return lambda row: {**row, "prefix": "".join(shot + "\n\n" for shot in row["prefix"].split("\n\n")[:count])}


def measure(options: argparse.Namespace, label: str, task: Path, limit: int) -> Point:
    """Numbers are read from what `yardstick run` says: `… N tokens in S s`."""
    log = options.folder / "scaling.log"
    runs = []
    for _ in range(options.repeat):
        out = options.folder / "scaling-run"
        shutil.rmtree(out, ignore_errors=True)
        command = [str(options.yardstick), "run", "--model", str(options.folder / "model"), "--task", str(task)]
        command += ["--limit", str(limit), "--threads", str(options.threads), "--out", str(out), "--no-report"]
        cost = run(command, log)
        found = re.search(r"([\d,]+) tokens in ([\d.]+) s", log.read_text())
        if not found:
            raise SystemExit(f"no line with tokens and seconds in {log}")
        runs.append((int(found[1].replace(",", "")), float(found[2]), cost.peak))
    tokens, seconds, peak = (median(column) for column in zip(*runs))
    return Point(label, int(tokens), seconds, peak)


def print_series(title: str, points: list[Point]) -> None:
    slope, intercept = linear_regression([p.tokens for p in points], [p.seconds for p in points])
    print(f"{title}: {1000 * slope:.3f} ms a distinct token, {intercept:+.2f} s whatever their number")
    print(f"  {'':>14} {'tokens':>8} {'s':>7} {'line':>7} {'off':>7} {'peak MB':>8}")
    for p in points:
        line = intercept + slope * p.tokens
        print(f"  {p.label:>14} {p.tokens:8} {p.seconds:7.2f} {line:7.2f} {p.seconds / line - 1:+7.1%} {p.peak:8.0f}")
    print(flush=True)


def main() -> None:
    options = parse()
    options.folder = options.folder.resolve()
    tasks = options.folder / "tasks"
    whole = tasks / "bench_hellaswag.yaml"
    print_series("documents", [measure(options, f"{n} documents", whole, n) for n in DOCUMENTS])
    choices = []
    for n in CHOICES:
        task = variant(options, "bench_hellaswag", f"choices-{n}", fewer_choices(n))
        choices.append(measure(options, f"{n} choices", task, options.documents))
    print_series("choices", choices)
    shots = []
    for n in SHOTS:
        task = variant(options, "bench_mmlu", f"shots-{n}", fewer_shots(n))
        shots.append(measure(options, f"{n} shots", task, options.documents))
    print_series("shots", shots)


if __name__ == "__main__":
    main()
