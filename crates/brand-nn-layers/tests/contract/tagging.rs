//! Labels for every step of a sequence, against all rows of labels one by one.

use crate::{Row, Through, draws, refused, row};
use brand_nn_autodiff::{ParamSet, Params, Var};
use brand_nn_layers::{Crf, CrfPath, Error, Pass};
use brand_nn_tensor::{DType, Shape, Tensor, check::assert_close};

pub(crate) fn rows() -> Vec<Row> {
    let make = || Through {
        layer: Crf::new(LABELS),
        run: |crf, x, pass| {
            let labels = Tensor::zeros_of(&x.shape()[..x.ndim().min(2)], DType::I64);
            crf.log_likelihood(x, &labels, None, pass)
        },
        shape: |_| Shape::from(()),
    };
    vec![row("Crf", make, draws(&[2, 4, LABELS]))]
}

const LABELS: usize = 3;

fn field(seed: u64) -> Crf {
    let crf = Crf::new(LABELS).init(seed).unwrap();
    ParamSet::all(&crf).unwrap().iter().for_each(|param| {
        param.set(param.value().unwrap().to(DType::F64) * 10.0).unwrap();
    });
    crf
}

fn likelihood(crf: &Crf, emissions: &Tensor, labels: &Tensor, real: &Tensor) -> Tensor {
    let pass = &mut Pass::inference();
    crf.log_likelihood(&emissions.into(), labels, Some(real), pass).unwrap().into_tensor()
}

/// Every row of labels of a length.
fn all_rows(length: usize) -> Vec<Vec<i64>> {
    (0..length).fold(vec![Vec::new()], |rows, _| {
        let longer =
            |row: Vec<i64>| (0..LABELS as i64).map(move |label| [&row[..], &[label]].concat());
        rows.into_iter().flat_map(longer).collect()
    })
}

/// What a row of labels scores on the given steps of a sequence, by the definition.
fn score(crf: &Crf, emissions: &Tensor, steps: &[usize], row: &[i64]) -> f64 {
    let label = |t: usize| row[t] as usize;
    let value = |param: &brand_nn_autodiff::Param, at: &[usize]| param.value().unwrap().get(at);
    let Some(last) = row.len().checked_sub(1) else { return 0.0 };
    let ends =
        value(&crf.start_transitions, &[label(0)]) + value(&crf.end_transitions, &[label(last)]);
    let emitted: f64 = (0..row.len()).map(|t| emissions.get(&[steps[t], label(t)])).sum();
    let gone: f64 =
        (1..row.len()).map(|t| value(&crf.transitions, &[label(t - 1), label(t)])).sum();
    ends + emitted + gone
}

/// Padding in front, in between and behind, a whole sequence of it, and none.
#[test]
fn likelihood_and_decoding_agree_with_all_rows() {
    let crf = field(4);
    let emissions = draws(&[5, 4, LABELS]).to(DType::F64) * 2.0;
    let real = [
        [true, true, true, true],
        [true, true, false, false],
        [false, false, true, true],
        [true, false, true, false],
        [false, false, false, false],
    ];
    let mask = Tensor::from(real);
    let paths = crf.decode(&emissions, Some(&mask)).unwrap();
    for (number, real) in real.iter().enumerate() {
        let steps: Vec<usize> = (0..4).filter(|&t| real[t]).collect();
        let own = emissions.select(0, number);
        let rows = all_rows(steps.len());
        let scores: Vec<f64> = rows.iter().map(|row| score(&crf, &own, &steps, row)).collect();
        let log_sum = Tensor::from(scores.clone()).logsumexp(0).item();
        for (row, score) in rows.iter().zip(&scores) {
            let mut labels = [[-100_i64; 4]; 5];
            labels.iter_mut().for_each(|labels| *labels = [1; 4]);
            labels[number] = [-100; 4];
            steps.iter().zip(row).for_each(|(&t, &label)| labels[number][t] = label);
            let got = likelihood(&crf, &emissions, &Tensor::from(labels), &mask);
            let difference = got.get(&[number]) - (score - log_sum);
            assert!(difference.abs() < 1e-12, "sequence {number}, labels {row:?}: {difference}");
        }
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let place = scores.iter().position(|&score| score == best).unwrap();
        assert_eq!(paths[number].labels, rows[place]);
        assert!((paths[number].score - best).abs() < 1e-12);
    }
}

