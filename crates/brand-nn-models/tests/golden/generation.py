"""Makes generation.json: how transformers goes on with the tiny random GPT-2, in float64.

    pip install "torch==2.9.*" "transformers==5.*"
    python generation.py FOLDER      # that of models/gpt2_tiny_random
"""

import json
import sys
from pathlib import Path

import torch
import transformers

OUT = Path(__file__).with_name("generation.json")
PROMPT = [1, 17, 256, 999, 3, 42, 512, 7]
CASES = {
    "greedy": {},
    "repetition": {"repetition_penalty": 1.5},
    "ngrams": {"no_repeat_ngram_size": 2},
    "beams": {"num_beams": 4},
    "beams_long": {"num_beams": 3, "length_penalty": 2.0},
    "beams_repetition": {"num_beams": 3, "repetition_penalty": 1.3},
}


def go_on(model, end, settings):
    ids = torch.tensor([PROMPT])
    output = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=16,
        eos_token_id=end, pad_token_id=0, **settings,
    )
    written = output[0, len(PROMPT):].tolist()
    return written[: written.index(end)] if end in written else written


if __name__ == "__main__":
    model = transformers.GPT2LMHeadModel.from_pretrained(sys.argv[1]).double().eval()
    model.generation_config.bos_token_id = model.generation_config.eos_token_id = None
    made = {"made_by": f"transformers {transformers.__version__}", "prompt": PROMPT, "cases": []}
    for name, settings in CASES.items():
        for end in (330, 934, 998):
            written = go_on(model, end, settings)
            made["cases"].append({"name": name, "settings": settings, "end": end, "written": written})
    OUT.write_text(json.dumps(made, indent=1) + "\n")
