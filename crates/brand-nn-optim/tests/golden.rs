//! Ten steps of every optimizer against PyTorch's in f64 (`golden/optim.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Gradient, Gradients, Init, Param, Params, RowGradient, Var};
use brand_nn_optim::{
    Accumulate, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Average, Ftrl, Lamb, LazyAdam,
    Lbfgs, Lion, Muon, NAdam, Optimizer, RAdam, RmsProp, Sam, Sgd, clip_adaptive,
};
use brand_nn_tensor::{
    DType, Rng, Tensor,
    check::{assert_close, golden_from_str},
};
use serde_json::Value;

const GOLDEN: &str = include_str!("golden/optim.json");
const TOLERANCE: f64 = 1e-12;

fn cases() -> Vec<Value> {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn tensor(value: &Value) -> Tensor {
    golden_from_str(&value.to_string()).unwrap()
}

#[derive(Params)]
struct Pair {
    a: Param,
    b: Param,
}

fn param(start: &Value) -> Param {
    let value = tensor(start);
    let param = Param::new(value.shape(), Init::Zeros);
    param.set(value).unwrap();
    param
}

/// The settings of a case by name, as numbers.
struct Config<'a>(&'a Value);

impl Config<'_> {
    fn number(&self, name: &str, default: f64) -> f64 {
        self.0[name].as_f64().unwrap_or(default)
    }

    fn says(&self, name: &str) -> bool {
        self.0[name].as_bool() == Some(true)
    }

    fn betas(&self) -> [f64; 2] {
        let betas = self.0["betas"].as_array();
        betas.map_or([0.9, 0.999], |betas| [0, 1].map(|i| betas[i].as_f64().unwrap()))
    }
}

/// Builds one of Adam's kin, which all have the same settings.
macro_rules! kin {
    ($kind:ident, $config:expr, $epsilon:expr) => {{
        let [first, second] = $config.betas();
        $kind::new($config.number("learning_rate", 1e-3))
            .betas(first, second)
            .epsilon($config.number("epsilon", $epsilon))
    }};
}

/// The optimizer of a case; `None` for what has another test.
fn optimizer(case: &Value) -> Option<Box<dyn Optimizer>> {
    let config = Config(&case["config"]);
    let (rate, [first, second]) = (config.number("learning_rate", 1e-3), config.betas());
    let decay = config.number("weight_decay", 0.0);
    let amsgrad = config.says("amsgrad");
    Some(match case["kind"].as_str()? {
        "sgd" => sgd(&config),
        "adam" | "adam_sparse_rows" => {
            let adam = kin!(Adam, config, 1e-8).weight_decay(decay);
            Box::new(if amsgrad { adam.amsgrad() } else { adam })
        }
        "adamw" => {
            let adam = kin!(AdamW, config, 1e-8).weight_decay(decay);
            Box::new(if amsgrad { adam.amsgrad() } else { adam })
        }
        "lazy_adam" => Box::new(kin!(LazyAdam, config, 1e-8)),
        "nadam" => {
            let psi = config.number("momentum_decay", 4e-3);
            Box::new(kin!(NAdam, config, 1e-8).weight_decay(decay).momentum_decay(psi))
        }
        "radam" => Box::new(kin!(RAdam, config, 1e-8).weight_decay(decay)),
        "adamax" => Box::new(kin!(Adamax, config, 1e-8).weight_decay(decay)),
        "lamb" => Box::new(kin!(Lamb, config, 1e-6).weight_decay(decay)),
        "lion" => Box::new(Lion::new(rate).betas(first, second).weight_decay(decay)),
        "rmsprop" => rmsprop(&config),
        "adagrad" => Box::new(
            Adagrad::new(rate)
                .rate_decay(config.number("lr_decay", 0.0))
                .initial_sum(config.number("initial_accumulator_value", 0.0))
                .epsilon(config.number("epsilon", 1e-10))
                .weight_decay(decay),
        ),
        "adadelta" => Box::new(
            Adadelta::new(rate)
                .rho(config.number("rho", 0.9))
                .epsilon(config.number("epsilon", 1e-6))
                .weight_decay(decay),
        ),
        "adafactor" => Box::new(
            Adafactor::new(rate)
                .beta2_decay(config.number("beta2_decay", -0.8))
                .epsilon(config.0["epsilon"][1].as_f64().unwrap_or(1e-3))
                .clip(config.number("d", 1.0))
                .weight_decay(decay),
        ),
        "muon" => muon(&config),
        "ftrl" => Box::new(
            Ftrl::new(rate)
                .l1(config.number("l1", 0.0))
                .l2(config.number("l2", 0.0))
                .beta(config.number("beta", 1.0)),
        ),
        "clip_norm" | "clip_value" | "clip_adaptive" | "average" | "lbfgs" | "sam" => return None,
        kind => panic!("no optimizer for golden cases of kind {kind}"),
    })
}

