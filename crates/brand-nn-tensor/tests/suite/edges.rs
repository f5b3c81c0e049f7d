//! Emptiness, NaN, infinities, sharing and reuse.

use brand_nn_kernels::{Unary, memory};
use brand_nn_tensor::{DType, Scalar, Tensor};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[track_caller]
fn check(tensor: &Tensor, expected: &[f64]) {
    let came = tensor.to(DType::F64).to_vec::<f64>();
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(came.len() == expected.len() && came.iter().zip(expected).all(same), "{came:?}");
}

#[test]
fn nan_and_infinity_follow_numpy() {
    let t = Tensor::from([1.0, NAN, INF, -INF]);
    check(&t.max(), &[NAN]);
    check(&t.min(), &[NAN]);
    check(&t.argmax(0), &[1.0]);
    check(&t.argmin(0), &[1.0]);
    check(&t.maximum(&Tensor::from(0.0)), &[1.0, NAN, INF, 0.0]);
    check(&t.clamp(-2.0, 2.0), &[1.0, NAN, 2.0, -2.0]);
    check(&t.is_nan(), &[0.0, 1.0, 0.0, 0.0]);
    check(&t.is_finite(), &[1.0, 0.0, 0.0, 0.0]);
    check(&t.equal(&t), &[1.0, 0.0, 1.0, 1.0]);
    check(&t.not_equal_to(1.0), &[0.0, 1.0, 1.0, 1.0]);
    check(&t.to(DType::I32), &[1.0, 0.0, f64::from(i32::MAX), f64::from(i32::MIN)]);
    check(&t.to(DType::U8), &[1.0, 0.0, 255.0, 0.0]);
    check(&t.to(DType::Bool), &[1.0; 4]);
    check(&t.masked(&Tensor::from([true, false, false, true])), &[1.0, 0.0, 0.0, -INF]);
    check(&t.sort(0, false).0, &[-INF, 1.0, INF, NAN]);
    check(&t.sort(0, true).0, &[INF, 1.0, -INF, NAN]);
    check(&t.sort(0, true).1, &[2.0, 0.0, 3.0, 1.0]);
    check(&t.topk(2, 0).0, &[INF, 1.0]);
}

#[test]
fn closeness_needs_a_finite_reference() {
    let (a, b) =
        (Tensor::from([1.0, NAN, INF, 1.0, -INF]), Tensor::from([1.1, NAN, INF, INF, INF]));
    check(&a.isclose(&b, 0.2, 0.0), &[1.0, 0.0, 1.0, 0.0, 0.0]);
    check(&a.isclose(&b, 0.0, 0.05), &[0.0, 0.0, 1.0, 0.0, 0.0]);
    let whole = Tensor::from([3, 4]);
    assert!(whole.allclose(&Tensor::from([3, 5]), 0.0, 1.0));
    assert!(!whole.allclose(&Tensor::from([3, 5]), 0.0, 0.5));
}

