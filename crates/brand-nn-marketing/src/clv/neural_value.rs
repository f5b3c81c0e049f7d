//! What customers will bring, learnt from any columns by a network with a zero-inflated answer.

use crate::dense::{DenseLayers, DensePlan};
use crate::{Error, Result, door, features};
use brand_nn_losses::ZeroInflatedLogNormal;
use brand_nn_report::{Bars, Finding, Format, Page};
use brand_nn_stats::metrics::normalized_gini;
use brand_nn_stats::special::logistic;
use brand_nn_train::{FittedColumnTransformer, Table};
use serde::{Deserialize, Serialize};

/// A network that foretells whether a customer buys, and for how much.
///
/// Most customers bring nothing and a few bring much: the answer is a chance to buy and a log-normal
/// amount of those who do, and its likelihood is what the network learns by. Numbers get what is
/// missing filled with 0, texts become categories; layers are dense with max(x, 0) between. Use it
/// where more is known of customers than when and for how much they bought; else the closed models
/// of this module know more from less. Wang, Liu and Miao, "A deep probabilistic model for customer
/// lifetime value prediction", 2019.
///
/// # Examples
/// ```
/// use brand_nn_marketing::clv::NeuralValue;
/// use brand_nn_train::TableReader;
///
/// // Members buy, others do not.
/// let row = |i: u32| match i % 2 {
///     0 => format!("yes,{}\n", 20 + i % 9),
///     _ => "no,0\n".to_owned(),
/// };
/// let rows: String = (0..80).map(row).collect();
/// let table = TableReader::new().read_bytes(format!("member,spend\n{rows}").as_bytes())?;
/// let fitted = NeuralValue::new("spend").hidden([8]).epochs(150).fit(&table, 42)?;
/// let values = fitted.predict(&table)?;
/// assert!(values[0].chance > 0.8 && values[1].chance < 0.2);
/// assert!((values[0].amount - 24.0).abs() < 4.0);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[doc(alias = "ZILN")]
pub struct NeuralValue {
    label: String,
    ignored: Vec<String>,
    hidden: Vec<usize>,
    epochs: usize,
    learning_rate: f64,
}

/// What a network learnt, as plain numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedNeuralValue {
    model: NeuralValue,
    features: FittedColumnTransformer,
    layers: DenseLayers,
    /// Amounts are learnt in units of the geometric mean of those above 0.
    scale: f64,
}

/// What one customer is expected to bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeuralForecast {
    /// The chance to bring anything.
    pub chance: f64,
    /// The mean amount if anything is brought.
    pub amount: f64,
    /// Both multiplied.
    pub value: f64,
}

/// How good forecasts of value are on customers that were not learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueScores {
    /// How well customers are ranked by value: 1 as by the truth, 0 as by chance.
    pub normalized_gini: f64,
    /// What was expected of all together over what they brought, minus 1.
    pub bias: f64,
    /// Mean forecast and mean truth of each tenth of customers, those with most expected first.
    pub tenths: Vec<[f64; 2]>,
}

const METHOD: &str = "neural value";

impl NeuralValue {
    /// The column of what each customer brought; 64 and 32 units, 60 epochs, a rate of 0.003.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        let (label, hidden) = (label.into(), vec![64, 32]);
        Self { label, ignored: Vec::new(), hidden, epochs: 60, learning_rate: 0.003 }
    }

    /// Columns that say nothing, such as the customer's number, or that tell what came after.
    #[must_use]
    pub fn without<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.ignored.extend(columns.into_iter().map(Into::into));
        self
    }

    /// The units of each hidden layer; without any, chance and amount are linear.
    #[must_use]
    pub fn hidden(self, units: impl Into<Vec<usize>>) -> Self {
        Self { hidden: units.into(), ..self }
    }

    /// How often all customers are gone over.
    #[must_use]
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// The rate of Adam's steps.
    #[must_use]
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// Learns from customers of whom it is known; the same seed gives the same network.
    ///
    /// # Errors
    /// If a column is missing, an amount is missing or below 0, fewer than two customers brought
    /// anything, no column varies, or a setting is out of range.
    pub fn fit(&self, table: &Table, seed: u64) -> Result<FittedNeuralValue> {
        let amounts = amounts(table, &self.label)?;
        let logs: Vec<f64> = amounts.iter().filter(|x| **x > 0.0).map(|x| x.ln()).collect();
        if logs.len() < 2 {
            let case = "fewer than two customers brought anything";
            return Err(Error::Undefined { method: METHOD, case, help: "take more customers" });
        }
        let scale = (logs.iter().sum::<f64>() / logs.len() as f64).exp();
        let without = [&self.ignored[..], std::slice::from_ref(&self.label)].concat();
        let features = features::fit(METHOD, table, &without, 0.0)?;
        let x = features.transform(table)?;
        let y: Vec<f32> = amounts.iter().map(|amount| (amount / scale) as f32).collect();
        // Logit of buying, mean of the logarithm, raw spread.
        let plan = DensePlan {
            method: METHOD,
            hidden: &self.hidden,
            outputs: 3,
            epochs: self.epochs,
            learning_rate: self.learning_rate,
            weight_decay: 0.0,
            seed,
        };
        let layers = plan.fit(x, y, ZeroInflatedLogNormal)?;
        Ok(FittedNeuralValue { model: self.clone(), features, layers, scale })
    }
}

