//! Where to try next: densities of good trials and of the others (Bergstra et al. 2011).

use super::unit;
use brand_nn_tensor::Rng;

/// Candidates that are drawn of the density of good trials.
const CANDIDATES: usize = 24;
/// The share of trials that are good ones.
const GOOD: f64 = 0.15;

/// The place whose ratio of densities, good to others, is the highest; trials are best first.
pub(super) fn suggestion(order: &[&[f64]], words: &[usize], rng: &mut Rng) -> Vec<f64> {
    let count = (order.len() as f64 * GOOD).ceil() as usize;
    let (good, others) = order.split_at(count.min(25));
    let axis = |(axis, &words): (usize, &usize)| {
        let column = |trials: &[&[f64]]| trials.iter().map(|places| places[axis]).collect();
        let (good, others) =
            (Density::new(column(good), words), Density::new(column(others), words));
        let draws = (0..CANDIDATES).map(|_| good.draw(rng));
        let ratio = |place: f64| good.at(place).ln() - others.at(place).ln();
        let best = draws.map(|place| (ratio(place), place)).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or(0.5, |(_, place)| place)
    };
    words.iter().enumerate().map(axis).collect()
}

/// A density on 0 to 1: an even one, and a bump at each place; or a histogram for words.
struct Density {
    bumps: Vec<(f64, f64)>,
    words: usize,
}

impl Density {
    /// Each bump is as wide as the way to its farther neighbour.
    fn new(mut places: Vec<f64>, words: usize) -> Self {
        places.sort_by(f64::total_cmp);
        let least = 1.0 / (places.len() as f64 + 1.0).min(100.0);
        let width = |i: usize| {
            let below = i.checked_sub(1).map_or(0.0, |before| places[before]);
            let above = places.get(i + 1).copied().unwrap_or(1.0);
            (places[i] - below).max(above - places[i]).clamp(least, 1.0)
        };
        let bumps = (0..places.len()).map(|i| (places[i], width(i))).collect();
        Self { bumps, words }
    }

    fn at(&self, place: f64) -> f64 {
        let bumps = self.bumps.iter().map(|&(center, width)| match self.words {
            0 => bump(center, width, place),
            words => f64::from(u8::from(slot(center, words) == slot(place, words))) * words as f64,
        });
        (1.0 + bumps.sum::<f64>()) / (self.bumps.len() + 1) as f64
    }

    fn draw(&self, rng: &mut Rng) -> f64 {
        let number = (unit(rng) * (self.bumps.len() + 1) as f64) as usize;
        let Some(&(center, width)) = self.bumps.get(number) else { return unit(rng) };
        if self.words > 0 {
            return center;
        }
        let mut draws = std::iter::repeat_with(|| center + width * normal(rng)).take(100);
        draws.find(|place| (0.0..1.0).contains(place)).unwrap_or(center)
    }
}

fn slot(place: f64, words: usize) -> usize {
    (place * words as f64) as usize
}

/// The density of a normal number that is drawn again outside of 0 to 1.
fn bump(center: f64, width: f64, place: f64) -> f64 {
    let inside = normal_below((1.0 - center) / width) - normal_below(-center / width);
    let z = (place - center) / width;
    (-0.5 * z * z).exp() / (width * (2.0 * std::f64::consts::PI).sqrt() * inside)
}

/// The chance of a normal number below z, within 1.4e-4 (Bowling et al. 2009).
fn normal_below(z: f64) -> f64 {
    1.0 / (1.0 + (-z * (1.5976 + 0.07056 * z * z)).exp())
}

/// A normal number (Box and Muller 1958).
fn normal(rng: &mut Rng) -> f64 {
    let (a, b) = (1.0 - unit(rng), unit(rng));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(places: &[f64], words: usize) {
        let density = Density::new(places.to_vec(), words);
        let steps = 4_000;
        let at = |i: usize| density.at((i as f64 + 0.5) / f64::from(steps));
        let sum: f64 = (0..steps as usize).map(at).sum::<f64>() / f64::from(steps);
        assert!((sum - 1.0).abs() < 2e-3, "{places:?} of {words}: {sum}");
        let mut rng = Rng::new(1);
        let mean = |f: &dyn Fn(f64) -> f64, rng: &mut Rng| {
            (0..20_000).map(|_| f(density.draw(rng))).sum::<f64>() / 20_000.0
        };
        let drawn = mean(&|place| f64::from(u8::from(place < 0.5)), &mut rng);
        let half = (0..steps as usize / 2).map(at).sum::<f64>() / f64::from(steps);
        assert!((drawn - half).abs() < 0.02, "{places:?} of {words}: {drawn} drawn of {half}");
    }

    #[test]
    fn densities_are_what_is_drawn() {
        check(&[], 0);
        check(&[0.2], 0);
        check(&[0.01, 0.02, 0.9], 0);
        check(&[0.3, 0.3, 0.3, 0.6], 4);
    }
}
