//! Bad input at every public kernel: a panic that names the op and the sizes, in release builds too.

use std::panic::{AssertUnwindSafe, catch_unwind};

use brand_nn_kernels::*;

/// Half the bits of an address: its square overflows.
const HALF: usize = 1 << 32;
/// No data at all, and an output for it.
const NONE: &[f32] = &[];

/// Panics unless `f` panics with a text that has the words and at least one number.
#[track_caller]
fn check<R>(words: &str, f: impl FnOnce() -> R) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else { panic!("{words}: no panic") };
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    let text = text.unwrap_or_default();
    assert!(text.contains(words), "{words} is not in: {text}");
    assert!(text.contains(|letter: char| letter.is_ascii_digit()), "no sizes: {text}");
}

fn view<'a, T>(data: &'a [T], shape: &'a [usize], strides: &'a [isize]) -> View<'a, T> {
    View { data, offset: 0, shape, strides }
}

/// `[2, 3]` in five elements: one is missing.
fn short<T: Plain>(data: &[T; 6]) -> View<'_, T> {
    view(&data[..5], &[2, 3], &[3, 1])
}

fn whole<T: Plain>(data: &[T; 6]) -> View<'_, T> {
    view(data, &[2, 3], &[3, 1])
}

#[test]
fn windows_that_leave_their_data_are_refused() {
    let (x, mask, mut out) = ([1.0_f32; 6], [true; 6], [0.0_f32; 6]);
    check("copy: a view of shape [2, 3]", || copy(short(&x), &mut out));
    check("copy_into: a view of shape [2, 3]", || {
        copy_into(&x, &mut [0.0; 5], 0, &[2, 3], &[3, 1]);
    });
    check("binary: a view", || binary(Binary::Add, short(&x), whole(&x), &mut out));
    check("binary: a view", || binary(Binary::Add, whole(&x), short(&x), &mut out));
    check("binary: a view", || binary_in_place(Binary::Add, &mut out, short(&x)));
    check("compare: a view", || compare(Compare::Less, whole(&x), short(&x), &mut [false; 6]));
    check("select: a view", || select(short(&mask), whole(&x), whole(&x), &mut out));
    check("select: a view", || select(whole(&mask), whole(&x), short(&x), &mut out));
    check("zip_each: a view", || zip_each(&f64::hypot, short(&x), whole(&x), &mut out));
    check("copy: a view", || copy(View { offset: 1, ..whole(&x) }, &mut out));
    check("copy: a view", || copy(view(&x, &[2, 3], &[-3, 1]), &mut out));
    check("axes", || copy(view(&x, &[2, 3], &[1]), &mut out));
}

#[test]
fn outputs_of_another_size_are_refused() {
    let (x, mask) = ([1.0_f32; 6], [true; 6]);
    let five = &mut [0.0_f32; 5];
    check("copy: 6 elements into a slice of 5", || copy(whole(&x), five));
    check("copy_into: 5 elements", || copy_into(five, &mut [0.0; 6], 0, &[2, 3], &[3, 1]));
    check("convert: 6", || convert(&x, &mut [0_i32; 5]));
    check("binary: 6", || binary(Binary::Add, whole(&x), whole(&x), five));
    check("binary: 5", || binary_in_place(Binary::Add, five, whole(&x)));
    check("binary: 6", || binary_scalar(Binary::Add, &x, 1.0, five));
    check("binary: 6", || scalar_binary(Binary::Add, 1.0, &x, five));
    check("compare: 6", || compare(Compare::Less, whole(&x), whole(&x), &mut [false; 5]));
    check("select: 6", || select(whole(&mask), whole(&x), whole(&x), five));
    check("zip_each: 6", || zip_each(&f64::hypot, whole(&x), whole(&x), five));
    check("exp: 6", || unary(Unary::Exp, &x, five));
    check("slope of exp: 6", || unary_slope(Unary::Exp, &x, &x, five));
    check("slope of exp: 6", || unary_slope(Unary::Exp, &x, &five.clone(), &mut [0.0; 6]));
    check("slope of exp: 6", || unary_slope_in_place(Unary::Exp, &x, five));
    check("map_each: 6", || map_each(&f64::sin, &x, five));
    check("mish: 6", || bend(Bend::Mish {}, &x, five));
    check("6", || bend_slope(Bend::Mish {}, &x, &x, five));
    check("dropout: 6", || dropout(&x, 0.5, [0, 0], five));
    check("dropout: rate 1.5", || dropout(&x, 1.5, [0, 0], &mut [0.0; 6]));
    check("softmax: 6 elements beside 5", || softmax(&x, 1, five));
    check("softmax: 5 elements in rows of 2", || softmax(&x, 2, five));
    check("log_softmax: 6", || log_softmax(&x, 5, five));
    check("softmax_backward: 6", || softmax_backward(&x, &x, 5, five));
    check("log_softmax_backward: 6", || log_softmax_backward(&x, &x, 5, five));
    check("softmax: 6 elements in rows of 0", || softmax(&x, 0, &mut [0.0; 6]));
}

