//! The text of every mistake, from doors as errors and from rooms as panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use brand_nn_tensor::{DType, Rng, Tensor};

/// The panic of a room.
#[track_caller]
fn check<R>(text: &str, room: impl FnOnce() -> R) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(room)) else { panic!("no panic: {text}") };
    let came = panic.downcast_ref::<String>().map(String::as_str);
    assert_eq!(came.or(panic.downcast_ref::<&str>().copied()), Some(text));
}

#[track_caller]
fn check_door<T: std::fmt::Debug>(text: &str, result: brand_nn_tensor::Result<T>) {
    assert_eq!(result.unwrap_err().to_string(), text);
}

#[test]
fn rooms_name_op_shapes_and_help() {
    let (a, b) = (Tensor::zeros([2, 3]), Tensor::zeros([4, 5]));
    let matched =
        "; help: lengths must be equal or 1, matched from the last axis; see reshape, unsqueeze";
    check(&format!("add: shape [2, 3], expected one that broadcasts with [4, 5]{matched}"), || {
        &a + &b
    });
    check(
        &format!("greater: shape [2, 3], expected one that broadcasts with [4, 5]{matched}"),
        || a.greater(&b),
    );
    check(
        "matmul: shape [2, 3], expected [.., 4], to multiply with [4, 5]; help: the last axis on \
         the left meets the last but one on the right; see t()",
        || a.matmul(&b),
    );
    check(
        "reshape: shape [2, 3], expected one with the number of elements of [5]; help: the \
         product of the shape must stay the same",
        || a.reshape(5),
    );
    check(
        "expand: shape [2, 3], expected one that broadcasts to [2, 4]; help: lengths must be \
         equal or 1, matched from the last axis; see unsqueeze",
        || a.expand([2, 4]),
    );
    check(
        "sum_axis: axis 2 of shape [2, 3], expected an axis below 2; help: axes count from 0, \
         and from -1 backwards",
        || a.sum_axis(2),
    );
    check(
        "sum_axes: shape [2, 3], expected each axis once, but axis 1 came twice; help: list \
         every axis only once",
        || a.sum_axes(&[1, -1], true),
    );
    check(
        "squeeze: shape [2, 3], expected length 1 on axis 0; help: use select to pick one index \
         of a longer axis",
        || a.squeeze(0),
    );
    check(
        "slice: shape [2, 3], expected axis 1 to contain 2..9; help: a range starts at or before \
         its end, and ends within the axis",
        || a.slice(1, 2..9),
    );
    check(
        "select: index 3 at position 0, expected 0 or more and below 3; help: indices count from \
         0 and never from the end",
        || a.select(1, 3),
    );
    check(
        "split: shape [2, 3], expected length 4 on axis 1, the sum of [2, 2]; help: the parts \
         must cover the axis exactly",
        || a.split(1, &[2, 2]),
    );
    check(
        "permute: shape [2, 3], expected 1 axes, as many as were listed; help: list every axis \
         exactly once",
        || a.permute(&[0]),
    );
    check(
        "concat: shape [4, 5], expected one like [2, 3] on every axis but 0; help: every part \
         needs the same lengths off the axis",
        || Tensor::concat(&[a.clone(), b.clone()], 0),
    );
    check(
        "stack: shape [0], expected at least one part; help: check that the list isn't empty",
        || Tensor::stack(&[], 0),
    );
    check(
        "item: shape [2, 3], expected exactly one element; help: reduce it first, as with sum() \
         or mean(), or read it with get(&[..])",
        || a.item(),
    );
    check(
        "max: shape [0], expected at least one element to choose from; help: check is_empty() \
         before",
        || Tensor::zeros([0]).max(),
    );
    check(
        "sum_to: shape [2, 3], expected one that [4] broadcasts to; help: lengths must be equal \
         or 1, matched from the last axis",
        || a.sum_to(4),
    );
    check(
        "dot: shape [2, 3], expected a vector, that is one axis; help: flatten() makes a vector, \
         matmul() multiplies matrices",
        || a.dot(&a),
    );
    check(
        "topk: shape [2, 3], expected at least 4 elements on axis 1; help: ask for at most as \
         many as there are",
        || a.topk(4, 1),
    );
}

#[test]
fn rooms_name_the_cast_to_write() {
    let (f, d) = (Tensor::zeros([2]), Tensor::zeros_of([2], DType::F64));
    let (i, b) = (Tensor::arange(2), Tensor::from([true, false]));
    check(
        "mul: dtype f32, expected f64, that of the other tensor; help: write .to(DType::F64)",
        || &f * &d,
    );
    check(
        "add: dtype i64, expected f32, that of the other tensor; help: write .to(DType::F32)",
        || &f + &i,
    );
    check(
        "sub: dtype bool, expected i64, that of the other tensor; help: write .to(DType::I64)",
        || &b - &i,
    );
    check(
        "add: dtype bool, expected a number type other than bf16 and f16; help: write \
         .to(DType::F32)",
        || &b + &b,
    );
    check("exp: dtype i64, expected f32 or f64; help: write .to(DType::F32)", || i.exp());
    check("mean: dtype bool, expected f32 or f64; help: write .to(DType::F32)", || b.mean());
    check("matmul: dtype i64, expected f32 or f64; help: write .to(DType::F32)", || i.matmul(&i));
    check(
        "mul: dtype i64, expected a dtype that can hold 0.5; help: write .to(DType::F32), or \
         round the number",
        || &i * 0.5,
    );
    check("where: dtype i64, expected bool; help: write .to(DType::Bool)", || {
        Tensor::where_(&i, &f, &f)
    });
    check("to_vec: dtype i64, expected f32; help: write .to(DType::F32)", || i.to_vec::<f32>());
}

