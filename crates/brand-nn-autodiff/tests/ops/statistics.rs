//! Spreads, norms, ranks and counts.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = spreads_and_norms();
    rows.extend(ranks_and_constants());
    rows
}

fn spreads_and_norms() -> Vec<Row> {
    rows! {
        "var": [Any [3, 4]] => |x| Ok(x[0].var());
        "var_axis": [Any [3, 4]] => |x| Ok(x[0].var_axis(0));
        "var_axes": [Any [2, 3, 2]] => |x| Ok(x[0].var_axes(&[0, -1], true));
        "var_corrected": [Any [2, 3, 2]] => |x| Ok(x[0].var_corrected(&[0, 2], 1.0, false));
        "var_mean": [Any [3, 4]] => |x| {
            let (variance, mean) = x[0].var_mean(&[1], 1.0, true);
            Ok(variance * 2.0 + mean)
        };
        "std": [Any [3, 4]] => |x| Ok(x[0].std());
        "std_axis": [Any [3, 4]] => |x| Ok(x[0].std_axis(1));
        "std_axes": [Any [2, 3, 2]] => |x| Ok(x[0].std_axes(&[0, 2], true));
        "std_corrected": [Any [2, 3, 2]] => |x| Ok(x[0].std_corrected(&[1, 2], 1.0, false));
        "std_corrected": [Any [0, 3]] => |x| Ok(x[0].std_corrected(&[1], 1.0, true));
        "sum_squares": [Any [2, 3, 2]] => |x| Ok(x[0].sum_squares(&[0, 2], false));
        "norm": [Any [3, 2]] => |x| Ok(x[0].norm());
        "norm_axes": [Any [2, 3, 2]] => |x| Ok(x[0].norm_axes(2.0, &[0, 2], true));
        "norm_axes": [Any [3, 2]] => |x| Ok(x[0].norm_axes(1.0, &[0], false));
        "norm_axes": [Any [3, 2]] => |x| Ok(x[0].norm_axes(2.5, &[0], false));
        "norm_axes": [Any [3, 2]] => |x| Ok(x[0].norm_axes(INF, &[0, 1], false));
        "norm_axes": [Any [3, 2]] => |x| Ok(x[0].norm_axes(-INF, &[0], true));
        "norm_axes": [Any [3, 2]] => |x| Ok(x[0].norm_axes(0.0, &[0], true));
        "normalize": [Any [3, 2]] => |x| Ok(x[0].normalize(2.0, 1, 1e-12));
        "normalize": [Any [3, 2]] => |x| Ok(x[0].normalize(1.0, 0, 10.0));
        "nansum": [Any [2, 3]] => |x| Ok(with_nan(&x[0]).nansum(&[1], false));
        "nanmean": [Any [2, 3]] => |x| Ok(with_nan(&x[0]).nanmean(&[1], true));
    }
}

fn ranks_and_constants() -> Vec<Row> {
    rows! {
        "median": [Any [3, 3]] => |x| Ok(x[0].median());
        "median_axis": [Any [3, 4]] => |x| Ok(x[0].median_axis(1).0);
        "quantile": [Any [3, 4]] => |x| Ok(x[0].quantile(0.3, 1));
        "quantile": [Any [5, 2]] => |x| Ok(x[0].quantile(0.5, 0));
        "argmax": [Any [3, 4]] => |x| Ok(x[0].gather(1, &x[0].argmax(1).unsqueeze(1)));
        "argmin": [Any [3, 4]] => |x| Ok(x[0].gather(1, &x[0].argmin(1).unsqueeze(1)));
        "count_nonzero": [Any [3, 4]] => |x| {
            let count = x[0].relu().count_nonzero(&[1], true).to(x[0].dtype());
            Ok(&x[0] * count)
        };
    }
}