#[test]
fn axes_that_do_not_fit_are_refused() {
    let x = [1.0_f32; 6];
    let two = &mut [0.0_f32; 2];
    check("reduce: 6 elements", || reduce(Reduce::Sum, &x, 2, 2, 1, two));
    check("reduce: 2 results", || reduce(Reduce::Sum, &x, 3, 2, 1, two));
    check("arg_reduce: 6 elements", || arg_reduce(true, &x, 2, 2, 1, &mut [0; 2]));
    check("arg_reduce: 2 results", || arg_reduce(true, &x, 3, 2, 1, &mut [0; 2]));
    check("cumsum: 2 results", || cumsum(&x, 3, 2, 1, two));
    check("cumprod: 2 results", || cumprod(&x, [3, 2, 1], two));
    check("logcumsumexp: 2 results", || logcumsumexp(&x, [3, 2, 1], two));
    check("recurrence: 2", || recurrence(&x, &x[..2], [3, 2, 1], false, &mut [0.0; 6]));
    check("cumextreme: 2", || cumextreme(true, &x, [3, 2, 1], two, &mut [0; 6]));
    check("cumextreme: 2", || cumextreme(true, &x, [3, 2, 1], &mut [0.0; 6], &mut [0; 2]));
    let by = Rotary { angles: 2, repeat: 1, pairs: Pairs::Halves, back: false };
    check("rotary: 6", || rotary(&by, &x, &[1.0; 4], &mut [0.0; 6]));
    check("rotary: 4", || rotary(&by, &[0.0; 4], NONE, &mut [0.0; 4]));
    check("Blend: 6", || Blend::new(4, [vec![(0, 1.0)]]).apply(&x, 1, two));
    check("Blend: input Some(4) of 4", || Blend::new(4, [vec![(4, 1.0)]]));
    let of = Norm { len: 3, groups: 1, channels: 3, centred: true, epsilon: 0.0 };
    let (w, s) = ([1.0; 3], [0.0; 4]);
    check("norm: [6, 2]", || norm(&of, &x, [&w, &w], two, &mut s.clone()));
    check("norm: [3, 2] weights", || {
        norm(&of, &x, [&w, &w[..2]], &mut [0.0; 6], &mut s.clone());
    });
    let saved = NormSaved { x: &x, weight: &w, statistics: &s };
    check("norm_backward: [6, 6, 2]", || norm_backward(&of, saved, two, &mut [0.0; 6], None));
    check("norm_backward: [3, 3, 2] weights", || {
        norm_backward(&of, saved, &x, &mut [0.0; 6], Some([&mut [0.0; 3], two]));
    });
}

