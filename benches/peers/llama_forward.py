"""Runs llama.cpp (f32) on 8 x 128 tokens with logits at all positions. No log-softmax: logits alone, in its favour.

The weights are first written as GGUF beside the model, once. Prints one JSON object like torch_forward.py does.
"""

import argparse
import ctypes
import json
import time
from pathlib import Path

import gguf
import llama_cpp
import numpy as np
from safetensors import safe_open

from tokens import FED, TEXTS, tokens

# Ours → GGUF's, for the tensors of one block.
BLOCK = {
    "ln_1": "attn_norm",
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_output",
    "ln_2": "ffn_norm",
    "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}
TOP = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm"}


def gguf_name(name: str) -> str:
    """`h.3.attn.c_attn.weight` → `blk.3.attn_qkv.weight`."""
    stem, kind = name.rsplit(".", 1)
    if stem in TOP:
        return f"{TOP[stem]}.{kind}"
    _, layer, inner = stem.split(".", 2)
    return f"blk.{layer}.{BLOCK[inner]}.{kind}"


def write_gguf(model: Path, path: Path) -> None:
    """Writes the folder's weights; `Conv1D` matrices are [in, out] and GGUF wants [out, in]."""
    config = json.loads((model / "config.json").read_text())
    writer = gguf.GGUFWriter(str(path), "gpt2")
    writer.add_context_length(config["n_positions"])
    writer.add_embedding_length(config["n_embd"])
    writer.add_feed_forward_length(4 * config["n_embd"])
    writer.add_block_count(config["n_layer"])
    writer.add_head_count(config["n_head"])
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(config["vocab_size"])
    with safe_open(model / "model.safetensors", framework="numpy") as weights:
        for name in weights.keys():
            tensor = weights.get_tensor(name)
            if ".c_" in name and name.endswith(".weight"):
                tensor = np.ascontiguousarray(tensor.T)
            writer.add_tensor(gguf_name(name), tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def fill(batch: llama_cpp.llama_batch, ids: list[int]) -> None:
    """Text t becomes sequence t; logits are wanted everywhere."""
    batch.n_tokens = TEXTS * FED
    for text in range(TEXTS):
        for position in range(FED):
            at = text * FED + position
            batch.token[at] = ids[text * (FED + 1) + position]
            batch.pos[at] = position
            batch.n_seq_id[at] = 1
            batch.seq_id[at][0] = text
            batch.logits[at] = 1


def mean_log_prob(context: ctypes.c_void_p, ids: list[int], vocabulary: int) -> float:
    """Of the next tokens, from the logits of the last pass."""
    pointer = llama_cpp.llama_get_logits(context)
    logits = np.ctypeslib.as_array(pointer, (TEXTS * FED, vocabulary)).astype(np.float64)
    wanted = np.array(ids).reshape(TEXTS, FED + 1)[:, 1:].reshape(-1)
    top = logits.max(axis=1)
    norm = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return float((logits[np.arange(len(wanted)), wanted] - norm).mean())


def new_context(model: ctypes.c_void_p, ubatch: int, threads: int) -> ctypes.c_void_p:
    """Room for all texts at once; `ubatch` tokens go through the layers together."""
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = TEXTS * FED
    params.n_batch = TEXTS * FED
    params.n_ubatch = ubatch
    params.n_seq_max = TEXTS
    params.n_threads = params.n_threads_batch = threads
    return llama_cpp.llama_init_from_model(model, params)


def passes(context: ctypes.c_void_p, batch: llama_cpp.llama_batch, repeat: int) -> list[float]:
    """Seconds of each pass after a first one that does not count."""
    seconds = []
    for _ in range(repeat + 1):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        start = time.perf_counter()
        code = llama_cpp.llama_decode(context, batch)
        llama_cpp.llama_synchronize(context)
        seconds.append(time.perf_counter() - start)
        if code != 0:
            raise SystemExit(f"llama_decode failed with {code}")
    return seconds[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder in hub layout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    path = options.model.parent / "model-f32.gguf"
    if not path.exists():
        write_gguf(options.model, path)
    silence = llama_cpp.llama_log_callback(lambda level, text, user_data: None)
    llama_cpp.llama_log_set(silence, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
    vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
    ids = tokens()
    batch = llama_cpp.llama_batch_init(TEXTS * FED, 0, 1)
    fill(batch, ids)
    best: dict[str, object] = {}
    for ubatch in (512, 1024):
        context = new_context(model, ubatch, options.threads)
        seconds = passes(context, batch, options.repeat)
        mean = mean_log_prob(context, ids, vocabulary)
        llama_cpp.llama_free(context)
        if not best or sorted(seconds)[len(seconds) // 2] < sorted(best["seconds"])[len(seconds) // 2]:
            best = {"seconds": seconds, "variant": f"ubatch {ubatch}", "mean_log_prob": mean}
    print(json.dumps(best))


if __name__ == "__main__":
    main()
