//! Attention with all scores in a table, and its gradient.

use crate::{Attention, Real, View, dropout};

/// `softmax(scale · Q Kᵀ + mask) V`, `[batch, queries, heads, value_dim]`, in `f64`.
pub fn attention<T: Real>(of: &Attention<T>) -> Vec<f64> {
    let sizes = Sizes::new(of);
    let (_, shares) = sizes.softmax(of);
    let mut out = vec![0.0; sizes.heads() * sizes.queries * sizes.value_dim];
    sizes.each(|head, i, j| {
        for d in 0..sizes.value_dim {
            let share = shares[(head * sizes.queries + i) * sizes.keys + j];
            out[sizes.place(head, i) * sizes.value_dim + d] +=
                share * sizes.shared(&of.value, head, j, d);
        }
    });
    out
}

/// The gradients of queries, keys and values; all but the first are `[batch, heads, keys, …]`.
pub fn attention_backward<T: Real>(of: &Attention<T>, gradient: View<T>) -> [Vec<f64>; 3] {
    let sizes = Sizes::new(of);
    let (softmax, shares) = sizes.softmax(of);
    let scores = sizes.score_slopes(of, gradient, &softmax, &shares);
    let (rows, key_rows) =
        (sizes.heads() * sizes.queries, sizes.batch * sizes.key_heads * sizes.keys);
    let mut slopes = [
        vec![0.0; rows * sizes.dim],
        vec![0.0; key_rows * sizes.dim],
        vec![0.0; key_rows * sizes.value_dim],
    ];
    sizes.each(|head, i, j| {
        let at = (head * sizes.queries + i) * sizes.keys + j;
        let (row, key_row) = (sizes.place(head, i), sizes.key_head(head) * sizes.keys + j);
        for d in 0..sizes.dim {
            let (q, k) = (sizes.own(&of.query, head, i, d), sizes.shared(&of.key, head, j, d));
            slopes[0][row * sizes.dim + d] += of.scale * scores[at] * k;
            slopes[1][key_row * sizes.dim + d] += of.scale * scores[at] * q;
        }
        for d in 0..sizes.value_dim {
            slopes[2][key_row * sizes.value_dim + d] +=
                shares[at] * sizes.own(&gradient, head, i, d);
        }
    });
    slopes
}

struct Sizes {
    batch: usize,
    key_heads: usize,
    heads: usize,
    queries: usize,
    keys: usize,
    dim: usize,
    value_dim: usize,
}

impl Sizes {
    fn new<T: Real>(of: &Attention<T>) -> Self {
        let (query, key) = (of.query.shape, of.key.shape);
        Sizes {
            batch: query[0],
            key_heads: key[1],
            heads: query[1],
            queries: query[2],
            keys: key[2],
            dim: query[3],
            value_dim: of.value.shape[3],
        }
    }

    fn heads(&self) -> usize {
        self.batch * self.heads
    }

    /// Calls `f(head of a batch, query, key)` for all of them.
    fn each(&self, mut f: impl FnMut(usize, usize, usize)) {
        for head in 0..self.heads() {
            for i in 0..self.queries {
                (0..self.keys).for_each(|j| f(head, i, j));
            }
        }
    }

    /// The number of a query's row in `[batch, queries, heads]`.
    fn place(&self, head: usize, row: usize) -> usize {
        (head / self.heads * self.queries + row) * self.heads + head % self.heads
    }

    fn key_head(&self, head: usize) -> usize {
        head / self.heads * self.key_heads + head % self.heads / (self.heads / self.key_heads)
    }

    fn own<T: Real>(&self, of: &View<T>, head: usize, i: usize, d: usize) -> f64 {
        element(of, [head / self.heads, head % self.heads, i, d])
    }

    fn shared<T: Real>(&self, of: &View<T>, head: usize, i: usize, d: usize) -> f64 {
        let head = self.key_head(head);
        element(of, [head / self.key_heads, head % self.key_heads, i, d])
    }

    /// The softmax of all scores, and what dropout leaves of it: `[batch, heads, queries, keys]`.
    fn softmax<T: Real>(&self, of: &Attention<T>) -> (Vec<f64>, Vec<f64>) {
        let mut scores = vec![f64::NEG_INFINITY; self.heads() * self.queries * self.keys];
        self.each(|head, i, j| {
            let past = of.causal && j + self.queries > i + self.keys;
            let beyond = of.lengths.is_some_and(|lengths| j as i64 >= lengths[head / self.heads]);
            let sequence = |side: usize, at: usize| {
                of.ends.map(|ends| ends[side].partition_point(|&end| end <= at as i64))
            };
            if !past && !beyond && sequence(0, i) == sequence(1, j) {
                let product =
                    |d| self.own(&of.query, head, i, d) * self.shared(&of.key, head, j, d);
                let score: f64 = of.scale * (0..self.dim).map(product).sum::<f64>();
                let mask = of.mask.as_ref().map_or(0.0, |mask| self.own(mask, head, i, j));
                scores[(head * self.queries + i) * self.keys + j] = score + mask;
            }
        });
        for row in scores.chunks_mut(self.keys.max(1)) {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = row.iter().map(|x| (x - top).exp()).sum();
            let hidden = top == f64::NEG_INFINITY;
            row.iter_mut().for_each(|x| *x = if hidden { 0.0 } else { (*x - top).exp() / sum });
        }
        let mut dropped = scores.clone();
        if let Some((rate, key)) = of.dropout {
            dropout(&scores, rate, key, &mut dropped);
        }
        (scores, dropped)
    }

    /// `p (keep · (dO Vᵀ) − Σ …)` for each score.
    fn score_slopes<T: Real>(
        &self,
        of: &Attention<T>,
        gradient: View<T>,
        softmax: &[f64],
        shares: &[f64],
    ) -> Vec<f64> {
        let mut slopes = vec![0.0; softmax.len()];
        self.each(|head, i, j| {
            let at = (head * self.queries + i) * self.keys + j;
            let product = |d| self.own(&gradient, head, i, d) * self.shared(&of.value, head, j, d);
            slopes[at] = (0..self.value_dim).map(product).sum::<f64>() * shares[at]; // p · dp
        });
        for (slopes, softmax) in
            slopes.chunks_mut(self.keys.max(1)).zip(softmax.chunks(self.keys.max(1)))
        {
            let total: f64 = slopes.iter().sum();
            slopes.iter_mut().zip(softmax).for_each(|(slope, p)| *slope -= p * total);
        }
        slopes
    }
}

fn element<T: Real>(of: &View<T>, at: [usize; 4]) -> f64 {
    let steps: isize = at.iter().zip(of.strides).map(|(&i, stride)| i as isize * stride).sum();
    of.data[(of.offset as isize + steps) as usize].to_f64()
}
