//! The transformers as data, so that what has learnt can be written down.

use serde::{Deserialize, Serialize};

use super::{
    BagOfWords, DateFeatures, Fitted, Hashing, Imputer, MinMaxScaler, OneHot, Ordinal,
    QuantileBins, RobustScaler, StandardScaler, TargetEncoder, fit_with,
};
use crate::{Result, Table};

/// Transformers one after the other, each on what the last one made.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, ColumnTransformer, Imputer, StandardScaler, Table, Transformer};
///
/// let table = Table::new([("x", Column::from(vec![Some(1.0), None, Some(3.0)]))])?;
/// let steps = Imputer::mean().then(StandardScaler::new());
/// let features = ColumnTransformer::new().add(["x"], steps).fit(&table)?;
/// assert_eq!(features.transform(&table)?.to_vec::<f32>()[1], 0.0);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steps(pub(super) Vec<Step>);

impl Steps {
    /// Does another thing at the end.
    #[must_use]
    pub fn then(mut self, next: impl Into<Step>) -> Self {
        self.0.push(next.into());
        self
    }
}

impl From<Step> for Steps {
    fn from(step: Step) -> Self {
        Self(vec![step])
    }
}

macro_rules! steps {
    ($($name:ident),* $(,)?) => {
        /// One of the library's transformers.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Step {
            $(#[doc = concat!("[`", stringify!($name), "`].")] $name($name),)*
        }

        /// One of the library's transformers with what it has learnt.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FittedStep {
            $(#[doc = concat!("[`", stringify!($name), "`].")] $name(Fitted<$name>),)*
        }

        impl Step {
            pub(super) fn fit(&self, table: &Table, target: Option<&[f64]>) -> Result<FittedStep> {
                Ok(match self {
                    $(Self::$name(step) => FittedStep::$name(fit_with(step, table, target)?),)*
                })
            }
        }

        impl FittedStep {
            pub(super) fn features(&self, table: &Table, target: Option<&[f64]>) -> Result<Table> {
                match self {
                    $(Self::$name(step) => step.features(table, target),)*
                }
            }
        }

        $(impl From<$name> for Step {
            fn from(step: $name) -> Self {
                Self::$name(step)
            }
        }

        impl From<$name> for Steps {
            fn from(step: $name) -> Self {
                Step::from(step).into()
            }
        })*
    };
}

steps!(
    BagOfWords,
    DateFeatures,
    Hashing,
    Imputer,
    MinMaxScaler,
    OneHot,
    Ordinal,
    QuantileBins,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
);
