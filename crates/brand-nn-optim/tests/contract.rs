//! Every optimizer in one list, put through the contract; none may be missing from it.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Gradient, Gradients, Init, Param, Params};
use brand_nn_optim::{
    Accumulate, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Average, Constraint, Cosine,
    Ftrl, Group, Lamb, LazyAdam, Lbfgs, Lion, Muon, NAdam, Optimizer, RAdam, RmsProp, Sam, Sgd,
    check::{self, Rows},
};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::{fs, path::Path};

type Make = fn() -> Box<dyn Optimizer>;

/// Name, whether rows are dense, the optimizer with more than its defaults, and wrong settings.
struct Row {
    name: &'static str,
    rows: Rows,
    make: Vec<Make>,
    wrong: Vec<(Make, &'static str)>,
}

/// `Name, rows: [optimizer, …], wrong: [optimizer => "words", …];`, an optimizer a line.
macro_rules! optimizers {
    ($($name:ident, $rows:ident: [$($make:expr),* $(,)?],
       wrong: [$($wrong:expr => $words:literal),* $(,)?];)*) => {
        vec![$(Row {
            name: stringify!($name),
            rows: Rows::$rows,
            make: vec![$(|| Box::new($make)),*],
            wrong: vec![$((|| Box::new($wrong), $words)),*],
        }),*]
    };
}

fn optimizers() -> Vec<Row> {
    optimizers! {
        Sgd, AreDense: [
            Sgd::new(0.1), Sgd::new(0.1).momentum(0.9).dampening(0.1).weight_decay(0.01),
            Sgd::new(Cosine::new(0.1, 300).warm_up(5)).momentum(0.5).nesterov(),
        ], wrong: [
            Sgd::new(0.0) => "learning_rate is 0", Sgd::new(0.1).momentum(1.5) => "momentum is 1.5",
            Sgd::new(0.1).nesterov() => "momentum is 0",
            Sgd::new(0.1).dampening(-1.0) => "dampening",
            Sgd::new(0.1).weight_decay(-1.0) => "weight_decay is -1",
        ];
        Adam, AreDense: [Adam::new(0.05), Adam::new(0.05).amsgrad().weight_decay(0.01)], wrong: [
            Adam::new(f64::NAN) => "learning_rate is NaN",
            Adam::new(0.1).betas(1.0, 0.9) => "beta1 is 1",
            Adam::new(0.1).betas(0.9, -0.1) => "beta2 is -0.1",
            Adam::new(0.1).epsilon(0.0) => "epsilon is 0",
        ];
        AdamW, AreDense: [AdamW::new(0.05), AdamW::new(0.05).amsgrad()], wrong: [
            AdamW::new(0.1).weight_decay(-1.0) => "AdamW: weight_decay is -1",
        ];
        LazyAdam, Differ: [LazyAdam::new(0.05)], wrong: [
            LazyAdam::new(0.1).betas(0.9, 1.0) => "beta2 is 1",
            LazyAdam::new(0.1).epsilon(-1.0) => "epsilon",
        ];
        NAdam, AreDense: [NAdam::new(0.05), NAdam::new(0.05).weight_decay(0.01)], wrong: [
            NAdam::new(0.1).momentum_decay(-1.0) => "momentum_decay is -1",
        ];
        RAdam, AreDense: [RAdam::new(0.05)],
        wrong: [RAdam::new(0.1).betas(0.9, 2.0) => "beta2 is 2"];
        Adamax, AreDense: [Adamax::new(0.05)],
        wrong: [Adamax::new(0.1).epsilon(-1.0) => "epsilon is -1"];
        RmsProp, AreDense: [
            RmsProp::new(0.05), RmsProp::new(0.01).centered().momentum(0.5).decay(0.9).epsilon(0.1),
        ], wrong: [
            RmsProp::new(0.1).decay(1.0) => "decay is 1",
            RmsProp::new(0.1).momentum(1.0) => "momentum is 1",
        ];
        Adagrad, AreDense: [Adagrad::new(0.5), Adagrad::new(0.5).rate_decay(0.01).initial_sum(0.1)],
        wrong: [
            Adagrad::new(0.1).rate_decay(-1.0) => "rate_decay",
            Adagrad::new(0.1).initial_sum(-1.0) => "initial_sum",
            Adagrad::new(0.1).epsilon(0.0) => "epsilon is 0",
        ];
        Adadelta, AreDense: [Adadelta::new(5.0).epsilon(1e-3)], wrong: [
            Adadelta::new(0.1).rho(1.0) => "rho is 1",
            Adadelta::new(0.1).epsilon(0.0) => "epsilon is 0",
        ];
        Adafactor, AreDense: [Adafactor::new(0.1), Adafactor::new(0.1).weight_decay(0.01)], wrong: [
            Adafactor::new(0.1).clip(0.5) => "clip is 0.5",
            Adafactor::new(0.1).beta2_decay(0.5) => "beta2_decay is 0.5",
            Adafactor::new(0.1).epsilon(-1.0) => "epsilon is -1",
        ];
        Lion, AreDense: [Lion::new(0.05), Lion::new(0.05).weight_decay(0.01)], wrong: [
            Lion::new(0.1).betas(-0.1, 0.9) => "beta1 is -0.1",
            Lion::new(0.1).betas(0.9, 1.0) => "beta2 is 1",
        ];
        Lamb, AreDense: [Lamb::new(0.02), Lamb::new(0.02).weight_decay(0.01)], wrong: [
            Lamb::new(0.1).epsilon(0.0) => "epsilon is 0",
        ];
        Ftrl, AreDense: [Ftrl::new(1.0), Ftrl::new(1.0).l1(0.01).l2(0.01).beta(0.5)], wrong: [
            Ftrl::new(0.1).l1(-1.0) => "l1 is -1", Ftrl::new(0.1).l2(-1.0) => "l2 is -1",
            Ftrl::new(0.1).beta(-1.0) => "beta is -1",
        ];
        Muon, AreDense: [
            Muon::new(0.05).weight_decay(0.01),
            Muon::new(0.05).plain_momentum().match_adam().weight_decay(0.0),
            Muon::new(0.05).adam_for(2).adam_factor(0.5),
        ], wrong: [
            Muon::new(0.1).momentum(1.0) => "momentum is 1",
            Muon::new(0.1).adam_factor(-1.0) => "adam_factor",
        ];
        Accumulate, AreDense: [
            Accumulate::new(Adam::new(0.05), 1), Accumulate::new(Sgd::new(0.3).momentum(0.5), 4),
        ], wrong: [
            Accumulate::new(Adam::new(0.1), 0) => "Accumulate: count is 0",
            Accumulate::new(Adam::new(-0.1), 2) => "Adam: learning_rate is -0.1",
        ];
    }
}

/// What asks for the loss itself, or is no optimizer of its own; it has tests of its own.
const OTHERS: [&str; 2] = ["Lbfgs", "Sam"];

#[test]
fn every_optimizer_keeps_the_contract() {
    for Row { name, rows, make, .. } in optimizers() {
        assert!(!make.is_empty(), "{name} is listed without an example");
        for make in make {
            check::optimizer(make, rows).unwrap();
        }
    }
}

#[test]
fn wrong_settings_are_refused() {
    for Row { wrong, .. } in optimizers() {
        for (make, words) in wrong {
            check::refuses(make(), &[words, "expected"]);
        }
    }
    let refused = |group: Group, words: &str| check::refuses(Adam::new(0.1).group(group), &[words]);
    refused(Group::of("*").rate_factor(-1.0), "rate_factor is -1");
    refused(Group::of("*").weight_decay(f64::NAN), "weight_decay is NaN");
    refused(Group::of("*").decoupled_decay(-1.0), "decoupled_decay is -1");
    refused(Group::of("*").l1(-1.0), "l1 is -1");
    refused(Group::of("*").l2(-1.0), "l2 is -1");
    refused(Group::of("*").constraint(Constraint::MaxNorm(0.0)), "max_norm is 0");
}

/// The names that the sources declare as optimizers.
fn declared() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let macros =
                text.lines().filter(|line| line.contains("), decay: ") && !line.contains('$'));
            names.extend(macros.filter_map(|line| Some(line.trim().split_once('(')?.0.to_owned())));
            let wrappers = text.lines().filter_map(|line| line.strip_prefix("impl<O: Optimizer> "));
            let names_of = wrappers.map(|rest| rest.trim_start_matches("Optimizer for "));
            names.extend(names_of.filter_map(|rest| Some(rest.split_once('<')?.0.to_owned())));
        }
    }
    names
}

