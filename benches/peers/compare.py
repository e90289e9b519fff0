"""Runs yardstick and its peers on the same model and the same files, in turns, and prints medians and ratios.

See README.md beside this file. Run it with the Python that has the peers' packages.
"""

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from measure import Cost, run

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
TASKS = ("hellaswag", "lambada", "mmlu", "wikitext")
WORK = (*TASKS, "forward")
# Log-likelihoods (nats, sums over a continuation or a text) must agree to this part of themselves, or to this much.
RELATIVE, ABSOLUTE = 1e-6, 1e-3

# {"bench_x": {document: [log-likelihood of each request]}}
Scores = dict[int, list[float]]


@dataclass
class Contestant:
    """One tool with one setting, and what its runs took."""

    name: str
    costs: list[Cost] = field(default_factory=list)

    def median(self, what: str) -> float:
        return median(getattr(cost, what) for cost in self.costs)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the workload and the results go; the workload is made if absent")
    parser.add_argument("--only", nargs="+", choices=WORK, default=list(WORK), help="part of the work")
    parser.add_argument("--repeat", type=int, default=3, help="rounds [default: 3]")
    parser.add_argument("--threads", type=int, default=2, help="threads of every tool [default: 2]")
    parser.add_argument("--batch", nargs="+", default=["1", "8", "16"], help="lm-eval's batch sizes to try")
    parser.add_argument("--limit", type=int, help="first N documents of each task")
    parser.add_argument("--yardstick", type=Path, default=REPOSITORY / "target/release/yardstick", help="the binary")
    return parser.parse_args()


def make_workload(folder: Path) -> None:
    if (folder / "tasks").is_dir():
        return
    command = "cargo run --release -p yardstick-workload --example make-workload --".split()
    subprocess.run([*command, str(folder)], cwd=REPOSITORY, check=True)


def run_yardstick(options: argparse.Namespace, task: str) -> tuple[Cost, Scores]:
    out = options.folder / "yardstick" / task
    shutil.rmtree(out, ignore_errors=True)
    command = [str(options.yardstick), "run", "--model", str(options.folder / "model")]
    command += ["--task", str(options.folder / "tasks" / f"bench_{task}.yaml"), "--threads", str(options.threads)]
    command += ["--out", str(out), "--no-report", "--export", "lm-eval"]
    command += ["--limit", str(options.limit)] if options.limit else []
    cost = run(command, options.folder / f"yardstick-{task}.log")
    return cost, read_scores(out, task)


def run_lm_eval(options: argparse.Namespace, task: str, batch: str) -> tuple[Cost, Scores]:
    out = options.folder / "lm-eval" / task
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--device", "cpu", "--batch_size", batch]
    command += ["--model_args", f"pretrained={options.folder / 'model'},dtype=float32"]
    command += ["--include_path", str(options.folder / "tasks"), "--tasks", f"bench_{task}"]
    command += ["--output_path", str(out), "--log_samples"]
    command += ["--limit", str(options.limit)] if options.limit else []
    environment = {
        "OMP_NUM_THREADS": str(options.threads),
        "HF_HOME": str(options.folder / "hf"),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
    }
    cost = run(command, options.folder / f"lm-eval-{task}.log", environment)
    return cost, read_scores(out, task)


def read_scores(folder: Path, task: str) -> Scores:
    """Both tools write lm-eval's samples: `resps` is a list of requests, each a list with one [value, is_greedy] or value."""
    (path,) = folder.glob(f"**/samples_bench_{task}_*.jsonl")
    scores: Scores = {}
    with path.open() as lines:
        for sample in map(json.loads, lines):
            values = [first[0] if isinstance(first, list) else first for (first, *_) in sample["resps"]]
            scores[sample["doc_id"]] = [float(value) for value in values]
    return scores


def check(task: str, ours: Scores, theirs: Scores) -> str:
    """Says how far the tools' log-likelihoods are apart; too far ends the script."""
    if ours.keys() != theirs.keys() or any(len(ours[doc]) != len(theirs[doc]) for doc in ours):
        raise SystemExit(f"{task}: the tools did not score the same requests")
    pairs = [pair for doc in ours for pair in zip(ours[doc], theirs[doc])]
    worst = max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    difference = abs(worst[0] - worst[1])
    if not all(abs(a - b) <= max(ABSOLUTE, RELATIVE * abs(b)) for a, b in pairs):
        raise SystemExit(f"{task}: log-likelihoods differ by up to {difference:.2e} ({worst[0]} and {worst[1]})")
    return f"{len(pairs)} log-likelihoods agree, largest difference {difference:.1e} nats of {abs(worst[1]):.0f}"


