//! Ops that put elements into places, or take them by several numbers at once.

use crate::table::{Refusal, Row, Twin, refusals, rows, twins};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Scatter, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "index_select": [Any [2, 4, 2]] => |x| x[0].index_select(1, &ids().reshape([2, 2]));
        "index_select": [Any [2, 3]] => |x| x[0].index_select(0, &none());
        "index_add": [Any [4, 2], Any [4, 2]] => |x| x[0].index_add(0, &ids(), &x[1]);
        "index_add": [Any [2, 4], Any [2, 2, 2]] => |x| x[0].index_add(-1, &ids().reshape([2, 2]), &x[1]);
        "index_copy": [Any [4, 2], Any [4, 2]] => |x| x[0].index_copy(0, &ids(), &x[1]);
        "index_copy": [Any [2, 4, 2], Any [2, 2, 2, 2]] => |x| {
            x[0].index_copy(-2, &ids().reshape([2, 2]), &x[1])
        };
        "index_copy": [Any [2, 3], Any [0, 3]] => |x| x[0].index_copy(0, &none(), &x[1]);
        "index_reduce": [Any [4, 2], Any [4, 2]] => |x| x[0].index_reduce(0, &ids(), &x[1], Scatter::Mul);
        "index_reduce": [Any [2, 4], Any [2, 7]] => |x| x[0].index_reduce(1, &many(), &x[1], Scatter::Mul);
        "index_reduce": [Any [2, 4], Any [2, 7]] => |x| x[0].index_reduce(-1, &many(), &x[1], Scatter::Max);
        "index_reduce": [Any [2, 4], Any [2, 7]] => |x| x[0].index_reduce(1, &many(), &x[1], Scatter::Min);
        "index_reduce": [Any [2, 4], Any [2, 0]] => |x| x[0].index_reduce(1, &none(), &x[1], Scatter::Min);
        "take": [Any [2, 4]] => |x| x[0].take(&Tensor::from([[7_i64, 0], [7, 3]]));
        "scatter": [Any [3, 4], Any [3, 2]] => |x| x[0].scatter(1, &grid(), &x[1], Scatter::Set);
        "scatter": [Any [3, 4], Any [3, 2]] => |x| x[0].scatter(1, &grid(), &x[1], Scatter::Add);
        "scatter": [Any [3, 4], Any [3, 2]] => |x| x[0].scatter(-1, &grid(), &x[1], Scatter::Mul);
        "scatter": [Any [3, 4], Any [3, 2]] => |x| x[0].scatter(1, &grid(), &x[1], Scatter::Max);
        "gather_nd": [Any [3, 4]] => |x| x[0].gather_nd(&grid());
        "gather_nd": [Any [3, 2]] => |x| x[0].gather_nd(&Tensor::from([[2_i64], [2]]));
        "scatter_nd": [Any [3, 4], Any [3]] => |x| x[0].scatter_nd(&grid(), &x[1], Scatter::Set);
        "scatter_nd": [Any [3, 4], Any [3]] => |x| x[0].scatter_nd(&grid(), &x[1], Scatter::Min);
        "scatter_nd": [Any [4, 2], Any [4, 2]] => |x| {
            x[0].scatter_nd(&ids().reshape([4, 1]), &x[1], Scatter::Mul)
        };
        "masked_select": [Any [2, 3]] => |x| Ok(x[0].masked_select(&Tensor::from([true, false, true])));
        "masked_select": [Any [2, 3]] => |x| Ok(x[0].masked_select(&Tensor::from([false])));
        "masked_scatter": [Any [2, 3], Any [5]] => |x| {
            x[0].masked_scatter(&Tensor::from([true, false, true]), &x[1])
        };
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "index_select": || x().index_select(0, &Tensor::from([2_i64])) => "index 2 at position 0";
        "index_add": || x().index_add(2, &ids(), &x()) => "index_add: axis 2";
        "index_add": || x().index_add(0, &ids(), &x()) => "shape [2, 3], expected [4, 3]";
        "index_copy": || x().index_copy(0, &Tensor::from([0_i64, -1]), &x()) => "index -1";
        "index_reduce": || x().index_reduce(0, &Tensor::from([0_i64, 5]), &x(), Scatter::Max) => "index 5";
        "take": || x().take(&Tensor::from([6_i64])) => "index 6";
        "scatter": || x().scatter(1, &Tensor::from([0_i64]), &x(), Scatter::Set) => "ids like [2, 3]";
        "scatter": || x().scatter(1, &Tensor::from([[0_i64], [0]]), &x(), Scatter::Set) => "shape [2, 3]";
        "gather_nd": || x().gather_nd(&Tensor::from([[0_i64, 0, 0]])) => "[.., up to 2]";
        "gather_nd": || x().gather_nd(&Tensor::from([[0_i64, 3]])) => "index 3";
        "scatter_nd": || x().scatter_nd(&Tensor::from([[0_i64]]), &x(), Scatter::Add) => "expected [1, 3]";
        "masked_select": || Ok(x().masked_select(&Tensor::ones([3]))) => "masked_select: dtype f32";
        "masked_scatter": || x().masked_scatter(&x().tensor().greater_than(0.0), &x().slice(1, 0..1)) => "0..6";
    }
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "index_copy": [Any [4, 2], Any [2, 2]] =>
            |x| x[0].index_copy(0, &Tensor::from([3_i64, 1]), &x[1]),
            |x| Ok(Var::stack(&[x[0].select(0, 0), x[1].select(0, 1), x[0].select(0, 2), x[1].select(0, 0)], 0));
        "index_reduce": [Any [2, 1], Any [2, 5]] =>
            |x| x[0].index_reduce(1, &Tensor::from([0_i64; 5]), &x[1], Scatter::Max),
            |x| Ok(Var::concat(x, 1).max_axis(1).unsqueeze(1));
        "index_reduce": [Any [2, 1], Any [2, 3]] =>
            |x| x[0].index_reduce(1, &Tensor::from([0_i64; 3]), &x[1], Scatter::Mul),
            |x| Ok(&x[0] * x[1].slice(1, 0..1) * x[1].slice(1, 1..2) * x[1].slice(1, 2..3));
    }
}

/// Factors that are zero: the gradient of each is the product of all others.
#[test]
fn products_with_zeros_have_gradients() {
    let factors = Var::leaf(Tensor::from([2.0, 0.0, 5.0]));
    let one = Var::from(Tensor::from([1.0]));
    let product = one.index_reduce(0, &Tensor::from([0_i64; 3]), &factors, Scatter::Mul).unwrap();
    let slope = product.sum().backward().unwrap().get(&factors).unwrap();
    assert_eq!(slope, Tensor::from([0.0, 10.0, 0.0]));
}

fn x() -> Var {
    Var::leaf(Tensor::ones([2, 3]))
}

fn ids() -> Tensor {
    Tensor::from([3_i64, 0, 3, 1])
}

fn many() -> Tensor {
    Tensor::from([3_i64, 0, 3, 3, 0, 3, 3])
}

fn none() -> Tensor {
    Tensor::zeros_of([0], DType::I64)
}

fn grid() -> Tensor {
    Tensor::from([[0_i64, 3], [1, 1], [2, 0]])
}
