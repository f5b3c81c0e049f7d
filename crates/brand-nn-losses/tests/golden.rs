//! Losses and their gradients against values that PyTorch made in f64 (`golden/losses.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::Var;
use brand_nn_losses::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Bpr, Contrastive, CosineEmbedding,
    CrossEntropy, Ctc, Dice, Focal, GaussianNll, Hinge, Huber, InfoNce, JensenShannon,
    KlDivergence, ListMle, ListNet, LogCosh, Loss, MarginRanking, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, MultiMargin,
    NtXent, PoissonNll, Quantile, RankNet, Reduction, Result, SmoothL1, SquaredHinge, Triplet,
    Tweedie, ZeroInflatedLogNormal,
};
use brand_nn_tensor::{DType, Tensor, check::golden_from_str};
use serde_json::Value;

const GOLDEN: &str = include_str!("golden/losses.json");

fn tensor(value: &Value) -> Tensor {
    golden_from_str(&value.to_string()).unwrap()
}

type Each = Box<dyn Fn(&Var) -> Result<Var>>;

/// The settings and the inputs of a case by name.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn number(&self, name: &str, default: f64) -> f64 {
        self.0["config"][name].as_f64().unwrap_or(default)
    }

    fn says(&self, name: &str) -> bool {
        self.0["config"][name].as_bool() == Some(true)
    }

    fn input(&self, name: &str) -> Tensor {
        tensor(&self.0["inputs"][name])
    }

    /// A second input, in the type of the first.
    fn other(&self, name: &str) -> impl Fn(&Var) -> Var + use<> {
        let other = self.input(name);
        move |x| other.to(x.dtype()).into()
    }

    fn lengths(&self, name: &str) -> Vec<usize> {
        self.input(name).to(DType::I64).iter::<i64>().map(|n| n as usize).collect()
    }
}

/// The loss of an output and a target.
fn loss_of(case: &Case<'_>) -> Option<Box<dyn Loss>> {
    let (number, says) = (|name: &str, default| case.number(name, default), |n: &str| case.says(n));
    Some(match case.0["kind"].as_str()? {
        "mse" => Box::new(MeanSquaredError),
        "mae" => Box::new(MeanAbsoluteError),
        "huber" => Box::new(Huber::default().delta(number("delta", 1.0))),
        "smooth_l1" => Box::new(SmoothL1::default().beta(number("beta", 1.0))),
        "log_cosh" => Box::new(LogCosh),
        "mape" => Box::new(MeanAbsolutePercentageError),
        "msle" => Box::new(MeanSquaredLogarithmicError),
        "quantile" => Box::new(Quantile::new(number("quantile", 0.5))),
        "poisson" => Box::new(match (says("full"), says("of_means")) {
            (true, _) => PoissonNll::default().full(),
            (_, true) => PoissonNll::default().of_means(),
            _ => PoissonNll::default(),
        }),
        "tweedie" => Box::new(Tweedie::new(number("power", 1.5))),
        "gaussian" if says("full") => Box::new(GaussianNll::default().full()),
        "gaussian" => Box::new(GaussianNll::default()),
        "ziln" => Box::new(ZeroInflatedLogNormal),
        "kl" => Box::new(KlDivergence),
        "js" => Box::new(JensenShannon),
        "hinge" => Box::new(Hinge),
        "squared_hinge" => Box::new(SquaredHinge),
        "multi_margin" => {
            let margin = MultiMargin::default().margin(number("margin", 1.0));
            Box::new(if number("p", 1.0) == 2.0 { margin.squared() } else { margin })
        }
        "focal" => {
            let focal = Focal::default().gamma(number("gamma", 2.0));
            let alpha = case.0["config"]["alpha"].as_f64();
            Box::new(alpha.map_or(focal.unweighted(), |alpha| focal.alpha(alpha)))
        }
        "dice" => Box::new(Dice::default().smoothing(number("smoothing", 1.0))),
        "ranknet" => Box::new(RankNet),
        "listnet" => Box::new(ListNet),
        "listmle" => Box::new(ListMle),
        "bce" => Box::new(BinaryCrossEntropy),
        "bce_with_logits" => {
            let weights = &case.0["inputs"]["pos_weight"];
            let weights =
                if weights.is_null() { Tensor::ones([1]).to(DType::F64) } else { tensor(weights) };
            Box::new(BinaryCrossEntropyWithLogits::default().positive_weights(weights))
        }
        "cross_entropy" | "cross_entropy_dense" => Box::new(cross_entropy(case)),
        _ => return None,
    })
}

