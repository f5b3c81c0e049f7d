"""Makes models.json: published architectures at tiny random sizes, by transformers in float64.

    pip install "torch==2.9.*" "transformers==5.*" && python models.py

Each case has the configuration, the weights by their published names (rounded, so that the file is
short), a padded batch, the logits, the gradient of every weight for sum(logits * factors), and the
weights after five such steps of plain gradient descent at rate 0.05.
"""

import json
from pathlib import Path

import torch
import transformers

OUT = Path(__file__).with_name("models.json")
SIZES = dict(
    vocab_size=13, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=6,
    max_position_embeddings=9, type_vocab_size=2,
)
ENCODER = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
DISTIL = dict(
    vocab_size=13, dim=8, n_layers=2, n_heads=2, hidden_dim=6, max_position_embeddings=9,
    dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0, qa_dropout=0.0,
)
GPT = dict(
    vocab_size=13, n_embd=8, n_layer=2, n_head=2, n_positions=9, resid_pdrop=0.0, embd_pdrop=0.0,
    attn_pdrop=0.0, bos_token_id=0, eos_token_id=0,
)
IDS = [[2, 5, 7, 3, 11], [2, 9, 3, 1, 1]]
MASK = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]


def cases():
    bert = lambda **more: transformers.BertConfig(**SIZES, **ENCODER, **more)
    roberta = lambda **more: transformers.RobertaConfig(**SIZES, **ENCODER, pad_token_id=1, **more)
    distil = lambda **more: transformers.DistilBertConfig(**DISTIL, **more)
    yield "sequence", transformers.BertForSequenceClassification(bert(num_labels=3))
    yield "tokens", transformers.BertForTokenClassification(bert(num_labels=4))
    yield "masked", transformers.BertForMaskedLM(bert())
    yield "answer", transformers.BertForQuestionAnswering(bert())
    yield "sequence", transformers.RobertaForSequenceClassification(roberta(num_labels=3))
    yield "masked", transformers.RobertaForMaskedLM(roberta())
    yield "sequence", transformers.DistilBertForSequenceClassification(distil(num_labels=3))
    yield "masked", transformers.DistilBertForMaskedLM(distil())
    yield "next", transformers.BertForNextSentencePrediction(bert())
    yield "pretraining", transformers.BertForPreTraining(bert())
    yield "causal", transformers.GPT2LMHeadModel(transformers.GPT2Config(**GPT))


def logits_of(head, model, inputs):
    output = model(**inputs)
    if head == "answer":
        return torch.stack([output.start_logits, output.end_logits], -1)
    if head == "pretraining":
        words = output.prediction_logits * inputs["attention_mask"][..., None]
        return torch.cat([words.flatten(1), output.seq_relationship_logits], 1)
    return output.logits


def tensor(value):
    flat = value.detach().flatten().tolist()
    return {"shape": list(value.shape), "values": [float(f"{x:.13g}") for x in flat]}


def weights(model):
    return {name: tensor(value) for name, value in model.named_parameters()}


def make(head, model):
    torch.manual_seed(7)
    model = model.double().train()
    with torch.no_grad():
        for name, value in model.named_parameters():
            centre = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
            value.copy_((centre + 0.3 * torch.randn_like(value)).mul(1000).round().div(1000))
    model.tie_weights()
    inputs = {"input_ids": torch.tensor(IDS), "attention_mask": torch.tensor(MASK)}
    if model.config.model_type == "bert":
        inputs["token_type_ids"] = torch.tensor([[0, 0, 0, 1, 1], [0, 1, 1, 0, 0]])
    start, logits, gradients = weights(model), None, None
    for step in range(5):
        model.zero_grad()
        output = logits_of(head, model, inputs)
        if step == 0:
            places = torch.arange(output.numel(), dtype=torch.float64).reshape(output.shape)
            factors = torch.cos(places * 0.7) / output.numel()
        # What models give for padded steps is their own affair: it doesn't count.
        real = torch.tensor(MASK)[..., None].double() if output.ndim == 3 else 1.0
        (output * factors * real).sum().backward()
        if step == 0:
            logits = tensor(output * real)
            gradients = {n: tensor(p.grad) for n, p in model.named_parameters()}
        with torch.no_grad():
            for value in model.parameters():
                value -= 0.05 * value.grad
    config = {k: v for k, v in model.config.to_diff_dict().items() if k != "dtype"}
    return {
        "head": head, "config": config, "ids": IDS, "mask": MASK,
        "type_ids": inputs.get("token_type_ids", torch.zeros(2, 5)).long().tolist(),
        "weights": start, "logits": logits, "gradients": gradients, "trained": weights(model),
    }


if __name__ == "__main__":
    made = {"made_by": f"transformers {transformers.__version__}, torch {torch.__version__}"}
    made["cases"] = [make(head, model) for head, model in cases()]
    OUT.write_text(json.dumps(made, separators=(",", ":")) + "\n")
