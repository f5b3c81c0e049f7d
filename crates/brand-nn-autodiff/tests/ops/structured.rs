//! Dropout, the cores of losses, and recurrent layers.

use crate::recurrent::holes;
use crate::table::{Refusal, Row, Twin, refusals, rows, twins};
use brand_nn_autodiff::{LstmOutput, LstmWeights, Result, Var, lstm};
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = plain_rows();
    rows.extend(first_order_rows().into_iter().map(Row::first_order));
    rows
}

fn first_order_rows() -> Vec<Row> {
    rows! {
        "custom": [Any [2, 3]] => |x| {
            Var::custom("twice", [&x[0]], |[x]| Ok((x * 2.0, |g: &Tensor| Ok([g * 2.0]))))
        };
    }
}

fn plain_rows() -> Vec<Row> {
    rows! {
        "dropout": [Any [4, 5]] => |x| Ok(x[0].dropout(0.4, [1, 2]));
        "binary_cross_entropy": [Positive [2, 3]] => |x| {
            let target = Tensor::full_of([3], 0.3, x[0].dtype());
            Ok((&x[0] * 0.5).binary_cross_entropy(&target)) // 0.1 … 0.9
        };
        "bce_with_logits": [Any [2, 3]] => |x| Ok(x[0].bce_with_logits(&Tensor::full_of([3], 0.3, x[0].dtype())));
        "lstm": [Any [2, 3, 2], Any [8, 2], Any [8, 2], Any [8]] => |x| Ok(run_lstm(x, None)?.sequence);
        "lstm": [Any [2, 3, 2], Any [8, 2], Any [8, 2], Any [8], Any [2, 2], Any [2, 2]] => |x| {
            let output = run_lstm(x, Some((&x[4], &x[5])))?;
            Ok(output.sequence.sum() + output.cell * 2.0 + output.hidden * 3.0)
        };
        "lstm": [Any [3, 3, 2], Any [8, 2], Any [8, 2], Any [8], Any [3, 2], Any [3, 2]] => |x| {
            let output = masked_lstm(x, Some((&x[4], &x[5])), &holes())?;
            Ok(output.sequence.sum_axis(1) + output.cell * 2.0 + output.hidden * 3.0)
        };
        "lstm": [Any [33, 2, 1], Any [4, 1], Any [4, 1], Any [4]] => |x| {
            let row: Tensor = (0..33).collect::<Vec<i64>>().into();
            let real = [0.0, 10.0].map(|least| row.greater_than(least).unsqueeze(1));
            Ok(masked_lstm(x, None, &Tensor::concat(&real, 1))?.cell)
        };
        "lstm": [Any [33, 2, 1], Any [4, 1], Any [4, 1], Any [4]] => |x| Ok(run_lstm(x, None)?.hidden);
    }
}

fn run_lstm(x: &[Var], state: Option<(&Var, &Var)>) -> Result<LstmOutput> {
    lstm(&x[0], &weights(x), state, None)
}

fn masked_lstm(x: &[Var], state: Option<(&Var, &Var)>, real: &Tensor) -> Result<LstmOutput> {
    lstm(&x[0], &weights(x), state, Some(real))
}

fn weights(x: &[Var]) -> LstmWeights {
    let [weight_ih, weight_hh, bias] = [&x[1], &x[2], &x[3]].map(Clone::clone);
    LstmWeights { weight_ih, weight_hh, bias }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "dropout": || Ok(Var::leaf(Tensor::ones([3])).dropout(1.5, [0, 0])) => "1.5";
    }
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "bce_with_logits": [Any [2, 3]] =>
            |x| Ok(x[0].bce_with_logits(&Tensor::full_of([3], 0.3, x[0].dtype()))),
            |x| {
                let p = x[0].stop_gradient() + (&x[0] - x[0].stop_gradient());
                let p = 1.0 / ((-p).exp() + 1.0);
                Ok(-(p.log() * 0.3 + (1.0 - &p).log() * 0.7))
            };
    }
}
