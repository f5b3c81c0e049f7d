//! The recursions of exponential smoothing.

/// How a series grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Trend {
    /// Not at all: a level.
    None,
    /// By a slope that goes on for ever.
    Additive,
    /// By a slope that fades.
    Damped,
}

/// How a season changes a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Seasonal {
    /// Not at all.
    None,
    /// By amounts.
    Additive,
    /// By factors.
    Multiplicative,
}

/// How fast states follow the series, each from 0 (never) to 1 (at once).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Smoothing {
    /// α, of the level.
    pub level: f64,
    /// β, of the slope, as a share of the change of the level.
    pub trend: f64,
    /// γ, of the season.
    pub season: f64,
    /// φ, what is left of the slope after a step; 1 if it is not damped.
    pub damping: f64,
}

/// Where a series stands.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct States {
    /// The level.
    pub level: f64,
    /// The slope a step; 0 without a trend.
    pub trend: f64,
    /// The season of the next steps, the very next first; empty without one.
    pub seasons: Vec<f64>,
}

impl States {
    /// The next value as expected.
    pub(super) fn expected(&self, smoothing: Smoothing, seasonal: Seasonal) -> f64 {
        let base = self.level + smoothing.damping * self.trend;
        match seasonal {
            Seasonal::None => base,
            Seasonal::Additive => base + self.season(0.0),
            Seasonal::Multiplicative => base * self.season(1.0),
        }
    }

    /// The season of the next step, or what changes nothing.
    fn season(&self, neutral: f64) -> f64 {
        self.seasons.first().copied().unwrap_or(neutral)
    }

    /// After a value was seen.
    pub(super) fn follow(&mut self, y: f64, smoothing: Smoothing, seasonal: Seasonal) {
        let slope = smoothing.damping * self.trend;
        let base = self.level + slope;
        let (adjusted, season) = match seasonal {
            Seasonal::None => (y, 0.0),
            Seasonal::Additive => (y - self.season(0.0), y - base),
            Seasonal::Multiplicative => (y / self.season(1.0), y / base),
        };
        let level = smoothing.level * adjusted + (1.0 - smoothing.level) * base;
        self.trend = smoothing.trend * (level - self.level) + (1.0 - smoothing.trend) * slope;
        self.level = level;
        if let Some(first) = self.seasons.first_mut() {
            *first += smoothing.season * (season - *first);
            self.seasons.rotate_left(1);
        }
    }
}
