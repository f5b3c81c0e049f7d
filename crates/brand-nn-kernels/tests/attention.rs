//! Attention by blocks against the one with a table of scores, on every instruction set.

mod common;

use brand_nn_kernels::{
    Attention, AttentionSaved, AttentionSlopes, Real, View, attention, attention_backward,
    reference,
};
use common::{noise, on_every_isa, on_threads};

/// Sizes and settings of one call.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// Batch, heads and key heads.
    heads: [usize; 3],
    /// Queries, keys, dim and value dim.
    sizes: [usize; 4],
    causal: bool,
    mask: bool,
    lengths: bool,
    /// Where sequences of queries and of keys end; nowhere if there is one alone.
    ends: [&'static [i64]; 2],
    dropout: bool,
}

const PLAIN: Case = Case {
    heads: [1, 2, 2],
    sizes: [3, 3, 4, 4],
    causal: false,
    mask: false,
    lengths: false,
    ends: [&[]; 2],
    dropout: false,
};

/// Windows as a projection leaves them, `[batch, time, heads, dim]` with heads and time swapped,
/// one element into their data.
fn window<'a, T>(data: &'a [T], shape: &'a [usize; 4], strides: &'a mut [isize; 4]) -> View<'a, T> {
    let [_, heads, time, dim] = shape.map(|len| len as isize);
    *strides = [time * heads * dim, dim, heads * dim, 1];
    View { data, offset: 1, shape, strides }
}

#[track_caller]
fn check<T: Real>(case: Case, tolerance: f64) {
    let Case { heads: [batch, heads, key_heads], sizes: [queries, keys, dim, value_dim], .. } =
        case;
    let shapes = [
        [batch, heads, queries, dim],
        [batch, key_heads, keys, dim],
        [batch, key_heads, keys, value_dim],
        [batch, heads, queries, value_dim],
    ];
    let sizes = shapes.map(|shape| shape.iter().product::<usize>());
    let data = [0, 1, 2, 3].map(|i| noise::<T>(sizes[i] + 1, i as u64 + 1));
    let mut strides = [[0; 4]; 4];
    let [s0, s1, s2, s3] = &mut strides;
    let hide = |(i, x): (usize, T)| if i % 3 == 0 { T::LOWEST } else { x };
    let mask: Vec<T> = noise::<T>(queries * keys, 9).into_iter().enumerate().map(hide).collect();
    let mask_shape = [batch, heads, queries, keys];
    let lengths: Vec<i64> = (0..batch).map(|b| (b * 5 % (keys + 1)) as i64).collect();
    let mask =
        View { data: &mask, offset: 0, shape: &mask_shape, strides: &[0, 0, keys as isize, 1] };
    let of = Attention {
        query: window(&data[0], &shapes[0], s0),
        key: window(&data[1], &shapes[1], s1),
        value: window(&data[2], &shapes[2], s2),
        scale: 0.7,
        causal: case.causal,
        mask: case.mask.then_some(mask),
        lengths: case.lengths.then_some(&lengths[..]),
        ends: (!case.ends[0].is_empty()).then_some(case.ends),
        dropout: case.dropout.then_some((0.3, [5, 6])),
    };
    let gradient = window(&data[3], &shapes[3], s3);
    let found = on_threads(|| run(&of, gradient, sizes));
    let [query, key, value] = reference::attention_backward(&of, gradient);
    for (ours, theirs) in found.iter().zip([reference::attention(&of), query, key, value]) {
        assert_eq!(ours.len(), theirs.len());
        let scale = theirs.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
        for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let error = (ours.to_f64() - theirs).abs() / scale;
            assert!(error <= tolerance, "{case:?}: element {i} is {ours:?}, expected {theirs}");
        }
    }
}

/// The result and the gradients of queries, keys and values.
fn run<T: Real>(of: &Attention<T>, gradient: View<T>, sizes: [usize; 4]) -> [Vec<T>; 4] {
    let [mut query, mut key, mut value, mut out] = sizes.map(|size| vec![T::ONE; size]);
    let mut log_sums = vec![T::ONE; of.query.shape[..3].iter().product()];
    attention(of, &mut out, &mut log_sums);
    let saved = AttentionSaved { out: &out, log_sums: &log_sums };
    let slopes = AttentionSlopes { query: &mut query, key: &mut key, value: &mut value };
    attention_backward(of, saved, gradient, slopes);
    [out, query, key, value]
}