#[test]
fn no_optimizer_is_missing_from_the_list() {
    let listed: Vec<_> = optimizers().iter().map(|row| row.name).chain(OTHERS).collect();
    let declared = declared();
    assert!(declared.len() >= 16, "only {declared:?} are found in the sources");
    for name in declared {
        assert!(listed.contains(&name.as_str()), "{name} is not in the list of this test");
    }
}

#[derive(Params)]
struct Pair {
    weight: Param,
    bias: Param,
}

fn pair() -> Pair {
    let one = |value: Tensor| {
        let param = Param::new(value.shape(), Init::Zeros);
        param.set(value).unwrap();
        param
    };
    Pair { weight: one(Tensor::from([[3.0, -4.0], [0.5, 0.0]])), bias: one(Tensor::from([1.0])) }
}

/// The weight and the bias after one step of plain descent with rate 0.5 and gradients of one.
#[track_caller]
fn after(groups: &[Group], weight: [[f64; 2]; 2], bias: f64) {
    let mut pair = pair();
    let mut sgd = groups.iter().cloned().fold(Sgd::new(0.5), Sgd::group);
    let ones = |param: &Param| Gradient::Dense(Tensor::ones_like(&param.value().unwrap()));
    let gradients =
        Gradients::from_iter([(&pair.weight, ones(&pair.weight)), (&pair.bias, ones(&pair.bias))]);
    sgd.step(&mut pair, gradients).unwrap();
    let distance = (pair.weight.value().unwrap() - Tensor::from(weight)).abs().max().item();
    assert!(distance < 1e-12, "{}", pair.weight.value().unwrap());
    assert!((pair.bias.value().unwrap().item() - bias).abs() < 1e-12);
}

