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
        "max_axes": [Any [2, 3, 2]] => |x| Ok(x[0].max_axes(&[0, -1], true));
        "min_axes": [Any [2, 3, 2]] => |x| Ok(x[0].min_axes(&[1, 2], false));
        "logsumexp": [Any [3, 4]] => |x| Ok(x[0].logsumexp(1));
        "logsumexp_axes": [Any [2, 3, 2]] => |x| Ok(x[0].logsumexp_axes(&[0, 2], true));
        "logsumexp_axes": [Any [0, 3]] => |x| Ok(x[0].logsumexp_axes(&[1], false));
        "logsumexp": [Any [3, 4]] => |x| Ok(x[0].logsumexp(0));
        "cumsum": [Any [3, 4]] => |x| Ok(x[0].cumsum(1));
        "softmax": [Any [3, 4]] => |x| Ok(x[0].softmax(-1));
        "softmax": [Any [3, 4]] => |x| Ok(x[0].softmax(0));
        "log_softmax": [Any [3, 4]] => |x| Ok(x[0].log_softmax(1));
    }
}
