//! The argument at which an increasing function has a value.

/// Solves f(t) = `target` for an increasing f, which gives its value and slope.
///
/// Newton's steps, halved towards the other end where they leave what is known of the root.
pub(super) fn increasing(target: f64, start: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut t = start;
    for _ in 0..200 {
        let (value, slope) = f(t);
        let gap = value - target;
        if gap == 0.0 {
            return t;
        }
        if gap > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let next = inside(t - gap / slope, t, low, high);
        if (next - t).abs() <= 1e-16 * t.abs().max(1e-300) || next == t {
            return next;
        }
        t = next;
    }
    t
}

fn inside(next: f64, t: f64, low: f64, high: f64) -> f64 {
    if next > low && next < high && (next - t).abs() < 50.0 {
        return next;
    }
    match (low.is_finite(), high.is_finite()) {
        (true, true) => 0.5 * (low + high),
        (true, false) => low + 2.0 * low.abs().max(1.0),
        _ => high - 2.0 * high.abs().max(1.0),
    }
}
