//! Many elements to one, and what runs along an axis.

use crate::table::{Row, rows};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "sum": [Any [2, 3]] => |x| Ok(x[0].sum());
        "sum_axes": [Any [2, 3, 2]] => |x| Ok(x[0].sum_axes(&[0, -1], true));
        "sum_axis": [Any [2, 3, 2]] => |x| Ok(x[0].sum_axis(1));
        "sum_to": [Any [4, 2, 3]] => |x| Ok(x[0].sum_to(&[2, 1].into()));
        "mean": [Any [2, 3]] => |x| Ok(x[0].mean());
        "mean_axis": [Any [2, 3]] => |x| Ok(x[0].mean_axis(-1));
        "mean_axes": [Any [2, 3, 2]] => |x| Ok(x[0].mean_axes(&[0, 2], true));
        "max": [Any [3, 4]] => |x| Ok(x[0].max());
        "max_axis": [Any [3, 4]] => |x| Ok(x[0].max_axis(1));
        "min": [Any [3, 4]] => |x| Ok(x[0].min());
        "min_axis": [Any [3, 4]] => |x| Ok(x[0].min_axis(0));
        "var": [Any [3, 4]] => |x| Ok(x[0].var());
        "var_axis": [Any [3, 4]] => |x| Ok(x[0].var_axis(0));
        "std": [Any [3, 4]] => |x| Ok(x[0].std());
        "std_axis": [Any [3, 4]] => |x| Ok(x[0].std_axis(1));
        "logsumexp": [Any [3, 4]] => |x| Ok(x[0].logsumexp(1));
        "logsumexp": [Any [3, 4]] => |x| Ok(x[0].logsumexp(0));
        "norm": [Any [3, 2]] => |x| Ok(x[0].norm());
        "cumsum": [Any [3, 4]] => |x| Ok(x[0].cumsum(1));
        "softmax": [Any [3, 4]] => |x| Ok(x[0].softmax(-1));
        "softmax": [Any [3, 4]] => |x| Ok(x[0].softmax(0));
        "log_softmax": [Any [3, 4]] => |x| Ok(x[0].log_softmax(1));
    }
}