/// What each customer brought.
fn amounts(table: &Table, label: &str) -> Result<Vec<f64>> {
    let amount = |(row, amount): (usize, Option<f64>)| {
        let amount = amount.unwrap_or(f64::NAN);
        door::value(("customers", row, "label"), amount, door::NOT_NEGATIVE)?;
        Ok(amount)
    };
    table.numbers(label)?.into_iter().enumerate().map(amount).collect()
}

impl FittedNeuralValue {
    /// What each customer is expected to bring.
    ///
    /// # Errors
    /// If a column is missing or not of its type.
    pub fn predict(&self, table: &Table) -> Result<Vec<NeuralForecast>> {
        let x = features::matrix(&self.features, table)?;
        (0..x.rows()).map(|row| self.forecast(x.row(row))).collect()
    }

    fn forecast(&self, row: &[f64]) -> Result<NeuralForecast> {
        let [logit, mean, raw] = self.layers.answer(METHOD, row)?;
        let sigma = if raw > 30.0 { raw } else { raw.exp().ln_1p() };
        let chance = logistic(logit);
        let amount = self.scale * (mean + 0.5 * sigma * sigma).exp();
        Ok(NeuralForecast { chance, amount, value: chance * amount })
    }

    /// Holds forecasts against what customers brought of whom nothing was learnt.
    ///
    /// # Errors
    /// As [`predict`](Self::predict), or if an amount is missing or below 0, or all are alike.
    pub fn evaluate(&self, table: &Table) -> Result<ValueScores> {
        let truth = amounts(table, &self.model.label)?;
        let values: Vec<f64> = self.predict(table)?.iter().map(|of| of.value).collect();
        let gini = normalized_gini(&values, &truth)?;
        let mut order: Vec<usize> = (0..truth.len()).collect();
        order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
        let mean = |rows: &[usize], of: &[f64]| {
            rows.iter().map(|row| of[*row]).sum::<f64>() / rows.len() as f64
        };
        let tenths = order.chunks(order.len().div_ceil(10));
        Ok(ValueScores {
            normalized_gini: gini,
            bias: mean(&order, &values) / mean(&order, &truth) - 1.0,
            tenths: tenths.map(|rows| [mean(rows, &values), mean(rows, &truth)]).collect(),
        })
    }
}

impl ValueScores {
    /// A page with forecast and truth of each tenth of the customers, and whether to trust them.
    #[must_use]
    pub fn report(&self) -> Page {
        let names = (1..=self.tenths.len()).map(|tenth| format!("{tenth}0 %"));
        Page::new("Forecasts of value").finding(self.finding()).figure(
            Bars::new("Tenths of customers, the most expected first", names)
                .format(Format::Number)
                .series("expected", self.tenths.iter().map(|[expected, _]| *expected))
                .series("brought", self.tenths.iter().map(|[_, brought]| *brought)),
        )
    }

    fn finding(&self) -> Finding {
        let evidence = format!(
            "normalised Gini {:.2}, all together {} wrong",
            self.normalized_gini,
            Format::Percent.text(self.bias, 0)
        );
        if self.normalized_gini < 0.1 {
            Finding::act("Forecasts rank customers hardly better than chance", evidence)
                .next("look for columns that tell more")
        } else if self.bias.abs() > 0.2 {
            Finding::watch("Customers are ranked, but their sum is off", evidence)
                .next("use the order, not the amounts; take more customers for a sum")
        } else {
            Finding::good("Forecasts rank customers, and their sum is about right", evidence)
                .next("spend on the first tenths")
        }
    }
}
