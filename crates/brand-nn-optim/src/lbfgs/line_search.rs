//! A step length that meets the strong Wolfe conditions.

/// The loss and its gradient at a place.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
}

/// How much of the promised decrease is asked for.
const ENOUGH: f64 = 1e-4;
/// How much of the slope may be left.
const FLAT: f64 = 0.9;
/// The most lengths that are tried.
const MOST: usize = 25;

/// A length that was tried.
#[derive(Clone)]
struct Trial {
    length: f64,
    point: Point,
    slope: f64,
}

/// Finds a length t with f(t) ≤ f(0) + 10⁻⁴ t f′(0) and |f′(t)| ≤ 0.9 |f′(0)|.
///
/// Brackets one and then refines the bracket, by cubic interpolation. Returns the length, the loss
/// and gradient there, and the number of evaluations; `None` if an evaluation failed.
pub(super) fn strong_wolfe(
    at: &mut dyn FnMut(f64) -> Option<Point>,
    first: f64,
    direction: &[f64],
    here: &Point,
    tolerance: f64,
) -> Option<(f64, Point, usize)> {
    let slope = super::dot(&here.gradient, direction);
    let mut search = Search { at, direction, start: here.value, slope, count: 0 };
    let zero = Trial { length: 0.0, point: here.clone(), slope };
    let found = match search.bracket(zero, first)? {
        Bracket::Found(trial) => trial,
        Bracket::Between(low, high) => {
            search.zoom([low, high], tolerance / super::largest(direction))?
        }
    };
    Some((found.length, found.point, search.count))
}

enum Bracket {
    Found(Trial),
    Between(Trial, Trial),
}

struct Search<'a> {
    at: &'a mut dyn FnMut(f64) -> Option<Point>,
    direction: &'a [f64],
    start: f64,
    slope: f64,
    count: usize,
}

impl Search<'_> {
    fn try_length(&mut self, length: f64) -> Option<Trial> {
        let point = (self.at)(length)?;
        self.count += 1;
        let slope = super::dot(&point.gradient, self.direction);
        Some(Trial { length, point, slope })
    }

    /// A loss that is not a number is too high as well.
    fn is_too_high(&self, trial: &Trial) -> bool {
        let most = self.start + ENOUGH * trial.length * self.slope;
        trial.point.value.is_nan() || trial.point.value > most
    }

    fn is_flat(&self, trial: &Trial) -> bool {
        trial.slope.abs() <= -FLAT * self.slope
    }

    /// Goes on until a length is right, or the right one lies between two.
    fn bracket(&mut self, zero: Trial, first: f64) -> Option<Bracket> {
        let mut before = zero.clone();
        let mut now = self.try_length(first)?;
        for number in 0..MOST {
            let rises = number > 1 && now.point.value >= before.point.value;
            if self.is_too_high(&now) || rises {
                return Some(Bracket::Between(before, now));
            }
            if self.is_flat(&now) {
                return Some(Bracket::Found(now));
            }
            if now.slope >= 0.0 {
                return Some(Bracket::Between(before, now));
            }
            let least = now.length + 0.01 * (now.length - before.length);
            let length = cubic(&before, &now, [least, now.length * 10.0]);
            before = now;
            now = self.try_length(length)?;
        }
        Some(Bracket::Between(zero, now))
    }

    /// Makes the bracket smaller until one of its ends is right.
    fn zoom(&mut self, mut ends: [Trial; 2], narrow: f64) -> Option<Trial> {
        let (mut low, mut stuck) = (lower(&ends), false);
        while self.count <= MOST {
            let [left, right] = sorted(&ends);
            if right - left < narrow {
                break;
            }
            let length = cubic(&ends[0], &ends[1], [left, right]);
            let length = inside(length, [left, right], &mut stuck);
            let trial = self.try_length(length)?;
            if self.is_too_high(&trial) || trial.point.value >= ends[low].point.value {
                ends[1 - low] = trial;
                low = lower(&ends);
                continue;
            }
            let done = self.is_flat(&trial);
            if !done && trial.slope * (ends[1 - low].length - ends[low].length) >= 0.0 {
                ends[1 - low] = ends[low].clone();
            }
            ends[low] = trial;
            if done {
                break;
            }
        }
        let [first, second] = ends;
        Some(if low == 0 { first } else { second })
    }
}

/// The end with the lower loss.
fn lower([first, second]: &[Trial; 2]) -> usize {
    usize::from(first.point.value > second.point.value)
}

fn sorted([first, second]: &[Trial; 2]) -> [f64; 2] {
    [first.length.min(second.length), first.length.max(second.length)]
}

/// A length too near to an end of the bracket, twice in a row, is moved a tenth inside.
fn inside(length: f64, [left, right]: [f64; 2], stuck: &mut bool) -> f64 {
    let margin = 0.1 * (right - left);
    let is_near = (right - length).min(length - left) < margin;
    let moves = is_near && (*stuck || length >= right || length <= left);
    *stuck = is_near && !moves;
    match moves {
        false => length,
        true if (length - right).abs() < (length - left).abs() => right - margin,
        true => left + margin,
    }
}

/// The least point of the cubic through two values and slopes, within bounds.
fn cubic(a: &Trial, b: &Trial, [least, most]: [f64; 2]) -> f64 {
    let (x1, x2) = (a.length, b.length);
    let d1 = a.slope + b.slope - 3.0 * (a.point.value - b.point.value) / (x1 - x2);
    let square = d1 * d1 - a.slope * b.slope;
    // Also where it is not a number.
    if square.is_nan() || square < 0.0 {
        return f64::midpoint(least, most);
    }
    let d2 = square.sqrt();
    let place = if x1 <= x2 {
        x2 - (x2 - x1) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2))
    } else {
        x1 - (x1 - x2) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2.0 * d2))
    };
    if place.is_nan() { f64::midpoint(least, most) } else { place.max(least).min(most) }
}
