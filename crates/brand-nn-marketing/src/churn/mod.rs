//! Who will leave: a model of the chance, its reasons, who to keep first, and how long they stay.

mod comparison;
mod learner;
mod model;
mod perceptron;
mod reasons;
mod retention;
mod scores;
mod tenure;

pub use comparison::ChurnComparison;
pub use model::{ChurnModel, FittedChurn};
pub use perceptron::Perceptron;
pub use reasons::{Explanation, Reason};
pub use retention::{AtRisk, RetentionList};
pub use scores::ChurnScores;
pub use tenure::{TenureColumns, TenureCurves, TenureGroup};
