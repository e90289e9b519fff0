"""Scores every position of 8 x 128 tokens with transformers on the CPU, as lm-eval's HF backend does a batch: inference
mode, logits at all positions, log-softmax over them, gather. (lm-eval's argmax for greedy flags is left out, in its favour.)

Prints one JSON object: seconds of the fastest attention's passes, which attention that was, and the mean log-probability.
"""

import argparse
import json
import time

import torch
from transformers import AutoModelForCausalLM

from tokens import FED, TEXTS, tokens


def passes(model: torch.nn.Module, ids: torch.Tensor, repeat: int) -> tuple[list[float], float]:
    """Seconds of each pass after a first one that does not count, and the mean log-probability."""
    seconds = []
    mean = 0.0
    with torch.inference_mode():
        for _ in range(repeat + 1):
            start = time.perf_counter()
            logits = model(ids[:, :FED]).logits
            log_probs = torch.nn.functional.log_softmax(logits, dim=-1)
            scores = torch.gather(log_probs, 2, ids[:, 1:].unsqueeze(-1))
            seconds.append(time.perf_counter() - start)
            mean = float(scores.double().mean())
    return seconds[1:], mean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="folder in hub layout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    ids = torch.tensor(tokens()).reshape(TEXTS, FED + 1)
    best: dict[str, object] = {}
    for attention in ("sdpa", "eager"):
        model = AutoModelForCausalLM.from_pretrained(
            options.model, dtype=torch.float32, attn_implementation=attention
        ).eval()
        seconds, mean = passes(model, ids, options.repeat)
        if not best or sorted(seconds)[len(seconds) // 2] < sorted(best["seconds"])[len(seconds) // 2]:
            best = {"seconds": seconds, "variant": attention, "mean_log_prob": mean}
    print(json.dumps(best))


if __name__ == "__main__":
    main()