/// Padding changes neither the value nor a gradient, even if it is NaN.
#[test]
fn padding_reaches_no_gradient() {
    let crf = field(2);
    let short = draws(&[2, 3, LABELS]).to(DType::F64);
    let padded = short.pad(1, 1, 2, f64::NAN);
    let labels = Tensor::from([[0_i64, 2, 1], [1, 1, 0]]);
    let more = labels.pad(1, 1, 2, -100.0);
    let real = Tensor::from([[false, true, true, true, false, false]; 2]);
    let run = |emissions: &Tensor, labels: &Tensor, real: Option<&Tensor>| {
        let x = Var::leaf(emissions.clone());
        let pass = &mut Pass::inference().learning();
        let value = crf.log_likelihood(&x, labels, real, pass).unwrap().sum();
        let slopes = value.backward().unwrap();
        let transitions = slopes.get(&crf.transitions).unwrap();
        (value.item(), slopes.get(&x).unwrap(), transitions)
    };
    let (value, by_x, by_transitions) = run(&short, &labels, None);
    let again = run(&padded, &more, Some(&real));
    assert_eq!((again.0, &again.2), (value, &by_transitions));
    assert_close(&again.1, &by_x.pad(1, 1, 2, 0.0), 1e-14);
}

#[test]
fn sizes_of_nothing_and_awkward_scores_work() {
    let crf = field(1);
    let pass = &mut Pass::inference();
    for shape in [[0, 4, LABELS], [2, 0, LABELS]] {
        let emissions = Tensor::zeros_of(shape, DType::F64);
        let labels = Tensor::zeros_of([shape[0], shape[1]], DType::I64);
        let got = crf.log_likelihood(&(&emissions).into(), &labels, None, pass).unwrap();
        assert_eq!(got.tensor(), &Tensor::zeros_of([shape[0]], DType::F64));
        let empty = CrfPath { labels: Vec::new(), score: 0.0 };
        assert_eq!(crf.decode(&emissions, None).unwrap(), vec![empty; shape[0]]);
    }
    let huge = Tensor::from([[[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0]]]);
    let labels = Tensor::from([[0_i64, 1]]);
    let got = crf.log_likelihood(&(&huge).into(), &labels, None, pass).unwrap();
    assert!(got.item().abs() < 1e-12, "{got:?}");
    let nan = Tensor::from([[[0.0, 1.0, 0.0], [0.0, f64::NAN, 0.0], [0.0, 2.0, 0.0]]]);
    assert!(crf.decode(&nan, None).unwrap()[0].score.is_nan());
}

#[test]
fn wrong_inputs_are_refused() {
    let none = Crf::new(0).init(0).map_err(Error::from);
    refused(none, "crf: labels is 0, expected at least 1");
    let crf = Crf::new(3).init(0).unwrap();
    let run = |emissions: Tensor, labels: Tensor, real: Option<Tensor>| {
        let pass = &mut Pass::inference();
        crf.log_likelihood(&emissions.into(), &labels, real.as_ref(), pass)
    };
    let ids = |shape: &[usize]| Tensor::zeros_of(shape, DType::I64);
    let ok = || draws(&[2, 4, 3]);
    refused(run(draws(&[2, 4]), ids(&[2, 4]), None), "[2, 4], expected [batch, time, 3 features]");
    refused(run(draws(&[2, 4, 2]), ids(&[2, 4]), None), "expected [batch, time, 3 features]");
    refused(run(ok(), ids(&[2, 3]), None), "crf (labels): the input has shape [2, 3], expected");
    refused(run(ok(), draws(&[2, 4]), None), "crf (labels): the input is f32, expected i64 labels");
    refused(run(ok(), ids(&[2, 4]) + 3.0, None), "crf (labels): id 3, expected 0 to 2");
    refused(run(ok(), ids(&[2, 4]) - 1.0, None), "crf (labels): id -1, expected 0 to 2");
    let flags = |shape: &[usize]| Some(Tensor::ones(shape).greater_than(0.0));
    refused(run(ok(), ids(&[2, 4]), flags(&[2, 3])), "crf (mask): the input has shape [2, 3]");
    refused(run(ok(), ids(&[2, 4]), Some(ids(&[2, 4]))), "crf (mask): the input is i64, expected");
    let double = ok().to(DType::F64);
    refused(run(double.clone(), ids(&[2, 4]), None), "crf: the input is f64, expected f32 as the");
    refused(crf.decode(&double, None), "crf: the input is f64, expected f32 as the weights");
    refused(crf.decode(&draws(&[2, 4, 2]), None), "expected [batch, time, 3 features]");
    let pending = Crf::new(3).decode(&ok(), None);
    refused(pending, "has no value yet");
}
