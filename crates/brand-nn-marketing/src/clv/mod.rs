//! What customers will buy and be worth: purchase models, spend models, contracts.
//!
//! | customers … | buying times | spend |
//! |---|---|---|
//! | who come when they like, and leave unseen | [`PurchaseModel`] | [`GammaGamma`] |
//! | who come or not at each occasion | [`BgBb`] | [`GammaGamma`] |
//! | of whom many columns are known | [`NeuralValue`], both at once | |
//! | with a contract, whose leaving is seen | [`ShiftedBetaGeometric`] | – |
//!
//! [`ValueHorizon`] joins a purchase and a spend model to what each customer is worth, and
//! [`Tracking`] holds a model against what happened afterwards. With a [`Prior`], few customers are
//! enough; [`Posterior`] tells how certain anything is that a model says.

mod beta_geometric;
mod beta_ratio;
mod bg_bb;
mod gamma_gamma;
mod grid;
mod hypergeometric;
mod law;
mod neural_value;
mod pareto_nbd;
mod posterior;
mod prior;
mod purchases;
mod shifted_beta_geometric;
mod tracking;
mod value;

pub use bg_bb::{BgBb, FittedBgBb, Opportunities};
pub use gamma_gamma::{FittedGammaGamma, GammaGamma};
pub use neural_value::{FittedNeuralValue, NeuralForecast, NeuralValue, ValueScores};
pub use posterior::{Drawn, Posterior};
pub use prior::Prior;
pub use purchases::{FittedPurchases, PurchaseModel};
pub use shifted_beta_geometric::{ChurnCurve, FittedShiftedBetaGeometric, ShiftedBetaGeometric};
pub use tracking::Tracking;
pub use value::{CustomerValue, CustomerValues, ValueHorizon};
