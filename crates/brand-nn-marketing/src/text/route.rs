//! Feedback to the team that it belongs to, by a few examples of each.

use super::linear::{Features, FittedOneVsRest, OneVsRest, TermEffect};
use crate::{Error, Result, door};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which classes texts belong to, learnt from a few labelled ones or from descriptions.
///
/// A logistic regression a class against all others, on TF-IDF, in which rare classes count as much
/// as frequent ones. What is in doubt is not routed: a text without a known term, or one that no
/// class takes with the chance that is asked for.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::route::Router;
///
/// let texts = ["the parcel came late, delivery took weeks", "refund my money, I was charged twice",
///     "the app crashes at login"];
/// let router = Router::new().fit(&texts, &["logistics", "billing", "software"])?;
/// assert_eq!(router.route("Late parcel!").unwrap().class, "logistics");
/// assert_eq!(router.route("good morning"), None);
/// assert!(router.explain("late parcel", "logistics")?[0].effect > 0.0);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Router {
    features: Option<Features>,
    inverse_penalty: f64,
    least: f64,
}

/// Classes with their terms, which take any text or leave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedRouter {
    classes: Vec<String>,
    lines: FittedOneVsRest,
    least: f64,
}

/// A class that takes a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// The name of the class.
    pub class: String,
    /// The chance of the class against all others, where both are as frequent.
    pub chance: f64,
}

const METHOD: &str = "router";

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}

impl Router {
    /// A chance of one half at least, and C = 10.
    #[must_use]
    pub fn new() -> Self {
        Self { features: None, inverse_penalty: 10.0, least: 0.5 }
    }

    /// What is counted in texts, in place of [`Features::for_texts`] that stand in one or more.
    #[must_use]
    pub fn features(self, features: Features) -> Self {
        Self { features: Some(features), ..self }
    }

    /// C: the larger, the freer the weights.
    #[doc(alias = "C")]
    #[must_use]
    pub fn inverse_penalty(self, inverse_penalty: f64) -> Self {
        Self { inverse_penalty, ..self }
    }

    /// The chance that a class must have to take a text.
    #[must_use]
    pub fn least(self, least: f64) -> Self {
        Self { least, ..self }
    }

    /// Learns from texts, or descriptions of classes, and the class of each.
    ///
    /// # Errors
    /// If there is not one class a text, there are fewer than two classes, or a setting lies
    /// outside its range.
    pub fn fit<T: AsRef<str> + Sync, C: AsRef<str>>(
        &self,
        texts: &[T],
        classes: &[C],
    ) -> Result<FittedRouter> {
        self.fit_many(texts, &classes.iter().map(|class| [class]).collect::<Vec<_>>())
    }

    /// As [`fit`](Self::fit) where a text has several classes, or none.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_many<T: AsRef<str> + Sync, C: AsRef<str>>(
        &self,
        texts: &[T],
        classes: &[impl AsRef<[C]>],
    ) -> Result<FittedRouter> {
        checked(self.least)?;
        if texts.len() != classes.len() {
            let case = "texts and classes differ in number";
            return Err(Error::Undefined {
                method: METHOD,
                case,
                help: "give each text its classes",
            });
        }
        let of = |row: usize| classes[row].as_ref().iter().map(AsRef::as_ref);
        let names: BTreeSet<&str> = (0..texts.len()).flat_map(of).collect();
        if names.len() < 2 {
            let help = "bring texts of two classes or more";
            return Err(Error::Empty { what: "classes to choose from", help });
        }
        let names: Vec<&str> = names.into_iter().collect();
        let features = self.features.unwrap_or_else(|| Features::for_texts(texts).min_texts(1));
        let method = OneVsRest { features, inverse_penalty: self.inverse_penalty };
        let is_of = |row: usize, class: usize| of(row).any(|name| name == names[class]);
        let lines = method.fit(texts, (names.len(), is_of))?;
        let classes = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(FittedRouter { classes, lines, least: self.least })
    }
}

impl FittedRouter {
    /// The class with the best chance; none if it is below what is asked for.
    #[must_use]
    pub fn route(&self, text: &str) -> Option<Route> {
        self.routes(text).into_iter().next()
    }

    /// All classes with the chance that is asked for, the best first.
    #[must_use]
    pub fn routes(&self, text: &str) -> Vec<Route> {
        let chances = self.lines.chances(text).unwrap_or_default();
        let named = self.classes.iter().zip(chances);
        let taken = named.filter(|(_, chance)| *chance >= self.least);
        let mut routes: Vec<Route> =
            taken.map(|(class, chance)| Route { class: class.clone(), chance }).collect();
        routes.sort_by(|a, b| b.chance.total_cmp(&a.chance));
        routes
    }

    /// The names of the classes, in the order of their letters.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What each term of a text adds to the log-odds of a class, the largest effects first.
    ///
    /// # Errors
    /// If there is no such class.
    pub fn explain(&self, text: &str, class: &str) -> Result<Vec<TermEffect>> {
        let number = self.classes.iter().position(|known| known == class);
        let unknown = || Error::Unknown {
            data: METHOD,
            what: "class",
            name: class.to_owned(),
            known: self.classes.join(", "),
        };
        Ok(self.lines.explain(text, number.ok_or_else(unknown)?))
    }

    /// Asks for another chance than it was fitted with: the larger, the more is left to people.
    ///
    /// # Errors
    /// If it is not within 0 to 1.
    pub fn least(self, least: f64) -> Result<Self> {
        Ok(Self { least: checked(least)?, ..self })
    }
}

fn checked(least: f64) -> Result<f64> {
    let range: (_, fn(f64) -> bool) = ("0 to 1", |x| (0.0..=1.0).contains(&x));
    door::setting(METHOD, ("least", least), range, "0.5 is usual")?;
    Ok(least)
}