fn sgd(config: &Config<'_>) -> Box<dyn Optimizer> {
    let sgd = Sgd::new(config.number("learning_rate", 1e-3))
        .momentum(config.number("momentum", 0.0))
        .dampening(config.number("dampening", 0.0))
        .weight_decay(config.number("weight_decay", 0.0));
    Box::new(if config.says("nesterov") { sgd.nesterov() } else { sgd })
}

fn rmsprop(config: &Config<'_>) -> Box<dyn Optimizer> {
    let rmsprop = RmsProp::new(config.number("learning_rate", 1e-3))
        .decay(config.number("alpha", 0.99))
        .epsilon(config.number("epsilon", 1e-8))
        .momentum(config.number("momentum", 0.0))
        .weight_decay(config.number("weight_decay", 0.0));
    Box::new(if config.says("centered") { rmsprop.centered() } else { rmsprop })
}

fn muon(config: &Config<'_>) -> Box<dyn Optimizer> {
    let muon = Muon::new(config.number("learning_rate", 1e-3))
        .momentum(config.number("momentum", 0.95))
        .weight_decay(config.number("weight_decay", 0.1));
    let plain = config.0["nesterov"].as_bool() == Some(false);
    Box::new(if plain { muon.plain_momentum().match_adam() } else { muon })
}

#[test]
fn ten_steps_of_dense_gradients() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| !case["start"]["a"].is_null()) {
        let Some(mut optimizer) = optimizer(case) else { continue };
        let mut model = Pair { a: param(&case["start"]["a"]), b: param(&case["start"]["b"]) };
        for step in case["steps"].as_array().unwrap() {
            let gradient = |name: &str| Gradient::Dense(tensor(&step["gradients"][name]));
            let gradients = [(&model.a, gradient("a")), (&model.b, gradient("b"))];
            let gradients = Gradients::from_iter(gradients);
            optimizer.step(&mut model, gradients).unwrap();
            assert_close(&model.a.value().unwrap(), &tensor(&step["params"]["a"]), TOLERANCE);
            assert_close(&model.b.value().unwrap(), &tensor(&step["params"]["b"]), TOLERANCE);
        }
        checked += 1;
    }
    assert!(checked >= 36, "only {checked} golden cases apply");
}

#[test]
fn rows_of_a_table() {
    let rows: Vec<_> =
        cases().into_iter().filter(|case| !case["steps"][0]["ids"].is_null()).collect();
    assert_eq!(rows.len(), 5);
    for case in rows {
        let (mut table, mut adam) = (param(&case["start"]), optimizer(&case).unwrap());
        for step in case["steps"].as_array().unwrap() {
            let ids = tensor(&step["ids"]).to(DType::I64);
            let values = tensor(&step["values"]);
            let rows = RowGradient::new(ids, values, table.shape()).unwrap();
            let gradients = Gradients::from_iter([(&table, Gradient::Rows(rows))]);
            adam.step(&mut table, gradients).unwrap();
            assert_close(&table.value().unwrap(), &tensor(&step["params"]), TOLERANCE);
        }
    }
}

