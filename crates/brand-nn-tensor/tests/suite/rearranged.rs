//! Parts, windows, grids, padding and places, against what NumPy gives.

use brand_nn_tensor::{DType, Einsum, PadMode, Rng, Scatter, Tensor, check::assert_close};

#[track_caller]
fn check(found: &Tensor, expected: impl Into<Tensor>) {
    assert_eq!(*found, expected.into());
}

fn grid() -> Tensor {
    Tensor::arange(12).reshape([3, 4])
}

#[test]
fn windows_and_diagonals_are_views() {
    let t = grid();
    check(&t.sliding_windows(1, 3, 1).select(0, 0), [[0i64, 1, 2], [1, 2, 3]]);
    check(&t.sliding_windows(0, 2, 2).select(0, 0), [[0i64, 4], [1, 5], [2, 6], [3, 7]]);
    assert_eq!(t.t().sliding_windows(-1, 2, 1), t.sliding_windows(0, 2, 1).transpose(0, 1));
    assert!(t.sliding_windows(1, 2, 1).shares_memory_with(&t));
    check(&t.diagonal(0), [0i64, 5, 10]);
    check(&t.diagonal(-1), [4i64, 9]);
    check(&t.t().diagonal(-1), [1i64, 6, 11]);
    check(&t.diagonal(4), Vec::<i64>::new());
    check(&t.diagonal(-9), Vec::<i64>::new());
    check(&t.diagonal(1).diag_within(1, [3, 4]).select(1, 2), [0i64, 6, 0]);
    check(&Tensor::from([1, 2]).diag(-1), [[0, 0, 0], [1, 0, 0], [0, 2, 0]]);
    check(&Tensor::from([[1], [2]]).diag(0), [[[1]], [[2]]]);
    check(&t.triu(1).select(0, 1), [0i64, 0, 6, 7]);
    check(&t.tril(-1).select(0, 1), [4i64, 0, 0, 0]);
    check(&t.trace(), 15i64);
    assert_eq!(Tensor::zeros([0, 3]).diagonal(0).shape(), [0]);
    assert_eq!(Tensor::zeros([2, 3, 4]).movedim(-1, 0).shape(), [4, 2, 3]);
    assert_eq!(t.unbind(1)[2], t.select(1, 2));
}

