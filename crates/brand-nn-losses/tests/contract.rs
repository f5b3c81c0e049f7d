//! Every loss in one list, put through the contract; none may be missing from it.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::Var;
use brand_nn_losses::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Bpr, Contrastive, CosineEmbedding,
    CrossEntropy, Ctc, Dice, Focal, GaussianNll, Hinge, Huber, InfoNce, JensenShannon,
    KlDivergence, ListMle, ListNet, LogCosh, Loss, MarginRanking, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, MultiMargin,
    NtXent, PoissonNll, Quantile, RankNet, Result, SmoothL1, SquaredHinge, Triplet, Tweedie,
    ZeroInflatedLogNormal, check,
};
use brand_nn_tensor::Tensor;
use std::{fs, path::Path};

/// Outputs `[4, 3]`, no two alike and none near a kink.
fn outputs() -> Tensor {
    Tensor::from([[0.7, -1.3, 2.1], [-0.4, 0.25, 1.6], [1.9, -2.2, -0.8], [0.05, 3.1, -1.7]])
}

fn amounts() -> Tensor {
    Tensor::from([[0.0, 2.5, 7.0], [1.25, 0.0, 3.0], [0.5, 12.0, 0.0], [4.0, 1.0, 0.75]])
}

fn numbers() -> Tensor {
    Tensor::from([[0.1, -2.0, 0.3], [1.5, 2.25, -0.9], [0.4, 0.9, 3.3], [-1.1, 0.6, 0.2]])
}

fn labels() -> Tensor {
    Tensor::from([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
}

fn shares() -> Tensor {
    Tensor::from([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0], [0.1, 0.1, 0.8], [0.25, 0.5, 0.25]])
}

fn classes() -> Tensor {
    Tensor::from([2_i64, 0, 1, 1])
}

/// The name of a loss, the loss, and a target for [`outputs`].
type Row = (&'static str, Box<dyn Loss>, Tensor);

/// `Name: loss, target;`, a loss a line.
macro_rules! losses {
    ($($name:ident: $loss:expr, $target:expr;)*) => {
        vec![$((stringify!($name), Box::new($loss) as Box<dyn Loss>, $target)),*]
    };
}

fn losses() -> Vec<Row> {
    losses! {
        MeanSquaredError: MeanSquaredError, numbers();
        MeanAbsoluteError: MeanAbsoluteError, numbers();
        Huber: Huber::default(), numbers();
        Huber: Huber::default().delta(0.3), numbers();
        SmoothL1: SmoothL1::default().beta(0.7), numbers();
        LogCosh: LogCosh, numbers();
        MeanAbsolutePercentageError: MeanAbsolutePercentageError, numbers();
        MeanSquaredLogarithmicError: MeanSquaredLogarithmicError, amounts();
        Quantile: Quantile::new(0.9), numbers();
        PoissonNll: PoissonNll::default().full(), amounts();
        PoissonNll: PoissonNll::default().of_means(), amounts();
        Tweedie: Tweedie::new(1.3), amounts();
        GaussianNll: OfColumns(GaussianNll::default().full(), 2), numbers();
        ZeroInflatedLogNormal: ZeroInflatedLogNormal, Tensor::from([0.0, 7.5, 0.0, 120.0]);
        BinaryCrossEntropy: OfSigmoid, shares();
        BinaryCrossEntropyWithLogits: BinaryCrossEntropyWithLogits::default(), shares();
        BinaryCrossEntropyWithLogits:
            BinaryCrossEntropyWithLogits::default().positive_weights([0.5, 2.0, 7.0]), shares();
        Focal: Focal::default(), labels();
        Focal: Focal::default().gamma(0.5).unweighted(), labels();
        Hinge: Hinge, labels();
        SquaredHinge: SquaredHinge, labels();
        CrossEntropy: CrossEntropy::default(), classes();
        CrossEntropy: CrossEntropy::default().label_smoothing(0.1), classes();
        CrossEntropy: CrossEntropy::default().class_weights([0.5, 2.0, 3.0]), shares();
        MultiMargin: MultiMargin::default(), classes();
        MultiMargin: MultiMargin::default().margin(0.6).squared(), classes();
        KlDivergence: KlDivergence, shares();
        JensenShannon: JensenShannon, shares();
        Dice: Dice::default(), shares();
        RankNet: RankNet, numbers();
        ListNet: ListNet, numbers();
        ListMle: ListMle, numbers();
    }
}

/// A loss of probabilities, of the sigmoid of the outputs.
struct OfSigmoid;

impl Loss for OfSigmoid {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        BinaryCrossEntropy.each(&output.sigmoid(), target)
    }
}

/// A loss of some numbers side by side, of the first columns of the outputs and of the target.
struct OfColumns<L>(L, usize);

impl<L: Loss> Loss for OfColumns<L> {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        self.0.each(&output.slice(-1, 0..self.1), &target.select(-1, 0))
    }
}