#[test]
fn clipping() {
    for case in cases().iter().filter(|case| !case["clipped"].is_null()) {
        let model = Pair { a: param(&case["gradients"]["a"]), b: param(&case["gradients"]["b"]) };
        let dense = |name: &str| Gradient::Dense(tensor(&case["gradients"][name]));
        let gradients = Gradients::from_iter([(&model.a, dense("a")), (&model.b, dense("b"))]);
        let clipped = match case["kind"].as_str().unwrap() {
            "clip_adaptive" => {
                model.a.set(tensor(&case["weights"]["a"])).unwrap();
                model.b.set(tensor(&case["weights"]["b"])).unwrap();
                let limit = case["config"]["limit"].as_f64().unwrap();
                clip_adaptive(gradients, &model, limit).unwrap()
            }
            "clip_value" => gradients.clip_value(case["config"]["limit"].as_f64().unwrap()),
            _ if case["config"]["norm_type"].as_f64() == Some(2.0) => {
                assert!((gradients.norm() - case["norm"].as_f64().unwrap()).abs() < 1e-12);
                gradients.clip_norm(case["config"]["max_norm"].as_f64().unwrap())
            }
            _ => continue, // other norms than the Euclidean one are not ours
        };
        assert_close(&clipped.get(&model.a).unwrap(), &tensor(&case["clipped"]["a"]), TOLERANCE);
        assert_close(&clipped.get(&model.b).unwrap(), &tensor(&case["clipped"]["b"]), TOLERANCE);
    }
}

#[test]
fn plain_descent_on_rows_is_dense_descent() {
    let start = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let rows = || {
        let (ids, values) =
            (Tensor::from([2_i64, 0, 2]), Tensor::from([[1.0, 1.0], [2.0, 0.0], [1.0, 3.0]]));
        Gradient::Rows(RowGradient::new(ids, values, [3, 2]).unwrap())
    };
    let after = |gradient: Gradient| {
        let mut table = Param::new([3, 2], Init::Zeros);
        table.set(start.clone()).unwrap();
        let gradients = Gradients::from_iter([(&table, gradient)]);
        Sgd::new(0.5).step(&mut table, gradients).unwrap();
        table.value().unwrap()
    };
    assert_eq!(after(rows()), after(Gradient::Dense(rows().to_dense())));
}

/// Both have rows enough for two threads; alone, each is stepped on one.
#[test]
fn tables_side_by_side_step_as_each_alone() {
    let table = |rows: usize| {
        let table = Param::new([rows, 16], Init::Zeros);
        table.set(Tensor::randn([rows, 16], &mut Rng::new(rows as u64))).unwrap();
        table
    };
    let gradient = |table: &Param, seed: u64| {
        let (mut rng, rows) = (Rng::new(seed), table.shape()[0] as i64);
        let ids = Tensor::randint([1500], 0, rows, &mut rng);
        let values = Tensor::randn([1500, 16], &mut rng);
        Gradient::Rows(RowGradient::new(ids, values, table.shape()).unwrap())
    };
    let optimizers: [fn() -> Box<dyn Optimizer>; 2] =
        [|| Box::new(LazyAdam::new(0.1)), || Box::new(Sgd::new(0.1))];
    for optimizer in optimizers {
        let mut pair = Pair { a: table(4000), b: table(700) };
        let mut both = optimizer();
        for seed in 0..3 {
            let gradients = [&pair.a, &pair.b].map(|table| (table, gradient(table, seed)));
            let gradients = Gradients::from_iter(gradients);
            both.step(&mut pair, gradients).unwrap();
        }
        for together in [&pair.a, &pair.b] {
            let (mut alone, mut one) = (table(together.shape()[0]), optimizer());
            for seed in 0..3 {
                let gradients = Gradients::from_iter([(&alone, gradient(&alone, seed))]);
                one.step(&mut alone, gradients).unwrap();
            }
            assert_eq!(alone.value().unwrap(), together.value().unwrap());
        }
    }
}

#[test]
fn averages_of_weights() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| case["kind"] == "average") {
        let decay = case["config"]["decay"].as_f64();
        let mut average = decay.map_or_else(Average::equal, Average::exponential);
        let points = case["points"].as_array().unwrap();
        let mut model = param(&points[0]["weight"]);
        for point in points {
            model.set(tensor(&point["weight"])).unwrap();
            average.update(&model).unwrap();
            average.swap(&mut model).unwrap();
            assert_close(&model.value().unwrap(), &tensor(&point["average"]), TOLERANCE);
            average.swap(&mut model).unwrap();
            assert_eq!(model.value().unwrap(), tensor(&point["weight"]));
        }
        checked += 1;
    }
    assert_eq!(checked, 2);
}

