//! Plain loops in place of kernels that are still on their way.

pub(crate) use brand_nn_kernels::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Max,
    Min,
    Rem,
}
impl Binary {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Div => "div",
            Self::Pow => "pow",
            Self::Max => "maximum",
            Self::Min => "minimum",
            Self::Rem => "rem",
        }
    }
    fn of<T: Number>(self, a: T, b: T) -> T {
        match self {
            Self::Add => a.plus(b),
            Self::Sub => a.minus(b),
            Self::Mul => a.times(b),
            Self::Div => a.over(b),
            Self::Pow => a.power(b),
            Self::Max => a.larger(b),
            Self::Min => a.smaller(b),
            Self::Rem => a.modulo(b),
        }
    }
}
#[derive(Clone, Copy, Debug)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}
fn flat<T: Plain>(v: View<'_, T>) -> Vec<T> {
    let mut out = vec![T::default(); v.size()];
    copy(v, &mut out);
    out
}
pub(crate) fn binary<T: Number>(op: Binary, a: View<'_, T>, b: View<'_, T>, out: &mut [T]) {
    for ((o, a), b) in out.iter_mut().zip(flat(a)).zip(flat(b)) {
        *o = op.of(a, b);
    }
}
pub(crate) fn binary_in_place<T: Number>(op: Binary, a: &mut [T], b: View<'_, T>) {
    for (a, b) in a.iter_mut().zip(flat(b)) {
        *a = op.of(*a, b);
    }
}
pub(crate) fn binary_scalar<T: Number>(op: Binary, a: &[T], b: T, out: &mut [T]) {
    for (o, &a) in out.iter_mut().zip(a) {
        *o = op.of(a, b);
    }
}
pub(crate) fn scalar_binary<T: Number>(op: Binary, b: T, a: &[T], out: &mut [T]) {
    for (o, &a) in out.iter_mut().zip(a) {
        *o = op.of(b, a);
    }
}
pub(crate) fn binary_scalar_in_place<T: Number>(op: Binary, a: &mut [T], b: T) {
    for a in a {
        *a = op.of(*a, b);
    }
}
pub(crate) fn scalar_binary_in_place<T: Number>(op: Binary, b: T, a: &mut [T]) {
    for a in a {
        *a = op.of(b, *a);
    }
}
pub(crate) fn compare<T: Plain + PartialOrd>(
    op: Compare,
    a: View<'_, T>,
    b: View<'_, T>,
    out: &mut [bool],
) {
    for ((o, a), b) in out.iter_mut().zip(flat(a)).zip(flat(b)) {
        *o = match op {
            Compare::Equal => a == b,
            Compare::NotEqual => a != b,
            Compare::Less => a < b,
            Compare::LessEqual => a <= b,
            Compare::Greater => a > b,
            Compare::GreaterEqual => a >= b,
        };
    }
}
pub(crate) fn select<T: Plain>(
    mask: View<'_, bool>,
    a: View<'_, T>,
    b: View<'_, T>,
    out: &mut [T],
) {
    for (((o, m), a), b) in out.iter_mut().zip(flat(mask)).zip(flat(a)).zip(flat(b)) {
        *o = if m { a } else { b };
    }
}
pub(crate) fn convert<A: Plain, B: Plain>(from: &[A], to: &mut [B]) {
    use std::any::Any;
    for (f, t) in from.iter().zip(to) {
        let f: &dyn Any = f;
        let x = if let Some(&x) = f.downcast_ref::<i64>() {
            if let Some(t) = (t as &mut dyn Any).downcast_mut::<i32>() {
                *t = x as i32;
                continue;
            } else {
                x as f64
            }
        } else if let Some(&x) = f.downcast_ref::<f64>() {
            x
        } else if let Some(&x) = f.downcast_ref::<f32>() {
            x.into()
        } else if let Some(&x) = f.downcast_ref::<i32>() {
            x.into()
        } else if let Some(&x) = f.downcast_ref::<u8>() {
            x.into()
        } else {
            f64::from(u8::from(*f.downcast_ref::<bool>().unwrap()))
        };
        let t: &mut dyn Any = t;
        if let Some(t) = t.downcast_mut::<f64>() {
            *t = x
        } else if let Some(t) = t.downcast_mut::<f32>() {
            *t = x as f32
        } else if let Some(t) = t.downcast_mut::<i64>() {
            *t = x as i64
        } else if let Some(t) = t.downcast_mut::<i32>() {
            *t = x as i32
        } else if let Some(t) = t.downcast_mut::<u8>() {
            *t = x as u8
        } else if let Some(t) = t.downcast_mut::<bool>() {
            *t = x != 0.0
        }
    }
}
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reduce {
    Sum,
    Mean,
    Max,
    Min,
    Prod,
}
pub(crate) fn reduce<T: Number>(
    op: Reduce,
    x: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    out: &mut [T],
) {
    for o in 0..outer {
        for i in 0..inner {
            let v = (0..len).map(|l| x[(o * len + l) * inner + i]);
            out[o * inner + i] = match op {
                Reduce::Sum => v.fold(T::ZERO, T::plus),
                Reduce::Mean => v.fold(T::ZERO, T::plus).over(T::from_f64(len as f64)),
                Reduce::Max => v.fold(T::LOWEST, T::larger),
                Reduce::Min => v.fold(T::HIGHEST, T::smaller),
                Reduce::Prod => v.fold(T::ONE, T::times),
            };
        }
    }
}
pub(crate) fn arg_reduce<T: Number>(
    max: bool,
    x: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    out: &mut [i64],
) {
    for o in 0..outer {
        for i in 0..inner {
            let at = |l: usize| x[(o * len + l) * inner + i];
            let mut best = 0;
            for l in 1..len {
                if at(best).not_a_number() {
                    break;
                }
                if at(l).not_a_number() || (if max { at(l) > at(best) } else { at(l) < at(best) }) {
                    best = l;
                }
            }
            out[o * inner + i] = best as i64;
        }
    }
}
pub(crate) fn cumsum<T: Number>(x: &[T], outer: usize, len: usize, inner: usize, out: &mut [T]) {
    for o in 0..outer {
        for i in 0..inner {
            let mut sum = T::ZERO;
            for l in 0..len {
                let at = (o * len + l) * inner + i;
                sum = sum.plus(x[at]);
                out[at] = sum;
            }
        }
    }
}
pub(crate) fn softmax<T: Real>(x: &[T], len: usize, out: &mut [T]) {
    for (x, o) in x.chunks(len.max(1)).zip(out.chunks_mut(len.max(1))) {
        let top = x.iter().fold(T::LOWEST, |a, &b| a.larger(b)).to_f64();
        let sum: f64 = x.iter().map(|v| (v.to_f64() - top).exp()).sum();
        for (o, v) in o.iter_mut().zip(x) {
            *o = if top == f64::NEG_INFINITY {
                T::ZERO
            } else {
                T::from_f64((v.to_f64() - top).exp() / sum)
            };
        }
    }
}
pub(crate) fn log_softmax<T: Real>(x: &[T], len: usize, out: &mut [T]) {
    for (x, o) in x.chunks(len.max(1)).zip(out.chunks_mut(len.max(1))) {
        let top = x.iter().fold(T::LOWEST, |a, &b| a.larger(b)).to_f64();
        let sum: f64 = x.iter().map(|v| (v.to_f64() - top).exp()).sum();
        for (o, v) in o.iter_mut().zip(x) {
            *o = T::from_f64(v.to_f64() - top - sum.ln());
        }
    }
}
pub(crate) struct Mat<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) row_stride: isize,
    pub(crate) col_stride: isize,
}
pub(crate) struct MatMut<'a, T> {
    pub(crate) data: &'a mut [T],
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) row_stride: isize,
    pub(crate) col_stride: isize,
}
pub(crate) fn gemm<T: Real>(alpha: T, a: Mat<'_, T>, b: Mat<'_, T>, beta: T, c: MatMut<'_, T>) {
    for i in 0..c.rows {
        for j in 0..c.cols {
            let mut s = T::ZERO;
            for k in 0..a.cols {
                s = s + a.data[i * a.row_stride as usize + k * a.col_stride as usize]
                    * b.data[k * b.row_stride as usize + j * b.col_stride as usize];
            }
            let at = i * c.row_stride as usize + j * c.col_stride as usize;
            c.data[at] = if beta == T::ZERO { alpha * s } else { alpha * s + beta * c.data[at] };
        }
    }
}
#[allow(clippy::too_many_arguments)]
pub(crate) fn gemm_batched<T: Real>(
    batch: usize,
    m: usize,
    k: usize,
    n: usize,
    a: &[T],
    ao: &[usize],
    ast: [isize; 2],
    b: &[T],
    bo: &[usize],
    bs: [isize; 2],
    c: &mut [T],
) {
    for i in 0..batch {
        gemm(
            T::ONE,
            Mat {
                data: a.get(ao[i]..).unwrap_or_default(),
                rows: m,
                cols: k,
                row_stride: ast[0],
                col_stride: ast[1],
            },
            Mat {
                data: b.get(bo[i]..).unwrap_or_default(),
                rows: k,
                cols: n,
                row_stride: bs[0],
                col_stride: bs[1],
            },
            T::ZERO,
            MatMut {
                data: &mut c[i * m * n..(i + 1) * m * n],
                rows: m,
                cols: n,
                row_stride: n as isize,
                col_stride: 1,
            },
        );
    }
}
pub(crate) fn philox(key: u64, counter: u128) -> [u32; 4] {
    let (mut c, mut k) = (
        [counter as u32, (counter >> 32) as u32, (counter >> 64) as u32, (counter >> 96) as u32],
        [key as u32, (key >> 32) as u32],
    );
    for _ in 0..10 {
        let (p0, p1) = (u64::from(c[0]) * 0xD251_1F53, u64::from(c[2]) * 0xCD9E_8D57);
        c = [
            (p1 >> 32) as u32 ^ c[1] ^ k[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ c[3] ^ k[1],
            p0 as u32,
        ];
        k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)];
    }
    c
}
pub(crate) fn fill_uniform<T: Real>(key: u64, counter: u128, out: &mut [T]) {
    for (i, o) in out.iter_mut().enumerate() {
        *o = T::from_f64(
            f64::from(philox(key, counter + i as u128 / 4)[i % 4] >> 8) / (1u64 << 24) as f64,
        );
    }
}
pub(crate) fn fill_normal<T: Real>(key: u64, counter: u128, out: &mut [T]) {
    for (i, o) in out.iter_mut().enumerate() {
        let w = philox(key, counter + i as u128);
        let (u, v) = ((f64::from(w[0]) + 1.0) / 4294967296.0, f64::from(w[1]) / 4294967296.0);
        *o = T::from_f64((-2.0 * u.ln()).sqrt() * (v * std::f64::consts::TAU).cos());
    }
}