#[test]
fn doors_return_what_rooms_say() {
    let t = Tensor::zeros([2, 3]);
    check_door(
        "new: shape [2, 2], expected one of 3 elements; help: the product of the shape must be \
         the number of values",
        Tensor::new(vec![1.0, 2.0, 3.0], [2, 2]),
    );
    check_door(
        "dims: shape [2, 3], expected 3 axes; help: add an axis with unsqueeze, or drop one with \
         squeeze or select",
        t.dims::<3>(),
    );
    check_door(
        "rows: index 2 at position 1, expected 0 or more and below 2; help: indices count from 0 \
         and never from the end",
        t.rows(&[0, 2]),
    );
    check_door(
        "index_select: index -1 at position 0, expected 0 or more and below 3; help: indices \
         count from 0 and never from the end",
        t.index_select(1, &Tensor::from([-1i64])),
    );
    check_door(
        "index_select: dtype f32, expected integer ids; help: write .to(DType::I64)",
        t.index_select(1, &Tensor::zeros([1])),
    );
    check_door(
        "one_hot: index 3 at position 0, expected 0 or more and below 3; help: indices count \
         from 0 and never from the end",
        Tensor::from([3]).one_hot(3),
    );
    check_door(
        "try_gather: shape [3], expected ids like [2, 3] on every axis but 1; help: unsqueeze \
         the ids, or use index_select to pick whole slices",
        t.try_gather(1, &Tensor::arange(3)),
    );
    check_door(
        "index_add: shape [1, 3], expected [2, 3], the places that the ids name; help: the \
         source has one element for every place that is added to",
        t.index_add(0, &Tensor::arange(2), &Tensor::zeros([1, 3])),
    );
    check_door(
        "try_slice: shape [2, 3], expected axis 0 to contain 1..3; help: a range starts at or \
         before its end, and ends within the axis",
        t.try_slice(0, 1..3),
    );
}

#[test]
fn fused_steps_check_their_shapes() {
    let t = Tensor::zeros([2, 3]);
    check(
        "exp: shape [2, 3], expected [3, 2], that of the other tensor; help: expand one of them \
         first",
        || t.times_slope(brand_nn_kernels::Unary::Exp, &t.t()),
    );
    check_door(
        "sum_duplicate_rows: shape [3], expected [2], one id for each row of [2, 3]; help: \
         flatten the ids, and the rows along with them",
        t.sum_duplicate_rows(&Tensor::arange(3)),
    );
}

#[test]
fn settings_out_of_range_are_named() {
    let rng = &mut Rng::new(0);
    check("uniform: 1 to 0, expected low <= high; help: swap them", || {
        Tensor::uniform(1, 1.0, 0.0, rng)
    });
    let rng = &mut Rng::new(0);
    check("bernoulli: probability 50, expected 0 to 1; help: give a share, not percent", || {
        Tensor::bernoulli(1, 50.0, rng)
    });
    let rng = &mut Rng::new(0);
    check("randint: 1..1, expected low < high; help: `high` is excluded", || {
        Tensor::randint(1, 1, 1, rng)
    });
    check(
        "range: start 0, stop 1, step 0, expected finite numbers and a step other than 0; help: \
         check the three numbers",
        || Tensor::range(0.0, 1.0, 0.0),
    );
    check("chunk: 0 parts, expected 1 or more; help: ask for at least one part", || {
        Tensor::zeros(2).chunk(0, 0)
    });
    check("clamp: 2 to 1, expected low <= high; help: swap them", || {
        Tensor::zeros(2).clamp(2.0, 1.0)
    });
}

#[test]
fn too_large_is_an_error_and_no_abort() {
    let error = Tensor::try_zeros([1 << 30, 1 << 30], DType::F32).unwrap_err().to_string();
    let text =
        "try_zeros: shape [1073741824, 1073741824] needs 4611686018427387904 bytes, expected";
    assert!(error.starts_with(text), "{error}");
    for shape in [vec![usize::MAX, 2], vec![0, usize::MAX, 3], vec![1 << 40]] {
        assert!(Tensor::try_zeros(shape, DType::F32).is_err());
    }
    let huge = Tensor::zeros([1]).expand([1 << 50]);
    assert!(catch_unwind(|| huge.contiguous()).is_err());
    assert!(catch_unwind(|| Tensor::zeros([1]).expand([usize::MAX])).is_err());
    assert!(Tensor::zeros([1]).try_expand([1 << 62]).is_err());
}