fn cross_entropy(case: &Case<'_>) -> CrossEntropy {
    let mut loss = CrossEntropy::default().label_smoothing(case.number("label_smoothing", 0.0));
    if !case.0["inputs"]["weight"].is_null() {
        loss = loss.class_weights(case.input("weight"));
    }
    match case.0["config"]["ignore_index"].as_i64() {
        Some(index) => loss.ignore_index(index),
        None => loss,
    }
}

/// A loss of pairs, triplets or sequences.
fn each_of(case: &Case<'_>) -> Each {
    let margin = case.number("margin", 0.0);
    let temperature = case.number("temperature", 1.0);
    match case.0["kind"].as_str().unwrap() {
        "cosine_embedding" => {
            let (b, t, loss) =
                (case.other("other"), case.input("target"), CosineEmbedding::default());
            Box::new(move |a| loss.margin(margin).each(a, &b(a), &t))
        }
        "margin_ranking" => {
            let (b, t, loss) =
                (case.other("other"), case.input("target"), MarginRanking::default());
            Box::new(move |a| loss.margin(margin).each(a, &b(a), &t))
        }
        "contrastive" => {
            let (b, t, loss) = (case.other("other"), case.input("target"), Contrastive::default());
            Box::new(move |a| loss.margin(margin).each(a, &b(a), &t))
        }
        "triplet" => {
            let (b, c, loss) = (case.other("other"), case.other("third"), Triplet::default());
            Box::new(move |a| loss.margin(margin).each(a, &b(a), &c(a)))
        }
        "bpr" => {
            let b = case.other("other");
            Box::new(move |a| Bpr.each(a, &b(a)))
        }
        "info_nce" => {
            let b = case.other("other");
            Box::new(move |a| InfoNce::new(temperature).each(a, &b(a)))
        }
        "nt_xent" => {
            let b = case.other("other");
            Box::new(move |a| NtXent::new(temperature).each(a, &b(a)))
        }
        "ctc" => {
            let loss = Ctc::default().blank(case.number("blank", 0.0) as usize);
            let targets = case.input("target").to(DType::I64);
            let (times, labels) = (case.lengths("times"), case.lengths("labels"));
            Box::new(move |x| loss.each(x, &targets, &times, &labels))
        }
        kind => panic!("no loss for golden cases of kind {kind}"),
    }
}

/// The loss of a case, reduced as the case says.
fn function(case: &Value) -> Each {
    let (case, reduction) = (Case(case), reduction_of(case));
    let Some(loss) = loss_of(&case) else { return each_of(&case) };
    let integers = ["cross_entropy", "multi_margin"].iter().any(|kind| case.0["kind"] == **kind);
    let target = case.input("target");
    let target = if integers { target.to(DType::I64) } else { target };
    Box::new(move |x| match reduction {
        Reduction::Mean => loss.loss(x, &target),
        _ => Ok(reduction.apply(&loss.each(x, &target)?)),
    })
}

fn reduction_of(case: &Value) -> Reduction {
    match case["config"]["reduction"].as_str().unwrap() {
        "mean" => Reduction::Mean,
        "sum" => Reduction::Sum,
        _ => Reduction::None,
    }
}