#[test]
fn groups() {
    let plain = [[2.5, -4.5], [0.0, -0.5]];
    after(&[], plain, 0.5);
    after(&[Group::of("bias").rate_factor(0.0)], plain, 1.0);
    after(&[Group::of("*").frozen()], [[3.0, -4.0], [0.5, 0.0]], 1.0);
    after(
        &[Group::of("*").rate_factor(2.0), Group::of("bias").rate_factor(1.0)],
        [[2.0, -5.0], [-0.5, -1.0]],
        0.5,
    );
    after(&[Group::of("bias").weight_decay(0.5)], plain, 0.25);
    after(&[Group::of("bias").decoupled_decay(0.5)], plain, 0.25);
    after(&[Group::of("weight").l1(0.5)], [[2.25, -4.25], [-0.25, -0.5]], 0.5);
    after(&[Group::of("weight").l2(0.25)], [[1.75, -3.5], [-0.125, -0.5]], 0.5);
    let constrained = |constraint| [Group::of("weight").constraint(constraint)];
    after(&constrained(Constraint::NonNegative), [[2.5, 0.0], [0.0, 0.0]], 0.5);
    let length = 26.5_f64.sqrt();
    after(&constrained(Constraint::UnitNorm), [[2.5 / length, -4.5 / length], [0.0, -1.0]], 0.5);
    after(
        &constrained(Constraint::MaxNorm(1.0)),
        [[2.5 / length, -4.5 / length], [0.0, -0.5]],
        0.5,
    );
}