#[test]
fn products_that_do_not_fit_are_refused() {
    let (x, mut c) = ([1.0_f32; 6], [0.0_f32; 4]);
    let (a, b) = (Mat::rows(&x, 2, 3), Mat::rows(&x, 3, 2));
    check("gemm: [2, 3] · [2, 3]", || gemm(1.0, a, a, 0.0, MatMut::rows(&mut c, 2, 2)));
    check("gemm: A of shape [3, 3]", || {
        gemm(1.0, Mat { rows: 3, ..a }, b, 0.0, MatMut::rows(&mut [0.0; 6], 3, 2));
    });
    check("gemm: C of shape [2, 2]", || {
        gemm(1.0, a, b, 0.0, MatMut::rows(&mut [0.0; 3], 2, 2));
    });
    check("gemm: A of shape [2, 3], strides [-3, 1]", || {
        gemm(1.0, Mat { row_stride: -3, ..a }, b, 0.0, MatMut::rows(&mut [0.0; 4], 2, 2));
    });
    check("gemm: B of shape [3, 3]", || PackedB::new(Mat { cols: 3, ..b }));
    let packed = PackedB::new(b);
    check("gemm_packed: [3, 2] · [3, 2]", || {
        gemm_packed(1.0, b, &packed, 0.0, MatMut::rows(&mut [0.0; 6], 3, 2));
    });
    check("gemm: C of shape [2, 2]", || {
        gemm_packed(1.0, a, &packed, 0.0, MatMut::rows(&mut [0.0; 3], 2, 2));
    });
    let mats = |offsets, rows, cols| {
        let row_stride = cols as isize;
        Mats { data: &x, offsets, rows, cols, row_stride, col_stride: 1 }
    };
    check("gemm_batched: 1 · 2 matrices", || {
        gemm_batched(mats(&[0], 2, 3), mats(&[0, 0], 3, 2), &mut [0.0; 4]);
    });
    check("gemm_batched: 1 · 1 matrices into 3", || {
        gemm_batched(mats(&[0], 2, 3), mats(&[0], 3, 2), &mut [0.0; 3]);
    });
    check("gemm_batched: matrix 0 begins at 7 of 6", || {
        gemm_batched(mats(&[7], 2, 3), mats(&[0], 3, 2), &mut [0.0; 4]);
    });
    check("gemm: A of shape [2, 3]", || {
        gemm_batched(mats(&[1], 2, 3), mats(&[0], 3, 2), &mut [0.0; 4]);
    });
}

#[test]
fn cells_tables_and_steps_that_do_not_fit_are_refused() {
    let [six, two] = [&mut [0.0_f32; 6][..], &mut [0.0_f32; 2]];
    let (x, y) = ([0.0_f32; 8], [0.0_f32; 2]);
    check("lstm_cell: 6 gates of 2", || {
        lstm_cell(2, six, &y, &mut [0.0; 2], &mut [0.0; 2], two);
    });
    let step = LstmStep { hidden: 2, gates: &x, c_prev: &y, tanh_c: &y };
    check("lstm_cell_backward: 8 gates, 6", || lstm_cell_backward(step, &y, two, six));
    check("lstm_cell_backward: 8 gates of 3", || {
        lstm_cell_backward(LstmStep { hidden: 3, ..step }, &y, two, &mut [0.0; 8]);
    });
    check("gru_cell: [8, 6] gates of 2", || gru_cell(2, &mut [0.0; 8], &x[..6], &y, two));
    let step = GruStep { hidden: 2, gates: &x[..6], recurrent: &x[..6], h_prev: &y };
    check("gru_cell_backward: [6, 5]", || {
        gru_cell_backward(step, two, [six, &mut [0.0; 5]]);
    });
    check("gather_rows: a table of 8", || gather_rows(&x, 3, &[0], &mut [0.0; 3]));
    check("gather_rows: 2 elements for 2 rows of 4", || gather_rows(&x, 4, &[0, 1], two));
    check("scatter_add_rows: a table of 6", || scatter_add_rows(&[0, 1], &x, 4, six));
    check("scatter_add_rows: 2 elements for 2 rows of 3", || scatter_add_rows(&[0, 1], &y, 3, six));
    check("sum_duplicate_rows: 8 elements", || sum_duplicate_rows(&[0, 1], &x, 3));
    let adam_step = AdamStep::new(0.1, 0.9, 0.9, 0.0, 1);
    check("adam: 6 weights, 2 gradients", || {
        adam(&adam_step, six, &y, &mut [0.0; 6], &mut [0.0; 6]);
    });
    let mut by_rows = |ids: &[i64], width, gradients| {
        let rows = RowValues { ids, width, values: &x[..gradients] };
        adam_rows(&adam_step, six, rows, &mut [0.0; 6], &mut [0.0; 6]);
    };
    check("adam_rows: 4 gradients for 1 rows of 3, 6", || by_rows(&[0], 3, 4));
    check("adam_rows: a table of 6 weights has no rows of 4", || by_rows(&[0], 4, 4));
    check("adam_rows: a table of 6 weights has no rows of 0", || by_rows(&[0], 0, 0));
    check("adam_rows: 2 ids that do not rise within 3", || by_rows(&[1, 1], 2, 4));
    check("adam_rows: 2 ids that do not rise within 3", || by_rows(&[2, 0], 2, 4));
    check("adam_rows: 2 ids that do not rise within 3", || by_rows(&[1, 3], 2, 4));
    check("adam_rows: 1 ids that do not rise within 3", || by_rows(&[-1], 2, 2));
    check("adam_rows: 1 gradients for 1 rows of 1, 1 weights, 2 and 1", || {
        let rows = RowValues { ids: &[0], width: 1, values: &x[..1] };
        adam_rows(&adam_step, &mut [0.0], rows, &mut [0.0; 2], &mut [0.0]);
    });
    let step = SgdStep {
        rate: 0.1,
        momentum: 0.5,
        dampening: 0.0,
        l2: 0.0,
        nesterov: false,
        first: true,
        scale: 1.0,
    };
    check("sgd: 2 weights, 2 gradients, 0", || sgd(&step, two, &y, &mut []));
    check("step_each: 2 weights, 2 gradients, memories of [6]", || {
        step_each(two, &y, [six], &|w, _, memory| (w, memory));
    });
    let targets = Targets::Classes { ids: &[0, 1], ignore: None };
    let of = CrossEntropy { classes: 4, targets, class_weights: None, smoothing: 0.0 };
    check("cross_entropy: 8 logits", || of.forward(&x, two, &mut [0.0; 3]));
    check("cross_entropy_backward: 8 logits into 6", || of.backward(&x, &[0.0; 4], &y, six));
    check("cross_entropy: 8 logits of 4 classes", || {
        let of = CrossEntropy { class_weights: Some(&y), ..of };
        of.forward(&x, two, &mut [0.0; 4])
    });
}

