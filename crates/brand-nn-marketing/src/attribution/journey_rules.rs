//! How a log of touches is cut into journeys.

use super::Journeys;
use super::touch_log::{DATA, Touch, TouchLog, days};
use crate::{Error, Result, Span, Unit, door};
use serde::{Deserialize, Serialize};

/// Where journeys begin and end.
///
/// A customer's touches are walked through in the order of time. A conversion ends a journey, and
/// what comes after it begins the next. So does a silence, if one is set; what the log leaves open
/// ends without a conversion. Of a journey only the touches count that lie within the look-back
/// window before its end: its conversion, or its last touch.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::{JourneyRules, Touch, TouchLog};
/// use brand_nn_marketing::{Days, Hours, Minutes};
///
/// let log = TouchLog::new([
///     Touch::new("ann", Days(0.0), "social"), // too long ago
///     Touch::new("ann", Days(40.0), "search"),
///     Touch::new("ann", Hours(960.2), "search"), // the same visit
///     Touch::new("ann", Days(41.0), "mail").converts(30.0),
/// ])?;
/// let rules = JourneyRules::default().look_back(Days(30.0)).session(Minutes(30.0));
/// let journeys = rules.journeys(&log)?;
/// assert_eq!(journeys.channels(), ["search", "mail"]);
/// assert_eq!(journeys.num_touches(), 2);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JourneyRules {
    look_back: Option<Span>,
    session: Option<Span>,
    silence: Option<Span>,
    direct: Option<String>,
}

const METHOD: &str = "journey rules";

impl JourneyRules {
    /// How long before its end a touch may count; any time by default. 30 days are usual.
    #[must_use]
    pub fn look_back(self, window: impl Into<Span>) -> Self {
        Self { look_back: Some(window.into()), ..self }
    }

    /// Takes touches of one channel in a row as one visit if none is later than this after the last.
    ///
    /// Each counts by default. Half an hour is usual.
    #[must_use]
    pub fn session(self, gap: impl Into<Span>) -> Self {
        Self { session: Some(gap.into()), ..self }
    }

    /// A silence longer than this ends a journey without a conversion; none does by default.
    #[must_use]
    pub fn silence(self, longest: impl Into<Span>) -> Self {
        Self { silence: Some(longest.into()), ..self }
    }

    /// The channel of conversions that no touch led to; by default they are refused.
    #[must_use]
    pub fn direct(self, channel: impl Into<String>) -> Self {
        Self { direct: Some(channel.into()), ..self }
    }

    /// Cuts a log into journeys, whose touches know how long before the end they were.
    ///
    /// # Errors
    /// If a span is below 0 or not finite, or a conversion has no touch within the look-back window
    /// while no [`direct`](Self::direct) channel is named.
    pub fn journeys(&self, log: &TouchLog) -> Result<Journeys> {
        let spans =
            [("look-back", self.look_back), ("session", self.session), ("silence", self.silence)];
        for (name, span) in spans {
            let span = (name, span.map_or(0.0, |span| span.in_units(Unit::Day)));
            door::setting(METHOD, span, door::NOT_NEGATIVE, "such as Days(30.0)")?;
        }
        let mut journeys = Journeys::new();
        for touches in log.by_customer() {
            self.cut(touches, &mut journeys)?;
        }
        Ok(journeys)
    }

    /// The journeys of one customer.
    fn cut(&self, touches: &[(usize, Touch)], journeys: &mut Journeys) -> Result<()> {
        let mut open: Vec<(&str, f64)> = Vec::new();
        let mut seen = f64::NEG_INFINITY;
        for (row, touch) in touches {
            let now = days(touch);
            if is_longer(now - seen, self.silence) && !open.is_empty() {
                self.close(&mut open, seen, None, *row, journeys)?;
            }
            let visit = open.last().is_some_and(|(channel, _)| *channel == touch.channel)
                && self.session.is_some()
                && !is_longer(now - seen, self.session);
            seen = now;
            if !touch.channel.is_empty() && !visit {
                open.push((&touch.channel, now));
            }
            if touch.conversion.is_some() {
                self.close(&mut open, now, touch.conversion, *row, journeys)?;
            }
        }
        let last = touches.last().map_or(0, |(row, _)| *row);
        if open.is_empty() { Ok(()) } else { self.close(&mut open, seen, None, last, journeys) }
    }

    /// Ends a journey, and keeps what lies within the window.
    fn close(
        &self,
        open: &mut Vec<(&str, f64)>,
        end: f64,
        value: Option<f64>,
        row: usize,
        journeys: &mut Journeys,
    ) -> Result<()> {
        let touches = open.drain(..).map(|(channel, at)| (channel, end - at));
        let mut kept: Vec<_> =
            touches.filter(|(_, before)| !is_longer(*before, self.look_back)).collect();
        match &self.direct {
            _ if !kept.is_empty() => {}
            Some(direct) => kept.push((direct, 0.0)),
            None => {
                return Err(Error::Value {
                    data: DATA,
                    row: row + 1,
                    column: "channel",
                    got: String::new(),
                    expected: "a touch within the look-back window",
                    help: "name a channel for it by JourneyRules::direct",
                });
            }
        }
        journeys.add_timed(kept, value)
    }
}

/// Whether so many days are more than a span, where there is one.
fn is_longer(days: f64, span: Option<Span>) -> bool {
    span.is_some_and(|span| days > span.in_units(Unit::Day))
}