/// The losses of several inputs: the name, the number of inputs, and the loss of examples.
type Many = (&'static str, usize, fn(&[Var]) -> Result<Var>);

fn signs() -> Tensor {
    Tensor::from([1.0, -1.0, -1.0, 1.0])
}

const MANY: [Many; 8] = [
    ("CosineEmbedding", 2, |x| CosineEmbedding::default().margin(0.1).each(&x[0], &x[1], &signs())),
    ("Contrastive", 2, |x| {
        Contrastive::default().margin(3.0).each(
            &x[0],
            &x[1],
            &signs().greater_than(0.0).to(x[0].dtype()),
        )
    }),
    ("Triplet", 3, |x| Triplet::default().margin(2.0).each(&x[0], &x[1], &x[2])),
    ("MarginRanking", 2, |x| {
        MarginRanking::default().margin(0.4).each(&x[0].sum_axis(-1), &x[1].sum_axis(-1), &signs())
    }),
    ("Bpr", 2, |x| Bpr.each(&x[0], &x[1])),
    ("InfoNce", 2, |x| InfoNce::new(0.2).each(&x[0], &x[1])),
    ("NtXent", 2, |x| NtXent::new(0.5).each(&x[0], &x[1])),
    ("Ctc", 1, |x| {
        let logits = x[0].reshape([1, 4, 3]);
        Ctc::default().each(&logits, &Tensor::from([[1_i64, 1]]), &[4], &[2])
    }),
];

#[test]
fn every_loss_keeps_the_contract() {
    for (_, loss, target) in losses() {
        check::loss(&*loss, &outputs(), &target).unwrap();
    }
    for (_, count, each) in MANY {
        let inputs = [outputs(), numbers() + 0.3, amounts() - 1.1];
        check::each(&inputs[..count], each).unwrap();
    }
}

#[test]
fn no_loss_is_missing_from_the_list() {
    let mut listed: Vec<_> = losses().iter().map(|(name, ..)| *name).collect();
    listed.extend(MANY.map(|(name, ..)| name));
    let mut found = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for name in text.lines().filter_map(|line| line.strip_prefix("pub struct ")) {
            let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            assert!(listed.contains(&name), "{name} is not in the list of this test");
            found += 1;
        }
    }
    assert!(found >= 33, "only {found} losses are found in the sources");
}

