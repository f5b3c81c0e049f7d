"""Makes lora.json: an adapter of PEFT on the first model of models.json, with its logits.

    pip install "torch==2.9.*" "transformers==5.*" "peft==0.21.*" && python lora.py
"""

import json
import tempfile
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).parent
CASE = json.loads((HERE / "models.json").read_text())["cases"][0]
GPT = json.loads((HERE / "models.json").read_text())["cases"][-1]


def tensor(value):
    flat = value.detach().double().flatten().tolist()
    return {"shape": list(value.shape), "values": [float(f"{x:.13g}") for x in flat]}


def adapted(model, case, config):
    state = {n: torch.tensor(w["values"]).reshape(w["shape"]) for n, w in case["weights"].items()}
    model.load_state_dict(state, strict=False)
    model.tie_weights()
    model = peft.get_peft_model(model, config).eval()
    torch.manual_seed(3)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "lora" in name:
                value.copy_((0.3 * torch.randn_like(value)).mul(1000).round().div(1000))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights = load_file(Path(folder) / "adapter_model.safetensors")
        saved = json.loads((Path(folder) / "adapter_config.json").read_text())
    model = model.double()
    inputs = {"input_ids": torch.tensor(case["ids"]), "attention_mask": torch.tensor(case["mask"])}
    if case["config"]["model_type"] == "bert":
        inputs["token_type_ids"] = torch.tensor(case["type_ids"])
    kept = ("peft_type", "r", "lora_alpha", "fan_in_fan_out", "target_modules", "modules_to_save")
    return {
        "config": {key: saved[key] for key in kept},
        "weights": {name: tensor(value) for name, value in sorted(weights.items())},
        "logits": tensor(model(**inputs).logits),
    }


if __name__ == "__main__":
    bert = transformers.BertConfig(**CASE["config"])
    gpt = transformers.GPT2Config(**GPT["config"])
    made = {"made_by": f"peft {peft.__version__}"}
    made["bert"] = adapted(
        transformers.BertForSequenceClassification(bert), CASE,
        peft.LoraConfig(r=2, lora_alpha=3, target_modules=["query", "value"], task_type="SEQ_CLS"),
    )
    made["gpt2"] = adapted(
        transformers.GPT2LMHeadModel(gpt), GPT,
        peft.LoraConfig(r=2, lora_alpha=4, target_modules=["c_attn"], fan_in_fan_out=True),
    )
    (HERE / "lora.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")