def compare_task(options: argparse.Namespace, task: str) -> None:
    """All batch sizes in the first round, lm-eval's fastest one in the others."""
    ours = Contestant("yardstick")
    theirs = {batch: Contestant(f"lm-eval, batch {batch}") for batch in options.batch}
    batches = list(options.batch)
    agreement = ""
    for round_ in range(options.repeat):
        cost, our_scores = run_yardstick(options, task)
        ours.costs.append(cost)
        for batch in batches:
            cost, their_scores = run_lm_eval(options, task, batch)
            theirs[batch].costs.append(cost)
            agreement = check(task, our_scores, their_scores)
        if round_ == 0:
            batches = [min(theirs, key=lambda batch: theirs[batch].median("wall"))]
    print_costs(f"{task}-like, whole process", ours, list(theirs.values()))
    print(f"  {agreement}\n", flush=True)


def print_costs(title: str, ours: Contestant, theirs: list[Contestant]) -> None:
    print(title)
    print(f"  {'':24} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'runs':>5} {'wall ×':>7} {'CPU ×':>7}")
    for one in [ours, *theirs]:
        wall, cpu, peak = (one.median(what) for what in ("wall", "cpu", "peak"))
        ratios = f"{wall / ours.median('wall'):7.2f} {cpu / ours.median('cpu'):7.2f}"
        print(f"  {one.name:24} {wall:8.1f} {cpu:8.1f} {peak:8.0f} {len(one.costs):5} {ratios}")


def forward_command(options: argparse.Namespace, name: str) -> list[str]:
    model, threads = str(options.folder / "model"), str(options.threads)
    if name == "yardstick":
        return [str(options.yardstick), "bench", "--model", model, "--threads", threads, "--only", "scoring", "--json"]
    script = {"torch": "torch_forward.py", "llama.cpp": "llama_forward.py"}[name]
    return [sys.executable, str(HERE / script), model, "--threads", threads]


def forward_once(options: argparse.Namespace, name: str) -> dict:
    """The JSON object a contestant prints; yardstick's has it under `scoring`."""
    environment = {"OMP_NUM_THREADS": str(options.threads)}
    log = options.folder / f"forward-{name}.log"
    run(forward_command(options, name), log, environment)
    text = log.read_text()
    if name == "yardstick":
        return json.loads(text[text.index("{") :])["scoring"]
    return json.loads(next(line for line in reversed(text.splitlines()) if line.startswith("{")))


def compare_forward(options: argparse.Namespace) -> None:
    """Every position of 8 x 128 tokens; llama.cpp takes part if its package is there."""
    names = ["yardstick", "torch"]
    try:
        import llama_cpp  # noqa: F401

        names.append("llama.cpp")
    except ImportError:
        print("llama-cpp-python is not installed: llama.cpp is left out")
    results: dict[str, list[dict]] = {name: [] for name in names}
    for _ in range(options.repeat):
        for name in names:
            results[name].append(forward_once(options, name))
    print("all positions of 8 x 128 tokens, model loaded, no sharing")
    print(f"  {'':24} {'seconds':>8} {'tokens/s':>9} {'ratio':>7}  mean log-probability")
    medians = {name: median(s for result in results[name] for s in result["seconds"]) for name in names}
    for name, seconds in medians.items():
        last = results[name][-1]
        label = f"{name} ({last['variant']})" if "variant" in last else name
        ratio = seconds / medians["yardstick"]
        print(f"  {label:24} {seconds:8.3f} {1024 / seconds:9.0f} {ratio:7.2f}  {last['mean_log_prob']:.5f}")
    print(flush=True)


def main() -> None:
    options = parse()
    options.folder = options.folder.resolve()
    make_workload(options.folder)
    for work in options.only:
        compare_forward(options) if work == "forward" else compare_task(options, work)


if __name__ == "__main__":
    main()
