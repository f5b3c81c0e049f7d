//! Pictures of what a purchase model says of every frequency and recency.

use super::FittedPurchases;
use crate::Span;
use crate::data::CustomerSummary;
use brand_nn_report::{Format, HeatMap, Page};

/// Cells along one side of a picture, at most.
const MOST: u64 = 30;

impl FittedPurchases {
    /// The chance to be alive by frequency and recency, for customers of one age.
    #[must_use]
    #[doc(alias = "plot_probability_alive_matrix")]
    pub fn alive_matrix(&self, age: impl Into<Span>, most_purchases: u64) -> HeatMap {
        let title = "Chance that a customer still buys";
        self.matrix(title, age.into(), most_purchases, &|customer| self.alive(customer))
    }

    /// The expected number of purchases by frequency and recency, for customers of one age.
    #[must_use]
    #[doc(alias = "plot_frequency_recency_matrix")]
    pub fn purchases_matrix(
        &self,
        age: impl Into<Span>,
        most_purchases: u64,
        within: impl Into<Span>,
    ) -> HeatMap {
        let within = within.into();
        let count = Format::Number.short(within.in_units(self.unit()));
        let unit = self.unit().name(within.in_units(self.unit()));
        let title = format!("Expected purchases in the next {count} {unit}");
        let value = |customer: &CustomerSummary| self.expected_purchases(customer, within);
        self.matrix(&title, age.into(), most_purchases, &value)
    }

    fn matrix(
        &self,
        title: &str,
        age: Span,
        most_purchases: u64,
        value: &dyn Fn(&CustomerSummary) -> f64,
    ) -> HeatMap {
        let age = age.in_units(self.unit()).max(0.0);
        let columns = (age.ceil() as u64).clamp(1, MOST);
        let frequencies: Vec<u64> = (0..=most_purchases.min(MOST)).collect();
        let recencies: Vec<f64> = (0..=columns).map(|i| age * i as f64 / columns as f64).collect();
        let cell = |frequency: u64, recency: f64| {
            let customer = CustomerSummary {
                customer: String::new(),
                frequency,
                recency,
                age,
                mean_spend: 0.0,
            };
            // Nobody has one without the other.
            let exists = (recency > 0.0) == (frequency > 0);
            if exists { value(&customer) } else { f64::NAN }
        };
        let row = |x: &u64| recencies.iter().map(|&t| cell(*x, t)).collect::<Vec<_>>();
        let rounded = |t: &f64| Format::Number.text(*t, 0);
        HeatMap::new(title, frequencies.iter().map(u64::to_string), recencies.iter().map(rounded))
            .values(frequencies.iter().map(row))
            .x(format!("{} from the first to the last purchase", self.unit().name(2.0)))
            .y("repeated purchases")
    }

    /// A page with pictures of the model, for customers of one age, and its parameters.
    #[must_use]
    pub fn report(&self, age: impl Into<Span>, most_purchases: u64) -> Page {
        let age = age.into();
        let page = Page::new(format!("Customers' purchases: {}", self.model().name()))
            .paragraph(
                "A customer who bought often and then fell silent is more likely gone than one \
                 who bought seldom: look along a row to the left.",
            )
            .figure(self.alive_matrix(age, most_purchases))
            .figure(self.purchases_matrix(age, most_purchases, age));
        self.parameters().report(page)
    }
}
