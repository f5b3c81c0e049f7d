//! The path of a ball that rolls over the density, until it turns back.

use super::LogDensity;
use crate::linear::{add_scaled, dot};
use crate::special::log_add_exp;

/// Where the ball is, how fast, and how the ground slopes.
#[derive(Clone)]
pub(super) struct Point {
    pub(super) position: Vec<f64>,
    pub(super) momentum: Vec<f64>,
    pub(super) gradient: Vec<f64>,
    pub(super) log_density: f64,
}

impl Point {
    pub(super) fn at(position: &[f64], f: &LogDensity<'_>) -> Self {
        let mut gradient = vec![0.0; position.len()];
        let log_density = f(position, &mut gradient);
        let momentum = vec![0.0; position.len()];
        Self { position: position.to_vec(), momentum, gradient, log_density }
    }

    /// One step of leapfrog, forwards or, of negative length, backwards.
    pub(super) fn step(&self, length: f64, variances: &[f64], f: &LogDensity<'_>) -> Self {
        let mut momentum = self.momentum.clone();
        add_scaled(&mut momentum, 0.5 * length, &self.gradient);
        let mut position = self.position.clone();
        for ((x, p), variance) in position.iter_mut().zip(&momentum).zip(variances) {
            *x += length * variance * p;
        }
        let mut next = Self::at(&position, f);
        add_scaled(&mut momentum, 0.5 * length, &next.gradient);
        next.momentum = momentum;
        next
    }

    /// The log of density times that of the momentum; −∞ where it is undefined.
    pub(super) fn log_joint(&self, variances: &[f64]) -> f64 {
        let squares = self.momentum.iter().zip(variances).map(|(p, variance)| p * p * variance);
        let joint = self.log_density - 0.5 * squares.sum::<f64>();
        if joint.is_finite() { joint } else { f64::NEG_INFINITY }
    }
}

/// Part of a path: its ends, a point drawn from it, and its weight.
pub(super) struct Path {
    first: Point,
    last: Point,
    pub(super) drawn: Point,
    log_weight: f64,
    /// The sum of all momenta: the path goes on while both ends move along it.
    sum: Vec<f64>,
    is_over: bool,
    pub(super) diverged: bool,
    /// Sum and count of the probabilities to accept each point.
    pub(super) acceptance: f64,
    pub(super) points: f64,
}

/// What building a path needs.
pub(super) struct Walk<'a> {
    pub(super) f: &'a LogDensity<'a>,
    pub(super) step: f64,
    pub(super) variances: &'a [f64],
    /// The log of the joint density at the start.
    pub(super) start: f64,
}

/// A step that loses so much of the log-density has left the numbers' range.
const DIVERGED: f64 = 1000.0;

impl Walk<'_> {
    /// The path of one doubling after another, until it turns or is `max_depth` deep.
    pub(super) fn path(
        &self,
        start: Point,
        max_depth: usize,
        random: &mut dyn FnMut() -> f64,
    ) -> Path {
        let mut path = self.single(start);
        (path.acceptance, path.points) = (0.0, 0.0);
        for depth in 0..max_depth {
            let is_forward = random() < 0.5;
            let direction = if is_forward { 1.0 } else { -1.0 };
            let end = if is_forward { path.last.clone() } else { path.first.clone() };
            let more = self.grow(&end, direction, depth, random);
            let (is_over, diverged) = (more.is_over, more.diverged);
            (path.acceptance, path.points) =
                (path.acceptance + more.acceptance, path.points + more.points);
            if is_over {
                path.diverged = diverged;
                return path;
            }
            // Later halves are preferred: draws lie farther from the start.
            let share = (more.log_weight - path.log_weight).exp();
            path = self.joined(path, more, is_forward, random() < share);
            if path.is_over {
                return path;
            }
        }
        path
    }

    /// A path of 2^depth points beyond an end.
    fn grow(
        &self,
        end: &Point,
        direction: f64,
        depth: usize,
        random: &mut dyn FnMut() -> f64,
    ) -> Path {
        if depth == 0 {
            return self.single(end.step(direction * self.step, self.variances, self.f));
        }
        let near = self.grow(end, direction, depth - 1, random);
        if near.is_over {
            return near;
        }
        let tip = if direction > 0.0 { &near.last } else { &near.first };
        let far = self.grow(tip, direction, depth - 1, random);
        let share = (far.log_weight - log_add_exp(near.log_weight, far.log_weight)).exp();
        let takes_far = random() < share;
        let (is_over, diverged) = (far.is_over, far.diverged);
        let mut path = self.joined(near, far, direction > 0.0, takes_far);
        path.is_over |= is_over;
        path.diverged |= diverged;
        path
    }

    fn single(&self, point: Point) -> Path {
        let log_weight = point.log_joint(self.variances) - self.start;
        let diverged = log_weight < -DIVERGED;
        Path {
            first: point.clone(),
            last: point.clone(),
            sum: point.momentum.clone(),
            drawn: point,
            log_weight,
            is_over: diverged,
            diverged,
            acceptance: log_weight.min(0.0).exp(),
            points: 1.0,
        }
    }

    fn joined(&self, old: Path, new: Path, is_forward: bool, takes_new: bool) -> Path {
        let mut sum = old.sum.clone();
        add_scaled(&mut sum, 1.0, &new.sum);
        let log_weight = log_add_exp(old.log_weight, new.log_weight);
        let (acceptance, points) = (old.acceptance + new.acceptance, old.points + new.points);
        let drawn = if takes_new { new.drawn } else { old.drawn };
        let (before, after) = if is_forward {
            ((old.first, old.last, old.sum), (new.first, new.last, new.sum))
        } else {
            ((new.first, new.last, new.sum), (old.first, old.last, old.sum))
        };
        // The whole, and each half with the first step of the other.
        let with = |sum: &[f64], next: &Point| {
            let mut sum = sum.to_vec();
            add_scaled(&mut sum, 1.0, &next.momentum);
            sum
        };
        let is_over = self.turned(&before.0, &after.1, &sum)
            || self.turned(&before.0, &after.0, &with(&before.2, &after.0))
            || self.turned(&before.1, &after.1, &with(&after.2, &before.1));
        let (first, last) = (before.0, after.1);
        Path { first, last, drawn, log_weight, sum, is_over, diverged: false, acceptance, points }
    }

    /// Whether one end moves against the way between both.
    fn turned(&self, first: &Point, last: &Point, sum: &[f64]) -> bool {
        let along = |point: &Point| {
            let speed: Vec<f64> =
                point.momentum.iter().zip(self.variances).map(|(p, v)| p * v).collect();
            dot(&speed, sum)
        };
        along(first) <= 0.0 || along(last) <= 0.0
    }
}
