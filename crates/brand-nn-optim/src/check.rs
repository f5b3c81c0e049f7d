//! The contract that every optimizer keeps, as a suite that users' own can be put through.

use crate::{Error, Optimizer, Result};
use brand_nn_autodiff::{Gradient, Gradients, Init, Param, ParamSet, Params, RowGradient};
use brand_nn_tensor::{DType, Tensor, io::TensorFile};

/// A matrix and a vector, which are all that an optimizer needs to be tried on.
#[derive(Params)]
struct Pair {
    weight: Param,
    bias: Param,
}

/// Puts an optimizer through the contract that all of them keep.
///
/// `make` makes it, always the same, with a rate that suits a bowl of curvature one. Checked: it
/// goes down the bowl Σ (w − 3)² / 2, in f32 and in f64; a run that is saved as a file and loaded in
/// its middle equals an uninterrupted one bit for bit; the state of another optimizer is refused; a
/// gradient by rows gives what the written-out one gives, if `rows` says so; a missing gradient is
/// refused, and a frozen parameter stays; gradients of zero length are taken. [`refuses`] looks at
/// wrong settings.
///
/// # Errors
/// What the optimizer itself returns.
///
/// # Panics
/// If a point of the contract is broken; the message says which.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Adam, check};
///
/// check::optimizer(|| Adam::new(0.05), check::Rows::AreDense)?;
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
pub fn optimizer<O: Optimizer + 'static>(make: impl Fn() -> O, rows: Rows) -> Result<()> {
    let make = || Box::new(make()) as Box<dyn Optimizer>;
    make().check()?;
    for dtype in [DType::F32, DType::F64] {
        descends(&make, dtype)?;
        resumes(&make, dtype)?;
    }
    foreign_state(&make);
    missing_gradient(&make)?;
    empty(&make)?;
    if rows == Rows::AreDense {
        rows_are_dense(&make)?;
    }
    Ok(())
}

/// Whether an optimizer promises that a gradient by rows gives what the written-out one gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// It does.
    AreDense,
    /// Rows without a gradient are left alone, or it makes no promise.
    Differ,
}

/// Puts an optimizer with a wrong setting through the refusal that all of them owe.
///
/// # Panics
/// If it does not refuse, or the message lacks one of the words in `says`.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Adam, check};
///
/// check::refuses(Adam::new(-1.0), &["Adam", "learning_rate", "-1", "above 0"]);
/// ```
#[track_caller]
pub fn refuses(mut optimizer: impl Optimizer, says: &[&str]) {
    let early = optimizer.check().expect_err("the setting is checked before the first step");
    let mut pair = pair(DType::F64);
    let gradients = bowl(&pair);
    let late = optimizer.step(&mut pair, gradients).expect_err("and by the step");
    for text in [early.to_string(), late.to_string()] {
        for word in says {
            assert!(text.contains(word), "{text}\ndoes not say: {word}");
        }
    }
}

type Make<'a> = &'a dyn Fn() -> Box<dyn Optimizer>;

fn pair(dtype: DType) -> Pair {
    let start = |values: Vec<f64>, shape: &[usize]| {
        let param = Param::new(shape, Init::Zeros);
        let value = Tensor::from(values).to(dtype).reshape(shape);
        param.set(value).expect("the shape is the parameter's own");
        param
    };
    Pair {
        weight: start(vec![1.0, -0.5, 2.0, 4.0, 0.25, 1.5], &[3, 2]),
        bias: start(vec![0.5, 5.0], &[2]),
    }
}

/// The gradient of Σ (w − 3)² / 2.
fn bowl(pair: &Pair) -> Gradients {
    let slope = |param: &Param| match param.value() {
        Ok(value) => Gradient::Dense(value - 3.0),
        Err(error) => panic!("{error}"),
    };
    Gradients::from_iter([(&pair.weight, slope(&pair.weight)), (&pair.bias, slope(&pair.bias))])
}

fn height(pair: &Pair) -> Result<f64> {
    let [weight, bias] = [pair.weight.value()?, pair.bias.value()?];
    Ok(((weight - 3.0).square().sum().item() + (bias - 3.0).square().sum().item()) / 2.0)
}

fn steps(optimizer: &mut dyn Optimizer, pair: &mut Pair, count: usize) -> Result<()> {
    (0..count).try_for_each(|_| {
        let gradients = bowl(pair);
        optimizer.step(pair, gradients)
    })
}