#[test]
fn a_pattern_without_a_match_is_refused() {
    let mut pair = pair();
    let mut sgd = Sgd::new(0.1).group(Group::of("wait"));
    let error = sgd.step(&mut pair, Gradients::default()).unwrap_err().to_string();
    assert!(error.contains("wait") && error.contains("weight"), "{error}");
}

#[test]
fn a_state_of_another_shape_is_refused() {
    let mut param = Param::new([2], Init::Zeros).init(0).unwrap();
    let mut adam = Adam::new(0.1);
    let step = |adam: &mut Adam, param: &mut Param| {
        let ones = Gradient::Dense(Tensor::ones(param.shape()));
        let gradients = Gradients::from_iter([(&*param, ones)]);
        adam.step(param, gradients)
    };
    step(&mut adam, &mut param).unwrap();
    let mut longer = Param::new([3], Init::Zeros).init(0).unwrap();
    let mut other = Adam::new(0.1);
    other.load_state(adam.state()).unwrap();
    let error = step(&mut other, &mut longer).unwrap_err().to_string();
    assert!(error.contains("expected f32 of shape [3]"), "{error}");
}

#[test]
fn a_parameter_that_comes_late_begins_with_its_own_first_step() {
    let mut pair = pair();
    let mut adam = Adam::new(0.1).allow_missing();
    let ones = |param: &Param| Gradient::Dense(Tensor::ones_like(&param.value().unwrap()));
    for _ in 0..20 {
        let gradients = Gradients::from_iter([(&pair.weight, ones(&pair.weight))]);
        adam.step(&mut pair, gradients).unwrap();
    }
    let gradients = Gradients::from_iter([(&pair.bias, ones(&pair.bias))]);
    adam.step(&mut pair, gradients).unwrap();
    assert!((pair.bias.value().unwrap().item() - 0.9).abs() < 1e-6, "one step of the rate's size");
}

/// A valley whose floor is at (2, −1).
fn valley(x: &Param) -> brand_nn_optim::Result<brand_nn_autodiff::Var> {
    let shift = x.var(true)? - Tensor::from([2.0, -1.0]);
    Ok((shift.square() * Tensor::from([1.0, 30.0])).sum() + shift.square().square().sum())
}

fn at(values: [f64; 2]) -> Param {
    let param = Param::new([2], Init::Zeros);
    param.set(Tensor::from(values)).unwrap();
    param
}

