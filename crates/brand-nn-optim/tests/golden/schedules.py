"""Makes schedules.json: the first hundred rates of every schedule, by PyTorch in float64.

    pip install "torch==2.9.*" && python schedules.py
"""

import json
import math
from pathlib import Path

import torch
from torch.optim import lr_scheduler as lr

OUT = Path(__file__).with_name("schedules.json")
MADE_BY = f"schedules.py, torch {torch.__version__.split('+')[0]}"
ABOUT = (
    "rates[k] is the learning rate of the step that k others came before. plateau cases hold the "
    "metric that is shown after every step."
)
STEPS = 100


def rates(base, make, metrics=None):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = make(optimizer)
    found = []
    for step in range(STEPS):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step() if metrics is None else schedule.step(metrics[step])
    return found


def case(kind, base, config, make, metrics=None):
    entry = {"kind": kind, "config": {"rate": base, **config}}
    if metrics is not None:
        entry["metrics"] = metrics
    return {**entry, "rates": rates(base, make, metrics)}


def noam(size, warm_up):
    return lambda step: size**-0.5 * min((step + 1) ** -0.5, (step + 1) * warm_up**-1.5)


def cyclic(mode, gamma):
    config = {"high": 0.5, "up": 8, "down": 12, "mode": mode, "gamma": gamma}
    return case("cyclic", 0.1, config, lambda o: lr.CyclicLR(
        o, 0.1, 0.5, step_size_up=8, step_size_down=12, mode=mode, gamma=gamma,
        cycle_momentum=False))


def one_cycle(anneal, three, pct):
    config = {"steps": 101, "rise": pct, "anneal": anneal, "three_phases": three}
    return case("one_cycle", 0.5, config, lambda o: lr.OneCycleLR(
        o, 0.5, total_steps=101, pct_start=pct, anneal_strategy=anneal,
        three_phase=three, cycle_momentum=False))


def plateau(config, metrics):
    return case("plateau", 0.5, config, lambda o: lr.ReduceLROnPlateau(o, **config), metrics)


def cases():
    wave = [1 / (1 + k // 3) + 0.05 * math.sin(k) for k in range(STEPS)]
    stuck = [max(0.3, 1 - k / 40) for k in range(STEPS)]
    rising = [min(0.8, k / 50) for k in range(STEPS)]
    return [
        case("constant", 0.3, {}, lambda o: lr.LambdaLR(o, lambda _: 1.0)),
        case("step", 0.3, {"every": 7, "factor": 0.5}, lambda o: lr.StepLR(o, 7, 0.5)),
        case("multi_step", 0.3, {"milestones": [10, 11, 60], "factor": 0.2},
             lambda o: lr.MultiStepLR(o, [10, 11, 60], 0.2)),
        case("exponential", 0.3, {"factor": 0.97}, lambda o: lr.ExponentialLR(o, 0.97)),
        case("polynomial", 0.3, {"steps": 80, "power": 2.0},
             lambda o: lr.PolynomialLR(o, 80, 2.0)),
        case("linear", 0.3, {"end": 0.06, "steps": 40}, lambda o: lr.LinearLR(o, 1.0, 0.2, 40)),
        case("cosine", 0.3, {"steps": 120, "end": 0.01},
             lambda o: lr.CosineAnnealingLR(o, 120, 0.01)),
        case("cosine_restarts", 0.3, {"period": 10, "growth": 2, "end": 0.01},
             lambda o: lr.CosineAnnealingWarmRestarts(o, 10, 2, 0.01)),
        case("cosine_restarts", 0.3, {"period": 13, "growth": 1, "end": 0.0},
             lambda o: lr.CosineAnnealingWarmRestarts(o, 13)),
        case("warm_up", 0.3, {"steps": 20, "factor": 0.95}, lambda o: lr.LambdaLR(
            o, lambda k: (k + 1) / 20 if k < 20 else 0.95 ** (k - 20))),
        case("noam", 1.0, {"size": 64, "warm_up": 30}, lambda o: lr.LambdaLR(o, noam(64, 30))),
        one_cycle("cos", False, 0.3),
        one_cycle("linear", False, 0.25),
        one_cycle("cos", True, 0.4),
        cyclic("triangular", 1.0),
        cyclic("triangular2", 1.0),
        cyclic("exp_range", 0.98),
        case("sequence", 0.3, {"factor": 0.9}, lambda o: lr.SequentialLR(
            o, [lr.ConstantLR(o, 0.5, 1000), lr.ExponentialLR(o, 0.9)], [25])),
        case("chained", 0.3, {"factor": 0.97}, lambda o: lr.ChainedScheduler(
            [lr.ConstantLR(o, 0.5, 25), lr.ExponentialLR(o, 0.97)])),
        case("lambda", 0.3, {}, lambda o: lr.LambdaLR(o, lambda k: 1 / (1 + 0.1 * k))),
        plateau({"factor": 0.5, "patience": 2}, stuck),
        plateau({"factor": 0.5, "patience": 1, "cooldown": 3, "min_lr": 0.02}, wave),
        plateau({"factor": 0.5, "patience": 3, "mode": "max", "threshold_mode": "abs",
                 "threshold": 0.03}, rising),
    ]


def dump(entry):
    rows = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in entry.items()]
    return "{\n" + ",\n".join(rows) + "}"


def main():
    found = cases()
    head = f'{{"about": {json.dumps(ABOUT)},\n"made_by": {json.dumps(MADE_BY)},\n"cases": [\n'
    OUT.write_text(head + ",\n".join(map(dump, found)) + "\n]}\n", encoding="utf-8")
    print(f"{OUT.name}: {len(found)} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