fn descends(make: Make<'_>, dtype: DType) -> Result<()> {
    let mut pair = pair(dtype);
    let before = height(&pair)?;
    steps(&mut *make(), &mut pair, 200)?;
    let after = height(&pair)?;
    assert!(after < 0.5 * before, "200 steps in {dtype} go from {before} to {after}");
    assert!(pair.weight.dtype() == dtype, "a step changes the dtype to {}", pair.weight.dtype());
    Ok(())
}

/// Seven steps equal four, a file, and three more.
fn resumes(make: Make<'_>, dtype: DType) -> Result<()> {
    let (mut through, mut halted) = (pair(dtype), pair(dtype));
    let (mut first, mut second, mut third) = (make(), make(), make());
    first.scale_rate(0.5);
    second.scale_rate(0.5);
    steps(&mut *first, &mut through, 7)?;
    steps(&mut *second, &mut halted, 4)?;
    let bytes = second.state().to_bytes().map_err(brand_nn_autodiff::Error::from)?;
    third.load_state(TensorFile::from_bytes(&bytes).map_err(brand_nn_autodiff::Error::from)?)?;
    let untouched = third.state() == second.state();
    assert!(untouched, "a state that is loaded and saved again is another");
    assert!(third.rate() == second.rate(), "the rate goes on from {}", third.rate());
    steps(&mut *third, &mut halted, 3)?;
    for (one, other) in ParamSet::all(&through)?.iter().zip(ParamSet::all(&halted)?.iter()) {
        let [one, other] = [one.value()?, other.value()?];
        assert!(one == other, "a resumed run in {dtype} gives {other}, not {one}");
    }
    Ok(())
}

fn foreign_state(make: Make<'_>) {
    let mut state = make().state();
    state.metadata.insert("optimizer".into(), "another".into());
    let refused = matches!(make().load_state(state), Err(Error::State { .. }));
    assert!(refused, "the state of another optimizer is not refused");
    let refused = matches!(make().load_state(TensorFile::default()), Err(Error::State { .. }));
    assert!(refused, "an empty state is not refused");
}

/// Enough calls that also an optimizer that gathers gradients looks at them.
const CALLS: usize = 8;

fn missing_gradient(make: Make<'_>) -> Result<()> {
    let mut pair = pair(DType::F64);
    let half = |pair: &Pair| {
        let mut gradients = bowl(pair);
        gradients.remove(&pair.bias);
        gradients
    };
    let mut optimizer = make();
    let results: Vec<_> = (0..CALLS)
        .map(|_| {
            let gradients = half(&pair);
            optimizer.step(&mut pair, gradients)
        })
        .collect();
    let error = results.into_iter().find_map(Result::err);
    let names = matches!(&error, Some(Error::NoGradient { parameter, .. }) if parameter == "bias");
    assert!(names, "a parameter without a gradient is not refused by its name: {error:?}");
    pair.bias.freeze();
    let (mut optimizer, before) = (make(), pair.bias.value()?);
    for _ in 0..CALLS {
        let gradients = half(&pair);
        optimizer.step(&mut pair, gradients)?;
    }
    assert!(pair.bias.value()? == before, "a frozen parameter moves");
    Ok(())
}

fn empty(make: Make<'_>) -> Result<()> {
    for shape in [&[0][..], &[0, 3], &[3, 0]] {
        let (mut param, mut optimizer) = (Param::new(shape, Init::Zeros).init(0)?, make());
        for _ in 0..CALLS {
            let zero = Gradient::Dense(Tensor::zeros(shape));
            let gradients = Gradients::from_iter([(&param, zero)]);
            optimizer.step(&mut param, gradients)?;
        }
    }
    Ok(())
}

fn rows_are_dense(make: Make<'_>) -> Result<()> {
    let after = |written_out: bool| -> Result<Tensor> {
        let (pair, mut optimizer) = (pair(DType::F64), make());
        let mut table = pair.weight;
        for step in 0..CALLS as i64 {
            let ids = Tensor::from([step % 3, 1, step % 3]);
            let values = Tensor::from([[0.5, -1.0], [2.0, 0.25 * step as f64], [-0.75, 3.0]]);
            let rows = Gradient::Rows(RowGradient::new(ids, values, table.shape())?);
            let entry = if written_out { Gradient::Dense(rows.to_dense()) } else { rows };
            let gradients = Gradients::from_iter([(&table, entry)]);
            optimizer.step(&mut table, gradients)?;
        }
        Ok(table.value()?)
    };
    let (rows, dense) = (after(false)?, after(true)?);
    let distance = (&rows - &dense).abs().max().item();
    assert!(distance < 1e-12, "a gradient by rows gives {rows}, written out {dense}");
    Ok(())
}