#[track_caller]
fn refused(result: Result<Var>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_settings_and_targets_are_refused() {
    let output = Var::from(outputs());
    let of = |loss: &dyn Loss, target: &Tensor| loss.loss(&output, target);
    refused(of(&Huber::default().delta(0.0), &numbers()), "huber: delta is 0, expected a number");
    refused(of(&SmoothL1::default().beta(-1.0), &numbers()), "smooth l1: beta is -1");
    refused(of(&Quantile::new(1.5), &numbers()), "quantile is 1.5, expected 0 to 1");
    refused(of(&Tweedie::new(2.0), &amounts()), "power is 2, expected a number between 1 and 2");
    refused(of(&Tweedie::new(1.5), &numbers()), "a target is -2, expected a number of at least 0");
    refused(of(&PoissonNll::default(), &numbers()), "poisson: a target is -2");
    refused(of(&MeanSquaredLogarithmicError, &numbers()), "msle: a target is -2");
    let raw = Var::from(outputs().slice(1, 0..2));
    let column = numbers().select(1, 0);
    refused(GaussianNll::default().epsilon(0.0).loss(&raw, &column), "epsilon is 0");
    refused(GaussianNll::default().loss(&output, &column), "the prediction [4, 3]");
    refused(of(&ZeroInflatedLogNormal, &column), "a target is -1.1");
    refused(of(&Focal::default().gamma(-1.0), &labels()), "gamma is -1");
    refused(of(&Focal::default().alpha(2.0), &labels()), "alpha is 2");
    refused(of(&Focal::default(), &shares()), "focal: a target is 0.2, expected 0 or 1");
    refused(of(&Hinge, &shares()), "hinge: a target is 0.2, expected -1 or 1");
    refused(of(&MultiMargin::default().margin(-1.0), &classes()), "margin is -1");
    refused(of(&MultiMargin::default(), &shares()), "the target has shape [4, 3]");
    refused(of(&MultiMargin::default(), &Tensor::from([0_i64, 1, 2, 3])), "3");
    refused(of(&KlDivergence, &numbers()), "a target is -2, expected a probability");
    refused(of(&JensenShannon, &classes()), "the target has shape [4]");
    refused(of(&Dice::default().smoothing(-1.0), &shares()), "smoothing is -1");
    refused(of(&Dice::default(), &amounts()), "a target is 2.5");
    refused(of(&RankNet, &classes()), "ranknet: the target has shape [4]");
    let weights = CrossEntropy::default().class_weights([1.0, 2.0]);
    refused(of(&weights, &classes()), "class_weights is of shape [2]");
    let negative = CrossEntropy::default().class_weights([1.0, 2.0, -1.0]);
    refused(of(&negative, &classes()), "class_weights is");
    let two = BinaryCrossEntropyWithLogits::default().positive_weights([1.0, 2.0]);
    refused(of(&two, &shares()), "positive_weight is");
}

#[test]
fn wrong_pairs_are_refused() {
    let (a, b) = (Var::from(outputs()), Var::from(numbers()));
    let short = Var::from(numbers().slice(0, 0..3));
    let pair = |margin: f64, target: &Tensor| {
        CosineEmbedding::default().margin(margin).each(&a, &b, target)
    };
    refused(pair(-1.0, &signs()), "cosine embedding: margin is -1");
    refused(pair(0.0, &(signs() * 0.5)), "a target is 0.5, expected 1 or -1");
    refused(pair(0.0, &labels()), "the target has shape [4, 3]");
    refused(Contrastive::default().each(&a, &b, &signs()), "a target is -1, expected 1 or 0");
    refused(Contrastive::default().margin(-1.0).each(&a, &b, &signs()), "margin is -1");
    refused(Triplet::default().each(&a, &b, &short), "triplet: the target has shape [3, 3]");
    refused(Triplet::default().margin(f64::NAN).each(&a, &b, &b), "margin is NaN");
    refused(MarginRanking::default().each(&a, &b, &labels()), "a target is 0, expected 1 or -1");
    refused(Bpr.each(&a, &short), "bpr: the target has shape [3, 3]");
    refused(InfoNce::new(0.0).each(&a, &b), "info-nce: temperature is 0");
    refused(NtXent::new(0.1).each(&a, &short), "nt-xent: the target has shape [3, 3]");
    refused(InfoNce::new(0.1).each(&a.flatten(), &b.flatten()), "embeddings are [batch, features]");
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let logits = Var::from(Tensor::zeros([1, 3, 4]));
    let of = |ids: [i64; 2], time: usize, count: usize, blank: usize| {
        Ctc::default().blank(blank).each(&logits, &Tensor::from([ids]), &[time], &[count])
    };
    assert!(of([2, 2], 3, 2, 0).is_ok(), "a repeat needs a blank between");
    refused(of([2, 2], 2, 2, 0), "the time that labels and their repeats need is 3");
    refused(of([2, 3], 0, 0, 0), "the time that labels and their repeats need is 1");
    refused(of([2, 0], 3, 2, 0), "a target is no class, or the blank");
    refused(of([2, 4], 3, 2, 0), "a target is 4");
    refused(of([2, -1], 3, 2, 0), "a target is no class");
    refused(of([2, 3], 4, 2, 0), "a time is 4");
    refused(of([2, 3], 3, 3, 0), "a number of labels is 3");
    refused(of([2, 3], 3, 2, 4), "the blank is 4");
    let lengths = Ctc::default().each(&logits, &Tensor::from([[1_i64]]), &[3, 3], &[1]);
    refused(lengths, "two lengths for each example");
}

#[test]
fn ignored_targets_do_not_count() {
    let loss = CrossEntropy::default().ignore_index(-100).class_weights([0.5, 2.0, 3.0]);
    let output = Var::leaf(outputs());
    let some = loss.loss(&output, &Tensor::from([2_i64, -100, 1, -100])).unwrap();
    let kept = Var::from(outputs().rows(&[0, 2]).unwrap());
    let expected = loss.loss(&kept, &Tensor::from([2_i64, 1])).unwrap();
    assert!((some.item() - expected.item()).abs() < 1e-12);
    let slope = some.backward().unwrap().get(&output).unwrap();
    assert_eq!(slope.select(0, 1).abs().max().item(), 0.0);
    let none = loss.loss(&output, &Tensor::from([-100_i64; 4])).unwrap();
    assert!(none.item().is_nan(), "the mean of nothing is not a number");
    refused(loss.loss(&output, &Tensor::from([2_i64, -1, 1, 0])), "-1");
}