#[test]
fn windows_over_images_that_do_not_fit_are_refused() {
    let x = [0.0_f32; 8];
    let width = Slide { input: 4, output: 3, kernel: 2, stride: 1, dilation: 1, before: 0 };
    let window = Window { axes: [Slide::ONE, Slide::ONE, width] };
    let shape = Convolution { images: 1, groups: 1, channels: 2, filters: 1, window };
    check("conv: 8 inputs, 4 weights, 2", || conv(&shape, &x, &x[..4], None, &mut [0.0; 2]));
    check("conv: 2 biases", || conv(&shape, &x, &x[..4], Some(&x[..2]), &mut [0.0; 3]));
    check("conv_backward_data: 8", || {
        conv_backward_data(&shape, &x[..4], &x[..2], &mut [0.0; 8]);
    });
    check("conv_backward_weight: 8", || {
        conv_backward_weight(&shape, &x, &x[..2], &mut [0.0; 4]);
    });
    let still = Window { axes: [Slide::ONE, Slide::ONE, Slide { stride: 0, ..width }] };
    check("unfold: stride 0", || unfold(&still, &x[..4], &mut [0.0; 6]));
    check("unfold: 8 elements in planes of 4, 7", || unfold(&window, &x, &mut [0.0; 7]));
    check("fold: 8 elements in planes of 4, 7", || fold(&window, &x[..7], &mut [0.0; 8]));
    let span = [Span { first: 0, count: 2 }];
    let axes = [Spans::ONE, Spans::ONE, Spans { input: 4, spans: &span, step: 1 }];
    check("max_pool: 8 elements", || max_pool(&x, axes, &mut [0.0; 3], &mut [0; 3]));
    check("max_pool: 1 places of 2", || max_pool(&x, axes, &mut [0.0; 2], &mut [0; 1]));
    check("gather_planes: 8 elements", || gather_planes(&x, [4, 1], &[0; 3], &mut [0.0; 3]));
    check("gather_planes: 1 places", || gather_planes(&x, [4, 1], &[0], &mut [0.0; 2]));
    check("4", || gather_planes(&x, [4, 1], &[0, 4], &mut [0.0; 2]));
    check("scatter_planes: 3 elements in planes of 1 to 8", || {
        scatter_planes(&x[..3], [1, 4], &[0; 3], &mut [0.0; 8]);
    });
    check("4", || scatter_planes(&x[..2], [1, 4], &[0, -1], &mut [0.0; 8]));
}

/// Attention of one head over `[1, 1, 2, 3]`, with room for it.
fn attend(query: View<f32>, key: View<f32>, out: usize, log_sums: usize) {
    let of = Attention {
        query,
        key,
        value: key,
        scale: 1.0,
        causal: false,
        mask: None,
        lengths: None,
        ends: None,
        dropout: None,
    };
    attention(&of, &mut vec![0.0; out], &mut vec![0.0; log_sums]);
}

