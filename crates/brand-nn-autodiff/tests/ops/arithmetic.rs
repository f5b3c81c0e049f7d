//! Sums, products, powers and choices of elements.

use crate::table::{Row, rows};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "add": [Any [2, 3], Any [3]] => |x| Ok(&x[0] + &x[1]);
        "add": [Any [2, 1, 3], Any [4, 1]] => |x| Ok(&x[0] + &x[1] + 2.0);
        "sub": [Any [2, 1], Any [1, 3]] => |x| Ok(1.0 - (&x[0] - &x[1]));
        "mul": [Any [2, 3], Any [2, 1]] => |x| Ok(&x[0] * &x[1] * 3.0);
        "mul": [Any [3]] => |x| Ok(&x[0] * &x[0]);
        "div": [Any [2, 3], Any [3]] => |x| Ok(&x[0] / &x[1] / 2.0);
        "div": [Any [3]] => |x| Ok(2.0 / &x[0]);
        "neg": [Any [3]] => |x| Ok(-&x[0]);
        "powf": [Positive [4]] => |x| Ok(x[0].powf(2.5));
        "powf": [Any [4]] => |x| Ok(x[0].powf(3.0));
        "powf": [Any [4]] => |x| Ok(x[0].powf(0.0) * &x[0]);
        "maximum": [Any [3, 2], Any [2]] => |x| Ok(x[0].maximum(&x[1]));
        "minimum": [Any [3, 2], Any [3, 1]] => |x| Ok(x[0].minimum(&x[1]));
        "clamp": [Any [6]] => |x| Ok(x[0].clamp(-1.01, 0.51));
        "where_": [Any [2, 3], Any [3]] => |x| Ok(Var::where_(&mask(), &x[0], &x[1]));
        "masked": [Any [2, 3]] => |x| Ok(x[0].masked(&mask()));
        "masked": [Any [3]] => |x| Ok(x[0].masked(&mask()));
        "equal": [Any [2, 3], Any [3]] => |x| Ok(x[0].masked(&x[0].equal(&x[1])) * &x[1]);
        "not_equal": [Any [2, 3], Any [3]] => |x| Ok(x[0].masked(&x[0].not_equal(&x[1])) * &x[1]);
        "less": [Any [2, 3], Any [3]] => |x| Ok(x[0].masked(&x[0].less(&x[1])) * &x[1]);
        "less_equal": [Any [2, 3], Any [3]] => |x| Ok(x[0].masked(&x[0].less_equal(&x[1])) * &x[1]);
        "greater": [Any [2, 3], Any [3]] => |x| Ok(x[0].masked(&x[0].greater(&x[1])) * &x[1]);
        "greater_equal": [Any [2, 3], Any [3]] =>
            |x| Ok(x[0].masked(&x[0].greater_equal(&x[1])) * &x[1]);
        "equal_to": [Any [2, 3]] => |x| Ok(x[0].masked(&x[0].equal_to(0.5)));
        "not_equal_to": [Any [2, 3]] => |x| Ok(x[0].masked(&x[0].not_equal_to(0.5)));
        "less_than": [Any [2, 3]] => |x| Ok(x[0].masked(&x[0].less_than(0.5)));
        "at_most": [Any [2, 3]] => |x| Ok(x[0].masked(&x[0].at_most(0.5)));
        "greater_than": [Any [2, 3]] => |x| Ok(x[0].masked(&x[0].greater_than(0.5)));
        "at_least": [Any [2, 3]] => |x| Ok(x[0].masked(&x[0].at_least(0.5)));
        "masked_fill": [Any [2, 3]] => |x| Ok(x[0].masked_fill(&mask(), 7.0));
    }
}

fn mask() -> Tensor {
    Tensor::from([[true, false, true], [false, false, true]])
}