/// Compares point by point: one huge value must not hide the others.
#[track_caller]
fn check_points(case: &Value, ours: &Tensor, golden: &Value, tolerance: f64) {
    let reference = tensor(golden).reshape(ours.shape());
    let bound = reference.abs().maximum(&Tensor::ones_like(&reference)) * tolerance;
    let close = (ours.to(DType::F64) - &reference).abs().less_equal(&bound);
    assert!(close.all(), "{}: {ours}\nexpected {reference}", case["name"]);
}

/// The value and the gradient of one case in a precision.
#[track_caller]
fn check(case: &Value, dtype: DType, tolerance: f64) {
    let input = Var::leaf(tensor(&case["inputs"]["input"]).to(dtype));
    let value = function(case)(&input).unwrap();
    check_points(case, value.tensor(), &case["output"], tolerance);
    let seed = tensor(&case["seed_gradient"]).reshape(value.shape()).to(dtype);
    let gradients = (value * seed).sum().backward().unwrap();
    let slope = gradients.get(&input).unwrap();
    assert!(slope.is_finite().all(), "{}: {slope}", case["name"]);
    check_points(case, &slope, &case["gradient"], tolerance);
}

#[test]
fn losses_and_gradients() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    for case in file["cases"].as_array().unwrap() {
        // PyTorch's smallest divisor of the slope of probabilities is 1e-12 rounded to f32.
        let double = if case["kind"] == "bce" { 1e-8 } else { 1e-10 };
        check(case, DType::F64, double);
        // Probabilities beside 0 and 1 are 0 and 1 in f32: another loss.
        if !case["name"].as_str().unwrap().contains("at_0_and_1") {
            check(case, DType::F32, 2e-5);
        }
    }
}

/// The loss of logits is also the loss of the probabilities that were made of them.
#[test]
fn probabilities_remember_their_logits() {
    let logits = Var::leaf(Tensor::from([[1e4, -1e4], [17.0, 3.0]]));
    let target = Tensor::from([[1.0, 0.0], [1.0, 0.0]]);
    let direct = BinaryCrossEntropyWithLogits::default().loss(&logits, &target).unwrap();
    let through = BinaryCrossEntropy.loss(&logits.sigmoid(), &target).unwrap();
    assert_eq!(direct.tensor(), through.tensor());
    let classes = Tensor::from([0_i64, 1]);
    let direct = CrossEntropy::default().loss(&logits, &classes).unwrap();
    let through = CrossEntropy::default().loss(&logits.softmax(-1), &classes).unwrap();
    assert_eq!(direct.tensor(), through.tensor());
    assert!(through.backward().unwrap().is_finite());
}

#[track_caller]
fn refused(result: Result<Var>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_targets_are_refused() {
    let logits = Var::from(Tensor::zeros([2, 3]));
    let of = |target: Tensor| CrossEntropy::default().loss(&logits, &target);
    refused(of(Tensor::from([0_i64])), "the target has shape [1], the prediction [2, 3]");
    refused(of(Tensor::from([0_i64, 3])), "target is 3, expected a class from 0");
    refused(of(Tensor::zeros([2])), "the target has shape [2]");
    let column = Var::from(Tensor::full([2, 1], 0.5));
    let binary = |target: Tensor| BinaryCrossEntropy.loss(&column, &target);
    refused(binary(Tensor::from([0.0, 2.0])), "a target is 2, expected 0 to 1");
    refused(binary(Tensor::from([0.0, f32::NAN])), "a target is NaN");
    refused(binary(Tensor::zeros([3])), "the target has shape [3], the prediction [2, 1]");
    assert!(binary(Tensor::from([0.0, 1.0])).is_ok(), "[n] belongs to [n, 1]");
    let weight = BinaryCrossEntropyWithLogits::default().positive_weight(0.0);
    refused(weight.loss(&column, &Tensor::zeros([2])), "positive_weight is 0");
    let smooth = CrossEntropy::default().label_smoothing(1.5);
    refused(smooth.loss(&logits, &Tensor::from([0_i64, 1])), "label_smoothing is 1.5");
}
