//! Who will leave: a model of the chance, its reasons, who to keep first, and how long they stay.

mod learner;
mod model;
mod reasons;
mod retention;
mod scores;
mod tenure;

pub use model::{ChurnModel, FittedChurn};
pub use reasons::{Explanation, Reason};
pub use retention::{AtRisk, RetentionList};
pub use scores::ChurnScores;
pub use tenure::{TenureColumns, TenureCurves, TenureGroup};