#[test]
fn attention_that_does_not_fit_is_refused() {
    let (x, strides) = ([0.0_f32; 6], [6, 6, 3, 1]);
    let fits = view(&x, &[1, 1, 2, 3], &strides);
    check("attention: a view", || attend(view(&x[..5], &[1, 1, 2, 3], &strides), fits, 6, 2));
    check("attention: a view", || attend(fits, view(&x[..5], &[1, 1, 2, 3], &strides), 6, 2));
    check("attention: 5 results", || attend(fits, fits, 5, 2));
    check("attention: 6 results and 3 sums", || attend(fits, fits, 6, 3));
    check("attention: queries", || attend(fits, view(&x, &[1, 1, 3, 2], &[6, 6, 2, 1]), 6, 2));
    let of = Attention {
        query: fits,
        key: fits,
        value: fits,
        scale: 1.0,
        causal: false,
        mask: None,
        lengths: None,
        ends: None,
        dropout: None,
    };
    let wrong = |ends| {
        let of = Attention { key: fits, ends: Some(ends), ..of };
        check("sequences that end at", || attention(&of, &mut [0.0; 6], &mut [0.0; 2]));
    };
    let [one, two]: [&[i64]; 2] = [&[2], &[1, 2]];
    let ends: [&[i64]; 6] = [&[1], &[], &[3], &[2, 1], &[-1, 2], &[2, 3]];
    ends.into_iter().flat_map(|ends| [[ends, one], [two, ends], [ends; 2]]).for_each(wrong);
    wrong([one, two]);
    check("attention_backward: gradient", || {
        let saved = AttentionSaved { out: &x, log_sums: &x[..2] };
        let [query, key, value] = [&mut [0.0; 6][..], &mut [0.0; 6], &mut [0.0; 5]];
        attention_backward(&of, saved, fits, AttentionSlopes { query, key, value });
    });
}

#[test]
fn sizes_whose_product_overflows_are_refused() {
    let one = [1.0_f32];
    let (shape, strides) = ([HALF, HALF], [0, 0]);
    let (vast, vast_mask) = (view(&one, &shape, &strides), view(&[true], &shape, &strides));
    let words = "the sizes [4294967296, 4294967296";
    check(words, || copy(vast, &mut []));
    check(words, || copy_into(NONE, &mut [0.0], 0, &shape, &strides));
    check(words, || binary(Binary::Add, vast, vast, &mut []));
    check(words, || binary_in_place(Binary::Add, &mut [], vast));
    check(words, || compare(Compare::Less, vast, vast, &mut []));
    check(words, || select(vast_mask, vast, vast, &mut []));
    check(words, || zip_each(&f64::hypot, vast, vast, &mut []));
    check(words, || reduce(Reduce::Sum, NONE, HALF, HALF, 1, &mut []));
    check(words, || reduce(Reduce::Sum, NONE, HALF, 0, HALF, &mut []));
    check(words, || arg_reduce(true, NONE, HALF, HALF, 1, &mut []));
    check(words, || cumsum(NONE, HALF, HALF, 1, &mut []));
    check(words, || cumprod(NONE, [HALF, HALF, 1], &mut []));
    check(words, || recurrence(NONE, NONE, [HALF, HALF, 1], false, &mut []));
    check(words, || cumextreme(true, NONE, [HALF, HALF, 1], &mut [], &mut []));
    let mat = Mat { data: &one, rows: HALF, cols: HALF, row_stride: 0, col_stride: 0 };
    check("the sizes [1, 4294967296, 4294967296]", || {
        gemm(1.0, Mat { rows: 1, ..mat }, mat, 0.0, MatMut::rows(&mut [], 1, HALF));
    });
    check(words, || PackedB::new(mat));
    check("the sizes [1, 4294967296, 4294967296]", || {
        let mats = Mats {
            data: &one,
            offsets: &[0],
            rows: HALF,
            cols: HALF,
            row_stride: 0,
            col_stride: 0,
        };
        gemm_batched(mats, mats, &mut []);
    });
    let vast_axis = Slide { input: HALF, output: HALF, ..Slide::ONE };
    let window = Window { axes: [Slide::ONE, vast_axis, vast_axis] };
    let shape = Convolution { images: 1, groups: 1, channels: 1, filters: 1, window };
    check("the sizes [1, 4294967296, 4294967296]", || conv(&shape, NONE, &one, None, &mut []));
    check("the sizes [1, 4294967296, 4294967296]", || unfold(&window, NONE, &mut []));
    let axis = Spans { input: HALF, spans: &[], step: 1 };
    check("the sizes [1, 4294967296, 4294967296]", || {
        max_pool(NONE, [Spans::ONE, axis, axis], &mut [], &mut []);
    });
    let of = Norm { len: 0, groups: HALF, channels: HALF, centred: true, epsilon: 0.0 };
    check(words, || norm(&of, NONE, [NONE, NONE], &mut [], &mut []));
    check("the sizes [2, 9223372036854775808]", || gather_rows(NONE, 1 << 63, &[0, 0], &mut []));
    check("the sizes [2, 9223372036854775808]", || sum_duplicate_rows(&[0, 0], NONE, 1 << 63));
    let four = [HALF, HALF, 1, 1];
    check(words, || attend(view(&one, &four, &[0; 4]), view(&one, &four, &[0; 4]), 0, 0));
    let targets = Targets::Classes { ids: &[0, 0], ignore: None };
    let of = CrossEntropy { classes: 1 << 63, targets, class_weights: None, smoothing: 0.0 };
    check("the sizes [2, 9223372036854775808]", || of.forward(NONE, &mut [0.0; 2], &mut [0.0; 4]));
}

