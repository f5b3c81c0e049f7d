//! Windows and spectra: sums of waves as products with tables of cosines and sines.

use crate::case::{Answer, Case, one};
use brand_nn_tensor::{DType, Tensor};
use std::f64::consts::PI;

pub(crate) fn run(case: &Case) -> Answer {
    one(match &case.op[..] {
        "HannWindow" => window(case, &[0.5, -0.5]),
        "HammingWindow" => window(case, &[25.0 / 46.0, -21.0 / 46.0]),
        "BlackmanWindow" => window(case, &[0.42, -0.5, 0.08]),
        "DFT" => fourier(case),
        "STFT" => short_time(case),
        _ => return None,
    })
}

/// Why a setting of these operators is left out.
pub(crate) fn left_out(case: &Case) -> Option<&'static str> {
    let whole = case.int("inverse", 0) == 1 && case.int("onesided", 0) == 0;
    (case.op == "DFT" && whole).then_some("rounding errors are expected where noughts should be")
}

/// A sum of cosines over one period, or up to its last point.
fn window(case: &Case, shares: &[f64]) -> Tensor {
    let size = case.tensor(0).item();
    let period = if case.int("periodic", 1) == 1 { size } else { size - 1.0 };
    let turns = Tensor::arange(size as usize).to(DType::F64) * (2.0 * PI / period);
    let waves = (0..).zip(shares).map(|(k, share)| (&turns * f64::from(k)).cos() * *share);
    waves.reduce(|sum, wave| sum + wave).unwrap().to(DType::F32)
}

/// Cosines and sines of 2π · i · j / period, `[rows, columns]` each.
fn tables(rows: usize, columns: usize, period: usize) -> [Tensor; 2] {
    let [i, j] = [rows, columns].map(|n| Tensor::arange(n).to(DType::F64));
    let turns = i.outer(&j) * (2.0 * PI / period as f64);
    [turns.cos().to(DType::F32), turns.sin().to(DType::F32)]
}

/// Complex numbers of the last axis of `[…, n, 2]` to as many of `[…, columns, 2]`.
fn waves(x: &Tensor, columns: usize, period: usize, sign: f64) -> Tensor {
    let [cos, sin] = tables(x.dim(-2), columns, period);
    let sin = sin * sign;
    let [real, imaginary] = [0, 1].map(|part| x.select(-1, part));
    let parts =
        [real.matmul(&cos) - imaginary.matmul(&sin), real.matmul(&sin) + imaginary.matmul(&cos)];
    Tensor::stack(&parts, -1)
}

/// Real numbers `[…, 1]` as complex ones `[…, 2]`.
fn complex(x: &Tensor) -> Tensor {
    if x.dim(-1) == 1 { x.pad(-1, 0, 1, 0.0) } else { x.clone() }
}

fn fourier(case: &Case) -> Tensor {
    let axis = case.optional(2).map_or(case.int("axis", 1) as f64, |axis| axis.item()) as isize;
    let (inverse, half) = (case.int("inverse", 0) == 1, case.int("onesided", 0) == 1);
    let x = complex(&case.tensor(0)).movedim(axis, -2);
    let y = match (inverse, half) {
        (false, true) => waves(&x, x.dim(-2) / 2 + 1, x.dim(-2), -1.0),
        (false, false) => waves(&x, x.dim(-2), x.dim(-2), -1.0),
        (true, false) => waves(&x, x.dim(-2), x.dim(-2), 1.0) / x.dim(-2) as f64,
        (true, true) => {
            // The other half are the conjugates, from the end to the front.
            let (kept, size) = (x.dim(-2), 2 * (x.dim(-2) - 1));
            let mirror = x.slice(-2, 1..kept - 1).flip(-2) * Tensor::from([1f32, -1.0]);
            let whole = Tensor::concat(&[x, mirror], -2);
            (waves(&whole, size, size, 1.0) / size as f64).slice(-1, 0..1)
        }
    };
    y.movedim(-2, axis)
}

/// The spectra of windows side by side: `[batch, length, 1]` → `[batch, windows, waves, 2]`.
fn short_time(case: &Case) -> Tensor {
    let window = case.optional(2);
    let size = window.as_ref().map_or_else(|| case.tensor(3).item() as usize, Tensor::size);
    let windows =
        case.tensor(0).squeeze(-1).sliding_windows(1, size, case.tensor(1).item() as usize);
    let windows = window.map_or(windows.clone(), |window| windows * window);
    let columns = if case.int("onesided", 1) == 1 { size / 2 + 1 } else { size };
    waves(&complex(&windows.unsqueeze(-1)), columns, size, -1.0)
}