fn with_nan(x: &Var) -> Var {
    x.masked_fill(&Tensor::from([[true, false, false], [false, false, true]]), NAN)
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "var_axes": || Ok(ones([2, 3]).var_axes(&[2], false)) => "axis 2 of shape [2, 3]";
        "norm_axes": || Ok(ones([2, 3]).norm_axes(3.0, &[0, 0], false)) => "axis 0 came twice";
        "quantile": || Ok(ones([2, 3]).quantile(50.0, 0)) => "quantile: q 50, expected 0 to 1";
        "quantile": || Ok(ones([2, 0]).quantile(0.5, 1)) => "expected at least one element";
        "median": || Ok(ones([2, 0]).median()) => "expected at least one element";
        "median_axis": || Ok(ones([2, 3]).median_axis(2).0) => "median: axis 2";
        "max_axes": || Ok(ones([2, 0]).max_axes(&[1], false)) => "expected at least one element";
    }
}

fn ones(shape: [usize; 2]) -> Var {
    Var::leaf(Tensor::ones(shape))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "var_corrected": [Any [3, 4]] =>
            |x| Ok(x[0].var_corrected(&[1], 1.0, false)),
            |x| Ok((&x[0] - x[0].mean_axes(&[1], true)).square().sum_axis(1) / 3.0);
        "sum_squares": [Any [3, 4]] =>
            |x| Ok(x[0].sum_squares(&[0], true)), |x| Ok(x[0].square().sum_axes(&[0], true));
        "norm_axes": [Any [3, 4]] =>
            |x| Ok(x[0].norm_axes(3.0, &[0], false)),
            |x| Ok(x[0].abs().powf(3.0).sum_axis(0).powf(1.0 / 3.0));
        "logsumexp_axes": [Any [3, 4]] =>
            |x| Ok(x[0].logsumexp_axes(&[0, 1], false)), |x| Ok(x[0].exp().sum().log());
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    limits! {
        "std_corrected": 3.0 => NAN, NAN, |x| x.std_corrected(&[0], 1.0, false);
        "var_corrected": 3.0 => NAN, NAN, |x| x.var_corrected(&[0], 1.0, false);
        "std": 3.0 => 0.0, 0.0, |x| x.std();
        "norm": 0.0 => 0.0, 0.0, |x| x.norm();
        "norm_axes": 0.0 => 0.0, 0.0, |x| x.norm_axes(1.0, &[0], false);
        "norm_axes": 0.0 => 0.0, 0.0, |x| x.norm_axes(0.5, &[0], false);
        "norm_axes": 0.0 => 0.0, 0.0, |x| x.norm_axes(3.0, &[0], false);
        "norm_axes": 0.0 => 0.0, 0.0, |x| x.norm_axes(INF, &[0], false);
        "norm_axes": 2.0 => 1.0, 0.0, |x| x.norm_axes(0.0, &[0], false);
        "normalize": 0.0 => 0.0, 1e3, |x| x.normalize(2.0, 0, 1e-3);
        "max_axes": 1.0 => 1.0, 0.5, |x| pair(x).max_axes(&[0], false);
        "min_axes": 1.0 => 1.0, 0.5, |x| pair(x).min_axes(&[0], false);
        "logsumexp": -INF => -INF, 0.0, |x| x.logsumexp(0);
        "logsumexp": 1e4 => 1e4 + (-9999_f64).exp().ln_1p(), 1.0, |x| pair(x).logsumexp(0);
        "nansum": NAN => 1.0, 0.0, |x| pair(x).nansum(&[0], false);
        "nanmean": NAN => 1.0, 0.0, |x| pair(x).nanmean(&[0], false);
        "nanmean": NAN => NAN, 0.0, |x| x.nanmean(&[0], false);
        "median": NAN => NAN, 1.0, |x| pair(x).median();
        "quantile": NAN => NAN, 1.0, |x| pair(x).quantile(0.3, 0);
    }
}

/// The value beside a 1.
fn pair(x: &Var) -> Var {
    Var::concat(&[x.clone(), Tensor::from([1.0]).into()], 0)
}