#[test]
fn ranks_and_counts_see_nan_and_emptiness() {
    let t = Tensor::from([[3.0, 1.0, 2.0, 4.0], [3.0, NAN, 2.0, 4.0]]);
    check(&t.median_axis(1).0, &[2.0, NAN]);
    check(&t.median_axis(1).1, &[2.0, 1.0]);
    check(&t.quantile(0.5, 1), &[2.5, NAN]);
    check(&Tensor::from([-INF, INF, INF]).quantile(0.75, 0), &[INF]);
    check(&t.nansum(&[1], false), &[10.0, 9.0]);
    check(&t.nanmean(&[1], false), &[2.5, 3.0]);
    check(&t.count_nonzero(&[0, 1], false), &[8.0]);
    check(&t.cummax(1).0, &[3.0, 3.0, 3.0, 4.0, 3.0, NAN, NAN, NAN]);
    check(&t.cummin(1).1, &[0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
    let empty = Tensor::zeros([2, 0]);
    check(&empty.cumprod(1), &[]);
    check(&empty.logcumsumexp(0), &[]);
    check(&empty.logsumexp_axes(&[1], false), &[-INF, -INF]);
    check(&empty.norm_axes(2.0, &[1], false), &[0.0, 0.0]);
    check(&empty.var_corrected(&[1], 1.0, false), &[NAN, NAN]);
    check(&Tensor::from([3.0]).std_corrected(&[0], 1.0, false), &[NAN]);
    check(&Tensor::from([200u8, 2]).cumprod(0), &[200.0, 400.0]);
}

#[test]
fn softmax_survives_extremes() {
    check(&Tensor::from([1e4, -1e4]).softmax(0), &[1.0, 0.0]);
    check(&Tensor::from([1e4, 0.0]).log_softmax(0), &[0.0, -1e4]);
    check(&Tensor::from([-INF, -INF]).softmax(0), &[0.0, 0.0]);
    check(&Tensor::from([0.0, -INF]).softmax(0), &[1.0, 0.0]);
    check(&Tensor::from([0.0, NAN]).softmax(0), &[NAN, NAN]);
    check(&Tensor::from([-INF, -INF]).logsumexp(0), &[-INF]);
    check(&Tensor::from([INF, 0.0]).logsumexp(0), &[INF]);
    check(&Tensor::zeros([2, 0]).logsumexp(1), &[-INF, -INF]);
    let t = Tensor::from([[1.0, 2.0], [3.0, 5.0]]);
    assert_eq!(t.softmax(0), t.t().softmax(1).t());
}

#[test]
fn emptiness_is_legal() {
    let none = Tensor::zeros([0, 3]);
    check(&none.sum(), &[0.0]);
    check(&none.prod(), &[1.0]);
    check(&none.mean(), &[NAN]);
    check(&none.sum_axis(0), &[0.0; 3]);
    check(&none.max_axis(1), &[]);
    check(&none.matmul(&Tensor::zeros([3, 2])), &[]);
    check(&Tensor::zeros([2, 0]).matmul(&none), &[0.0; 6]);
    check(&none.softmax(0), &[]);
    check(&none.cumsum(1), &[]);
    check(&none.rows(&[]).unwrap(), &[]);
    assert_eq!(none.t().shape(), [3, 0]);
    assert_eq!(none.select(1, 2).shape(), [0]);
    assert_eq!(none.reshape([7, 0]).shape(), [7, 0]);
    assert_eq!(none.sort(1, false).0, none);
    assert_eq!(none.chunk(0, 3).len(), 1);
    assert_eq!(none.tile(&[2, 2]).shape(), [0, 6]);
    assert_eq!(none.pad(0, 1, 1, 5.0), Tensor::full([2, 3], 5.0));
    assert!(none.is_nan().all() && !none.is_nan().any());
    assert_eq!(Tensor::arange(0).one_hot(0).unwrap().shape(), [0, 0]);
}

#[test]
fn single_numbers_are_tensors() {
    let x = Tensor::from(3.0);
    assert_eq!((x.ndim(), x.len(), x.size(), x.is_contiguous()), (0, 1, 1, true));
    check(&(2.0 * &x - 1 + x.clone()), &[8.0]);
    check(&x.sum(), &[3.0]);
    check(&x.unsqueeze(-1), &[3.0]);
    assert_eq!(x.t(), x);
    assert_eq!(x.flatten().shape(), [1]);
    assert_eq!(x.get(&[]), 3.0);
}

#[test]
fn integers_keep_their_kind() {
    let t = Tensor::from([7i64, -7]);
    assert_eq!(&t / 2, Tensor::from([3i64, -3]));
    assert_eq!(&t % 3, Tensor::from([1i64, 2]));
    assert_eq!(t.abs(), Tensor::from([7i64, 7]));
    assert_eq!(t.sign(), Tensor::from([1i64, -1]));
    assert_eq!(-&t, Tensor::from([-7i64, 7]));
    assert_eq!(t.powf(2.0), Tensor::from([49i64, 49]));
    assert_eq!(t.greater_than(6.5), Tensor::from([true, false]));
    assert_eq!(Tensor::from([200u8, 100]).sum(), Tensor::from(300i64));
    assert_eq!(Tensor::from([true, true]).sum(), Tensor::from(2i64));
    assert_eq!(Tensor::from([1u8, 2]).cumsum(0), Tensor::from([1i64, 3]));
    let big = Tensor::from([i64::MAX - 1, i64::MAX]);
    assert_eq!(big.max(), Tensor::from(i64::MAX));
    assert_eq!(serde_json::from_str::<Tensor>(&serde_json::to_string(&big).unwrap()).unwrap(), big);
}

#[track_caller]
fn check_left<S: Scalar>(number: S, expected: f64) {
    check(&(Tensor::from([2.0]) * number), &[expected]);
}

#[test]
fn numbers_take_the_dtype_of_the_tensor() {
    check_left(1.5f32, 3.0);
    check_left(1.5f64, 3.0);
    check_left(3i32, 6.0);
    assert_eq!((Tensor::ones([1]) * 0.1 + 1).dtype(), DType::F32);
    check(&(1 - Tensor::from([3.0])), &[-2.0]);
    check(&(6.0 / &Tensor::from([3.0])), &[2.0]);
    check(&(7 % Tensor::from([4.0])), &[3.0]);
    check(&[Tensor::from([1.0]), Tensor::from([2.0])].into_iter().sum::<Tensor>(), &[3.0]);
}

#[test]
fn assignment_writes_only_what_is_its_own() {
    let original = Tensor::from([1.0, 2.0]);
    let mut t = original.clone();
    t += &original;
    t -= 1;
    t *= Tensor::from(3.0);
    t /= 2.0;
    check(&t, &[1.5, 4.5]);
    check(&original, &[1.0, 2.0]);
    let rows = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    let mut row = rows.select(0, 1);
    row += 10;
    check(&row, &[13.0, 14.0]);
    check(&rows, &[1.0, 2.0, 3.0, 4.0]);
    let mut itself = rows.clone();
    itself += &rows.t();
    check(&itself, &[2.0, 5.0, 5.0, 8.0]);
}

#[test]
fn views_share_and_writers_copy() {
    let t = Tensor::arange(6).reshape([2, 3]);
    for view in
        [t.t(), t.slice(1, 1..), t.expand([4, 2, 3]), t.unsqueeze(0), t.flatten(), t.select(0, 1)]
    {
        assert!(view.shares_memory_with(&t));
    }
    assert!(!t.t().flatten().shares_memory_with(&t));
    assert!(t.contiguous().shares_memory_with(&t) && t.to(DType::I64).shares_memory_with(&t));
    let mut copy = t.clone();
    copy.make_mut::<i64>()[0] = 9;
    assert!(!copy.shares_memory_with(&t));
    assert_eq!((t.get(&[0, 0]), copy.get(&[0, 0])), (0.0, 9.0));
}

#[test]
fn given_buffers_are_written_over() {
    let address = |t: &Tensor| t.as_slice::<f32>().unwrap().as_ptr();
    let (x, y) = (Tensor::ones([100]), Tensor::ones([100]));
    let at = address(&x);
    let z = -(x * 2.0 + 1) - &y;
    assert_eq!((address(&z), z.get(&[0])), (at, -4.0));
    let z = &y + z;
    assert_eq!((address(&z), z.get(&[0])), (at, -3.0));
    let z = z.into_unary(Unary::Abs);
    assert_eq!((address(&z), z.get(&[0])), (at, 3.0));
    let shared = z.clone();
    assert_ne!(address(&(z + 1)), at);
    assert_eq!(shared.get(&[0]), 3.0);
}

#[test]
fn a_loop_in_steady_state_asks_the_system_for_nothing() {
    let (w, x) = (Tensor::ones([64, 64]), Tensor::ones([64, 64]));
    let step = || (x.matmul(&w).tanh() * 0.5 + &x).softmax(1).sum_axis(0).sum().item();
    step();
    // Other tests allocate beside this one, so a quiet stretch is waited for.
    let quiet = (0..200).any(|_| {
        let before = memory::stats().system_allocations;
        step();
        memory::stats().system_allocations == before
    });
    assert!(quiet);
}

#[test]
fn casts_to_half_round_once() {
    let t = Tensor::from([1.0 + 2f64.powi(-9) + 2f64.powi(-40), 1e6, 3.0]);
    check(&t.to(DType::Bf16), &[1.0, 999_424.0, 3.0]);
    check(&t.to(DType::F16), &[1.001_953_125, INF, 3.0]);
    check(&Tensor::from([70_000i64]).to(DType::Bf16).to(DType::I64), &[70_144.0]);
    assert_eq!(Tensor::from([true]).to(DType::F16).to(DType::Bool), Tensor::from([true]));
}
