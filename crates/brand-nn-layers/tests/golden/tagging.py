"""Makes tagging.json: conditional random fields, by PyTorch in float64.

    pip install "torch==2.9.*" && python tagging.py
"""

import torch
from layers import case, random, write

ABOUT = (
    "Conditional random fields in float64; see layers.py for the form of a case. real is 1 where a "
    "step is real and 0 behind a sequence's end; output is the log-likelihood of each sequence, best "
    "its best labels, with -1 behind the end, and best_score what they score."
)


def likelihood(emissions, labels, length, params):
    """One sequence: its score, less the forward algorithm's sum over all rows of labels."""
    start, end = params["start_transitions"], params["end_transitions"]
    transitions = params["transitions"]
    score = start[labels[0]] + emissions[0, labels[0]] + end[labels[length - 1]]
    score = score + 0 * transitions.sum()  # a single step has a gradient too
    sums = start + emissions[0]
    for t in range(1, length):
        score = score + transitions[labels[t - 1], labels[t]] + emissions[t, labels[t]]
        sums = torch.logsumexp(sums[:, None] + transitions, 0) + emissions[t]
    return score - torch.logsumexp(sums + end, 0)


def viterbi(emissions, length, params):
    scores, back = params["start_transitions"] + emissions[0], []
    for t in range(1, length):
        scores, places = (scores[:, None] + params["transitions"]).max(0)
        scores = scores + emissions[t]
        back.append(places)
    score, last = (scores + params["end_transitions"]).max(0)
    path = [last]
    for places in reversed(back):
        path.insert(0, places[path[0]])
    return [int(label) for label in path], score


def crf(name, labels, time, lengths, masked=True):
    batch = len(lengths)
    params = {
        "start_transitions": random(labels),
        "end_transitions": random(labels),
        "transitions": random(labels, labels),
    }
    given = {
        "emissions": random(batch, time, labels),
        "labels": torch.randint(labels, (batch, time)).double(),
    }
    if masked:
        given["real"] = (torch.arange(time) < torch.tensor(lengths)[:, None]).double()
    each = list(zip(given["emissions"], given["labels"].long(), lengths))
    output = torch.stack([likelihood(*one, params) for one in each])
    paths = [viterbi(emissions, length, params) for emissions, _, length in each]
    best = torch.tensor([path + [-1] * (time - len(path)) for path, _ in paths]).double()
    outputs = {
        "output": output, "best": best, "best_score": torch.stack([score for _, score in paths]),
    }
    return case(name, "crf", {"labels": labels}, given, params, outputs)


def cases():
    return [
        crf("crf", 4, 5, [5, 5, 5], masked=False),
        crf("crf_lengths", 5, 7, [7, 3, 1, 5]),
        crf("crf_one_step", 3, 1, [1, 1]),
        crf("crf_one_label", 1, 4, [4, 2]),
        crf("crf_long", 3, 60, [60, 41]),
    ]


if __name__ == "__main__":
    write(__file__, ABOUT, cases())