#[test]
fn padding_shows_what_numpy_does() {
    let positions = |mode: PadMode, len, pad| mode.positions(len, pad).to_vec::<i64>();
    assert_eq!(positions(PadMode::Reflect, 3, (5, 4)), [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]);
    assert_eq!(positions(PadMode::Symmetric, 3, (4, 4)), [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
    assert_eq!(positions(PadMode::Edge, 2, (2, 1)), [0, 0, 0, 1, 1]);
    assert_eq!(positions(PadMode::Wrap, 3, (4, 2)), [2, 0, 1, 2, 0, 1, 2, 0, 1]);
    assert_eq!(positions(PadMode::Reflect, 1, (2, 1)), [0, 0, 0, 0]);
    let t = Tensor::from([[1, 2], [3, 4]]);
    check(&t.pad_axes(&[(0, 1), (1, 0)], PadMode::Edge), [[1, 1, 2], [3, 3, 4], [3, 3, 4]]);
    check(&t.pad_axes(&[(0, 0), (0, 1)], PadMode::Constant(9.0)), [[1, 2, 9], [3, 4, 9]]);
    let empty = Tensor::zeros([0, 2]);
    assert_eq!(empty.pad_axes(&[(0, 0), (1, 1)], PadMode::Wrap).shape(), [0, 4]);
}

#[test]
fn places_are_put_and_combined() {
    let (t, ids) = (Tensor::from([[1, 2, 3], [4, 5, 6]]), Tensor::from([[0i64, 0], [2, 1]]));
    let source = Tensor::from([[7, 8], [9, 10]]);
    let scattered = |mode| t.scatter(1, &ids, &source, mode).unwrap();
    check(&scattered(Scatter::Set), [[8, 2, 3], [4, 10, 9]]);
    check(&scattered(Scatter::Add), [[16, 2, 3], [4, 15, 15]]);
    check(&scattered(Scatter::Mul), [[56, 2, 3], [4, 50, 54]]);
    check(&scattered(Scatter::Min), [[1, 2, 3], [4, 5, 6]]);
    check(&scattered(Scatter::Max), [[8, 2, 3], [4, 10, 9]]);
    assert_eq!(scattered(Scatter::Add), t.scatter_add(1, &ids, &source));
    let corners = Tensor::from([[0i64, 0], [1, 2]]);
    check(&t.gather_nd(&corners).unwrap(), [1, 6]);
    check(&t.gather_nd(&Tensor::from([[1i64]])).unwrap(), [[4, 5, 6]]);
    let put = t.scatter_nd(&corners, &Tensor::from([8, 9]), Scatter::Set).unwrap();
    check(&put, [[8, 2, 3], [4, 5, 9]]);
    let mask = t.greater_than(4.0);
    check(&t.masked_select(&mask), [5, 6]);
    check(&t.masked_scatter(&mask, &source).unwrap(), [[1, 2, 3], [4, 7, 8]]);
    check(&t.masked_select(&Tensor::from([true, false, true])), [1, 3, 4, 6]);
    let copied = t.index_copy(1, &Tensor::from([2i64]), &Tensor::from([[8], [9]])).unwrap();
    check(&copied, [[1, 2, 8], [4, 5, 9]]);
    let nothing = Tensor::zeros_of([2, 0], DType::I64);
    assert_eq!(t.scatter(1, &nothing, &nothing.to(DType::I32), Scatter::Max).unwrap(), t);
}

#[test]
fn searches_find_places() {
    let t = Tensor::from([2.0, f64::NAN, 1.0, 2.0, f64::NAN]);
    let (values, places, counts) = t.unique();
    check(&values.slice(0, ..2), [1.0, 2.0]);
    check(&places, [1i64, 2, 0, 1, 3]);
    check(&counts, [1i64, 2, 1, 1]);
    let sorted = Tensor::from([1.0, 2.0, 2.0, f64::NAN]);
    let values = Tensor::from([0.0, 2.0, 9.0, f64::NAN]);
    check(&sorted.searchsorted(&values, false), [0i64, 1, 3, 3]);
    check(&sorted.searchsorted(&values, true), [0i64, 3, 3, 4]);
    check(&t.argsort(0, true), [0i64, 3, 2, 1, 4]);
    check(&grid().kthvalue(2, 0).0, [4i64, 5, 6, 7]);
    assert_eq!(Tensor::zeros([0]).unique().2.shape(), [0]);
    assert_eq!(Tensor::zeros([2, 3]).nonzero().shape(), [0, 2]);
    assert_eq!(Tensor::from(5.0).nonzero().shape(), [1, 0]);
    assert_eq!(Tensor::zeros_of([0], DType::I64).bincount(2).unwrap(), Tensor::from([0i64, 0]));
}

/// An equation against a plain sum over all indices.
#[track_caller]
fn check_einsum(equation: &str, shapes: &[&[usize]]) {
    let draw =
        |(seed, shape): (u64, &&[usize])| Tensor::randn(*shape, &mut Rng::new(seed)).to(DType::F64);
    let operands: Vec<Tensor> = (1..).zip(shapes).map(draw).collect();
    let found = Tensor::einsum(equation, &operands.iter().collect::<Vec<_>>());
    let ndims: Vec<usize> = shapes.iter().map(|shape| shape.len()).collect();
    assert_close(&found, &plain_sum(&Einsum::parse(equation, &ndims), &operands), 1e-13);
}

fn plain_sum(sum: &Einsum, operands: &[Tensor]) -> Tensor {
    let mut lens = [1; 256];
    for (labels, operand) in sum.inputs.iter().zip(operands) {
        let axes = labels.iter().zip(operand.shape().iter());
        axes.for_each(|(&label, &len)| lens[label as usize] = len.max(lens[label as usize]));
    }
    let mut all: Vec<u8> = sum.output.iter().chain(sum.inputs.iter().flatten()).copied().collect();
    let mut seen = Vec::new();
    all.retain(|label| {
        !seen.contains(label) && {
            seen.push(*label);
            true
        }
    });
    let mut out = vec![0.0; sum.output.iter().map(|&label| lens[label as usize]).product()];
    let total: usize = all.iter().map(|&label| lens[label as usize]).product();
    for step in 0..total {
        let (mut left, mut at) = (step, [0; 256]);
        for &label in all.iter().rev() {
            at[label as usize] = left % lens[label as usize];
            left /= lens[label as usize];
        }
        let element = |(labels, operand): (&Vec<u8>, &Tensor)| {
            let axes = labels.iter().zip(operand.shape().iter());
            let index = axes.map(|(&label, &len)| at[label as usize].min(len - 1));
            operand.get(&index.collect::<Vec<_>>())
        };
        let rest: usize =
            all[sum.output.len()..].iter().map(|&label| lens[label as usize]).product();
        out[step / rest] += sum.inputs.iter().zip(operands).map(element).product::<f64>();
    }
    let shape: Vec<usize> = sum.output.iter().map(|&label| lens[label as usize]).collect();
    Tensor::new(out, shape).unwrap()
}

#[test]
fn einsum_sums_over_all_indices() {
    check_einsum("ij,jk->ik", &[&[2, 3], &[3, 4]]);
    check_einsum("ij,jk", &[&[2, 3], &[3, 4]]);
    check_einsum("bij,bkj->bik", &[&[2, 3, 4], &[2, 5, 4]]);
    check_einsum("ij,ij->ij", &[&[2, 3], &[2, 3]]);
    check_einsum("ij,ij->", &[&[2, 3], &[2, 3]]);
    check_einsum("ij->ji", &[&[2, 3]]);
    check_einsum("ii->i", &[&[3, 3]]);
    check_einsum("iji->j", &[&[3, 2, 3]]);
    check_einsum("iii", &[&[2, 2, 2]]);
    check_einsum("i,j,k->kji", &[&[2], &[3], &[4]]);
    check_einsum("ij,kl,jk->il", &[&[2, 3], &[4, 5], &[3, 4]]);
    check_einsum("ij,k->j", &[&[2, 3], &[4]]);
    check_einsum("...ij,...jk->...ik", &[&[2, 1, 2, 3], &[4, 3, 2]]);
    check_einsum("b...,b...", &[&[2, 3, 4], &[2, 4]]);
    check_einsum("ij,jk->ik", &[&[2, 1], &[3, 4]]);
    check_einsum("ab,ab,a->b", &[&[1, 3], &[2, 3], &[2]]);
    check_einsum(" i j -> ", &[&[2, 3]]);
}

#[track_caller]
fn check_panic(text: &str, room: impl FnOnce() -> Tensor + std::panic::UnwindSafe) {
    let panic = std::panic::catch_unwind(room).unwrap_err();
    let came = panic.downcast_ref::<String>().map(String::as_str);
    let came = came.or(panic.downcast_ref::<&str>().copied()).unwrap();
    assert!(came.contains(text), "{came}\nlacks: {text}");
}

#[test]
fn mistakes_are_named() {
    check_panic("einsum: `ij,jk->ik` names 2 operands, there are 1", || {
        Tensor::einsum("ij,jk->ik", &[&Tensor::zeros([2, 2])])
    });
    check_panic("names 3 axes in `ijk`", || Tensor::einsum("ijk", &[&Tensor::zeros([2, 2])]));
    check_panic("has more than letters", || Tensor::einsum("i1", &[&Tensor::zeros([2, 2])]));
    check_panic("axis of the result twice", || Tensor::einsum("i->ii", &[&Tensor::zeros([2])]));
    check_panic("that no operand has", || Tensor::einsum("i->j", &[&Tensor::zeros([2])]));
    check_panic("length 2 on the axis that others share", || {
        Tensor::einsum("i,i->i", &[&Tensor::zeros([2]), &Tensor::zeros([3])])
    });
    check_panic("equal lengths where a letter is repeated", || {
        Tensor::einsum("ii", &[&Tensor::zeros([2, 3])])
    });
    check_panic("einsum: dtype i32, expected f32 or f64", || {
        Tensor::einsum("i", &[&Tensor::from([1, 2])])
    });
    check_panic("tensordot: shape [3], expected the lengths [2]", || {
        Tensor::zeros([2, 3]).tensordot(&Tensor::zeros([2, 3]), &[1], &[0])
    });
    check_panic("sliding_windows: shape [3, 4], expected windows of 1 to 4, here 5", || {
        grid().sliding_windows(1, 5, 1)
    });
    check_panic("pad: an empty axis has nothing to repeat", || {
        Tensor::zeros([0]).pad_axes(&[(1, 0)], PadMode::Edge)
    });
    check_panic("pad_axes: shape [3, 4], expected 1 axes", || {
        grid().pad_axes(&[(1, 0)], PadMode::Edge)
    });
    check_panic("kthvalue: shape [3, 4], expected at least 5", || grid().kthvalue(5, 1).0);
    check_panic("repeat_interleave: shape [3, 4], expected length 2", || {
        grid().repeat_interleave(0, &[1, 2])
    });
    check_panic("diag_within: shape [2], expected a diagonal of 3", || {
        Tensor::from([1, 2]).diag_within(0, [3, 3])
    });
    check_panic("cross: shape [2], expected 3", || {
        Tensor::zeros([2]).cross(&Tensor::zeros([2]), 0)
    });
    check_panic("cdist: shape [1, 3], expected rows of 2", || {
        Tensor::zeros([1, 2]).cdist(&Tensor::zeros([1, 3]))
    });
    check_panic("meshgrid: shape [1, 2]", || Tensor::meshgrid(&[Tensor::zeros([1, 2])]).remove(0));
}