/// Shapes that have no element return at once, however long their other axes are.
#[test]
fn empty_shapes_cost_nothing() {
    let vast = 1 << 50;
    for shape in [[vast, 0, 1], [vast, 1, 0], [0, vast, 1], [0, 1, vast]] {
        let [outer, len, inner] = shape;
        cumsum(NONE, outer, len, inner, &mut []);
        cumprod(NONE, shape, &mut []);
        logcumsumexp(NONE, shape, &mut []);
        recurrence(NONE, NONE, shape, true, &mut []);
        cumextreme(true, NONE, shape, &mut [], &mut []);
        if outer * inner == 0 {
            reduce(Reduce::Mean, NONE, outer, len, inner, &mut []);
            arg_reduce(true, NONE, outer, len, inner, &mut []);
        }
        let window = View { data: NONE, offset: 0, shape: &shape, strides: &[0, 0, 0] };
        copy(window, &mut []);
        binary(Binary::Add, window, window, &mut []);
    }
    let shape = [vast, 1, 0, 2];
    let empty = View { data: NONE, offset: 0, shape: &shape, strides: &[0; 4] };
    attend(empty, empty, 0, 0);
    let none = Slide { input: 0, output: 0, ..Slide::ONE };
    let window = Window { axes: [Slide::ONE, Slide::ONE, none] };
    let shape = Convolution { images: vast, groups: 1, channels: 1, filters: 1, window };
    let mut out = [9.0_f32];
    conv_backward_weight(&shape, NONE, NONE, &mut out);
    assert_eq!(out, [0.0]);
    conv(&shape, NONE, &out, None, &mut []);
    conv_backward_data(&shape, &out, NONE, &mut []);
}

#[test]
fn element_wise_kernels_take_nothing() {
    for &op in Unary::ALL {
        unary(op, NONE, &mut []);
        unary_slope(op, NONE, NONE, &mut []);
    }
    binary_scalar(Binary::Add, NONE, 1.0, &mut []);
    scalar_binary_in_place(Binary::Add, 1.0, &mut [] as &mut [f32]);
    convert(NONE, &mut [] as &mut [i64]);
    bend(Bend::Mish {}, NONE, &mut []);
    map_each(&f64::sin, NONE, &mut []);
    dropout(NONE, 0.5, [0, 0], &mut []);
    fill_normal(0, 0, &mut [] as &mut [f64]);
    for len in [0, 1, 7] {
        softmax(NONE, len, &mut []);
        log_softmax_backward(NONE, NONE, len, &mut []);
    }
    assert_eq!(gather_rows(NONE, 0, &[], &mut []), Ok(()));
    assert_eq!(sum_duplicate_rows(&[], NONE, 3), Default::default());
    let (ids, sums) = sum_duplicate_rows(&[5, 5], NONE, 0);
    assert_eq!((&ids[..], &sums[..]), (&[5][..], NONE));
}

#[test]
fn buffers_beyond_the_limit_are_an_error_with_sizes() {
    let words =
        |len| Buffer::<f32>::try_zeroed(len).map_or_else(|e| e.to_string(), |_| String::new());
    assert!(
        words(1 << 50).starts_with("buffer of 1125899906842624 elements: 4503599627370496 bytes")
    );
    assert!(words(usize::MAX).starts_with("buffer of 18446744073709551615 elements: 4 bytes each"));
    check("buffer of 1125899906842624 elements", || Buffer::<f32>::stale(1 << 50));
}