/// The function that cases with a closure minimise, Σ curvature / 2 · (x − 1)² + x⁴ / 4.
fn valley(case: &Value) -> impl Fn(&Param) -> brand_nn_optim::Result<Var> {
    let curvature = tensor(&case["curvature"]);
    move |x| {
        let x = x.var(true)?;
        Ok(((&x - 1.0).square() * &curvature * 0.5 + x.square().square() * 0.25).sum())
    }
}

#[test]
fn lbfgs_goes_the_way_of_pytorch() {
    for case in cases().iter().filter(|case| case["kind"] == "lbfgs") {
        let config = Config(&case["config"]);
        let mut lbfgs = Lbfgs::new(config.number("learning_rate", 1.0))
            .iterations(config.number("max_iter", 20.0) as usize)
            .history(config.number("history_size", 100.0) as usize);
        if !config.says("wolfe") {
            lbfgs = lbfgs.fixed_step();
        }
        let mut x = param(&case["start_x"]);
        let function = valley(case);
        for point in case["points"].as_array().unwrap() {
            let loss = lbfgs.step(&mut x, &function).unwrap();
            let expected = point["loss"].as_f64().unwrap();
            assert!((loss - expected).abs() <= 1e-9 * expected.abs(), "{loss}, not {expected}");
            assert_close(&x.value().unwrap(), &tensor(&point["x"]), 1e-9);
        }
    }
}

#[test]
fn sharpness_aware_steps() {
    for case in cases().iter().filter(|case| case["kind"] == "sam") {
        let config = Config(&case["config"]);
        let sgd = Sgd::new(config.number("learning_rate", 0.0));
        let radius = config.number("radius", 0.0);
        let mut sam = Sam::new(sgd.momentum(config.number("momentum", 0.0))).radius(radius);
        if config.says("adaptive") {
            sam = sam.adaptive();
        }
        let mut x = param(&case["start_x"]);
        let function = valley(case);
        for point in case["points"].as_array().unwrap() {
            sam.step(&mut x, &function).unwrap();
            assert_close(&x.value().unwrap(), &tensor(&point["x"]), TOLERANCE);
        }
    }
}

/// Four small batches are one large one.
#[test]
fn accumulated_gradients_are_those_of_the_large_batch() {
    let start = serde_json::json!({"shape": [2], "values": [1.0, -2.0]});
    let (mut small, mut large) = (param(&start), param(&start));
    let mut accumulate = Accumulate::new(Sgd::new(0.1).momentum(0.9), 4);
    let mut direct = Sgd::new(0.1).momentum(0.9);
    let slopes = |i: f64| Tensor::from([i, 1.0 - i * i]);
    for round in 0..3 {
        for i in 0..4 {
            let entry = Gradient::Dense(slopes(f64::from(4 * round + i)));
            let gradients = Gradients::from_iter([(&small, entry)]);
            accumulate.step(&mut small, gradients).unwrap();
        }
        let sum = (0..4).map(|i| slopes(f64::from(4 * round + i))).reduce(|a, b| a + b).unwrap();
        let gradients = Gradients::from_iter([(&large, Gradient::Dense(sum / 4.0))]);
        direct.step(&mut large, gradients).unwrap();
        assert_close(&small.value().unwrap(), &large.value().unwrap(), TOLERANCE);
    }
}

#[track_caller]
fn refused(result: brand_nn_optim::Result<()>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn missing_gradients_are_refused() {
    let start = serde_json::json!({"shape": [1], "values": [1.0]});
    let mut pair = Pair { a: param(&start), b: param(&start) };
    let half = |pair: &Pair| {
        Gradients::from_iter([(&pair.a, Gradient::Dense(Tensor::ones([1]).to(DType::F64)))])
    };
    let gradients = half(&pair);
    refused(Sgd::new(0.1).step(&mut pair, gradients), "`b` is trainable but has no gradient");
    let gradients = half(&pair);
    Sgd::new(0.1).allow_missing().step(&mut pair, gradients).unwrap();
    pair.b.freeze();
    let gradients = half(&pair);
    Sgd::new(0.1).step(&mut pair, gradients).unwrap();
    assert_eq!(pair.b.value().unwrap().item(), 1.0);
}