#[test]
fn lbfgs_resumes_and_refuses() {
    let (mut through, mut halted) = (at([-3.0, 4.0]), at([-3.0, 4.0]));
    let make = || Lbfgs::new(1.0).iterations(3).history(4);
    let mut first = make();
    for _ in 0..2 {
        first.step(&mut through, valley).unwrap();
    }
    let mut second = make();
    second.step(&mut halted, valley).unwrap();
    let mut third = make();
    let bytes = second.state().to_bytes().unwrap();
    third.load_state(&TensorFile::from_bytes(&bytes).unwrap()).unwrap();
    third.step(&mut halted, valley).unwrap();
    assert_eq!(through.value().unwrap(), halted.value().unwrap());
    assert!(third.load_state(&TensorFile::default()).is_err());

    let refused = |mut lbfgs: Lbfgs, words: &str| {
        let error = lbfgs.step(&mut at([0.0, 0.0]), valley).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused(Lbfgs::new(0.0), "Lbfgs: learning_rate is 0");
    refused(Lbfgs::new(1.0).iterations(0), "iterations is 0");
    refused(Lbfgs::new(1.0).history(0), "history is 0");
    refused(Lbfgs::new(1.0).tolerances(-1.0, 0.0), "gradient_tolerance is -1");
    let constant = |_: &Param| Ok::<_, brand_nn_optim::Error>(Tensor::scalar(1.0).into());
    assert!(Lbfgs::new(1.0).step(&mut at([0.0, 0.0]), constant).is_err());
}

/// A loss that is not finite far away is searched around, and where it is nowhere, nothing moves.
#[test]
fn lbfgs_stays_where_the_loss_is_finite() {
    let mut x = at([0.5, 0.5]);
    let barrier = |x: &Param| -> brand_nn_optim::Result<_> {
        let x = x.var(true)?;
        Ok((&x * 30.0 - x.log()).sum()) // least at 1/30, not a number below 0
    };
    Lbfgs::new(1.0).iterations(50).step(&mut x, barrier).unwrap();
    assert!((x.value().unwrap() - 1.0 / 30.0).abs().max().item() < 1e-6, "{}", x.value().unwrap());
    let mut x = at([-1.0, -1.0]);
    assert!(Lbfgs::new(1.0).step(&mut x, barrier).unwrap().is_nan());
    assert_eq!(x.value().unwrap(), Tensor::from([-1.0, -1.0]));
}

#[test]
fn sharpness_aware_steps_restore_what_an_error_leaves() {
    let mut x = at([-3.0, 4.0]);
    let mut calls = 0;
    let fails = |x: &Param| {
        calls += 1;
        if calls == 1 { valley(x) } else { Sgd::new(-1.0).check().and_then(|()| valley(x)) }
    };
    assert!(Sam::new(Sgd::new(0.01)).step(&mut x, fails).is_err());
    assert_eq!(x.value().unwrap(), Tensor::from([-3.0, 4.0]));
    let error = Sam::new(Sgd::new(0.01)).radius(-1.0).step(&mut x, valley).unwrap_err();
    assert!(error.to_string().contains("Sam: radius is -1"), "{error}");
}

#[test]
fn averages_refuse_and_resume() {
    let (mut x, mut average) = (at([1.0, 2.0]), Average::equal());
    assert!(average.swap(&mut x).is_err(), "nothing was averaged yet");
    average.update(&x).unwrap();
    average.swap(&mut x).unwrap();
    let error = average.update(&x).unwrap_err().to_string();
    assert!(error.contains("the average itself"), "{error}");
    average.swap(&mut x).unwrap();
    let mut resumed = Average::equal();
    resumed.load_state(average.state()).unwrap();
    for average in [&mut average, &mut resumed] {
        x.set(Tensor::from([3.0, 8.0])).unwrap();
        average.update(&x).unwrap();
        average.swap(&mut x).unwrap();
        assert_eq!(x.value().unwrap(), Tensor::from([2.0, 5.0]));
    }
    assert!(Average::exponential(1.5).update(&x).is_err());
}

/// Gradients by rows that are not complete yet are part of the state.
#[test]
fn half_a_large_batch_is_resumed() {
    use brand_nn_autodiff::embedding;
    let make = || Accumulate::new(Sgd::new(0.5), 3);
    let run = |halts: bool| {
        let mut table = Param::new([4, 2], Init::Constant(1.0)).init(0).unwrap();
        let mut optimizer = make();
        for word in [0_i64, 3, 0, 1, 2] {
            let row = embedding(&table.var(true).unwrap(), &Tensor::from([word, 3])).unwrap();
            let gradients = (row.square() * (word as f64 + 0.1)).sum().backward().unwrap();
            optimizer.step(&mut table, gradients).unwrap();
            if halts {
                let bytes = optimizer.state().to_bytes().unwrap();
                optimizer = make();
                optimizer.load_state(TensorFile::from_bytes(&bytes).unwrap()).unwrap();
            }
        }
        (table.value().unwrap(), optimizer.state())
    };
    assert_eq!(run(true), run(false));
}