#[test]
fn blocks_equal_the_table_of_scores() {
    let sizes = [
        [1, 1, 1, 1],
        [7, 9, 8, 3],
        [65, 67, 5, 7],
        [64, 300, 16, 16],
        [3, 257, 4, 33],
        [70, 31, 8, 8],
        [0, 3, 2, 2],
        [3, 0, 2, 2],
        [3, 3, 0, 2],
        [3, 3, 2, 0],
    ];
    on_every_isa(|_| {
        for (i, sizes) in sizes.into_iter().enumerate() {
            let all = [[2, 4, 2], [1, 1, 1], [3, 3, 1], [0, 2, 1]];
            for heads in [all[i % 4], all[(i / 4 + 1) % 4]] {
                let set = |bit: usize| (i + heads[0]) >> bit & 1 == 1;
                let case = Case { heads, sizes, ..PLAIN };
                check::<f32>(case, 5e-6);
                check::<f32>(Case { causal: true, mask: set(0), dropout: set(1), ..case }, 5e-6);
                check::<f64>(Case { mask: true, lengths: true, dropout: true, ..case }, 1e-13);
                check::<f32>(Case { causal: set(0), lengths: true, ..case }, 5e-6);
            }
        }
    });
}

#[test]
fn sequences_side_by_side_see_themselves_alone() {
    on_every_isa(|_| {
        for ends in [&[5, 7][..], &[0, 1, 7], &[7, 7], &[1, 2, 3, 4, 5, 6, 7], &[7]] {
            let case = Case { heads: [2, 2, 1], sizes: [7, 7, 3, 5], ends: [ends; 2], ..PLAIN };
            check::<f32>(case, 5e-6);
            check::<f32>(Case { causal: true, dropout: true, ..case }, 5e-6);
            check::<f64>(Case { mask: true, lengths: true, ..case }, 1e-13);
        }
        let ends = &[3, 340, 341, 420][..];
        let case = Case { heads: [1, 4, 2], sizes: [420, 420, 8, 8], ends: [ends; 2], ..PLAIN };
        check::<f32>(case, 1e-5);
        check::<f32>(Case { causal: true, dropout: true, ..case }, 1e-5);
    });
}

#[test]
fn some_queries_of_a_sequence_see_all_its_keys() {
    on_every_isa(|_| {
        for queries in [&[1, 2, 3][..], &[0, 3, 3], &[2, 2, 3], &[0, 0, 3]] {
            let ends = [queries, &[300, 300, 307][..]];
            let case = Case { heads: [2, 4, 2], sizes: [3, 307, 3, 5], ends, ..PLAIN };
            check::<f32>(case, 5e-6);
            check::<f32>(Case { dropout: true, ..case }, 5e-6);
            check::<f64>(Case { mask: true, lengths: true, ..case }, 1e-13);
        }
        let ends = [&[70, 140][..], &[3, 6]];
        check::<f32>(Case { heads: [1, 2, 2], sizes: [140, 6, 3, 5], ends, ..PLAIN }, 5e-6);
    });
}

#[test]
fn many_blocks_do_not_depend_on_threads() {
    on_every_isa(|_| {
        let case = Case { heads: [1, 3, 1], sizes: [333, 541, 16, 8], ..PLAIN };
        check::<f32>(Case { causal: true, dropout: true, ..case }, 1e-5);
    });
}

#[test]
fn hidden_queries_give_nought_and_nan_is_seen() {
    let shape = [1, 1, 2, 1];
    let view = |data| View { data, offset: 0, shape: &shape, strides: &[2, 2, 1, 1] };
    let hidden = f32::NEG_INFINITY;
    let of = Attention {
        query: view(&[1.0, f32::NAN]),
        key: view(&[1e4, -1e4]),
        value: view(&[3.0, 5.0]),
        scale: 1.0,
        causal: false,
        mask: Some(View { data: &[hidden, hidden, 0.0, 0.0], shape: &[1, 1, 2, 2], ..view(&[]) }),
        lengths: None,
        ends: None,
        dropout: None,
    };
    let of = Attention { mask: of.mask.map(|mask| View { strides: &[4, 4, 2, 1], ..mask }), ..of };
    let [out, query, ..] = run(&of, view(&[1.0, 1.0]), [2; 4]);
    assert_eq!((out[0], query[0]), (0.0, 0.0), "a query that sees no key");
    assert!(out[1].is_nan() && query[1].is_nan());
    let extreme = Attention { query: view(&[1.0, -1.0]), mask: None, ..of };
    assert_eq!(run(&extreme, view(&[1.0, 1.0]), [2; 4])[0], [3.0, 5.0]);
}

#[test]
#[should_panic(expected = "attention: queries [1, 3, 2, 1], keys [1, 2, 2, 1]")]
fn key_heads_must_divide_the_heads() {
    let data = [0.0_f32; 6];
    let view = |shape| View { data: &data, offset: 0, shape, strides: &[6, 2, 1, 1] };
    let (query, key) = (view(&[1, 3, 2, 1]), view(&[1, 2, 2, 1]));
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
    attention(&of, &mut [0.0; 6], &mut [0.0; 6]);
}
