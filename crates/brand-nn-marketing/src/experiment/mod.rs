//! Experiments: how many must take part, what came out, and what may be said where none was made.
//!
//! | question | use |
//! |---|---|
//! | how many visitors, for how long | [`ExperimentPlan`] |
//! | does a variant convert better | [`ConversionTest`] |
//! | does it bring more per visitor | [`ValueTest`], with [`Measured::before`] sharper (CUPED) |
//! | may I look every day | [`SequentialTest`] |
//! | may I look a few times, with fewer visitors | [`GroupSequentialTest`] |
//! | some regions had a campaign, others not | [`DifferenceInDifferences`] |
//! | one region had it | [`SyntheticControl`], day by day: [`CausalImpact`] |

mod bayes;
mod causal_impact;
mod conversion;
mod difference;
mod group_sequential;
mod importance;
mod panel;
mod plan;
mod sequential;
mod synthetic;
mod value;

pub use bayes::BetaBelief;
pub use causal_impact::{CausalImpact, Effect, ImpactResult};
pub use conversion::{Arm, ArmResult, ConversionResult, ConversionTest};
pub use difference::{DifferenceInDifferences, DifferenceResult};
pub use group_sequential::{GroupSequentialTest, Stage};
pub use panel::{Panel, PanelUnit};
pub use plan::{ExperimentPlan, Planned};
pub use sequential::{Look, SequentialTest};
pub use synthetic::{SyntheticControl, SyntheticResult};
pub use value::{Measured, ValueResult, ValueTest};
