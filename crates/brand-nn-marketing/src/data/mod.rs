//! Purchases as they were recorded, and what customer models ask of them.

mod rfm;
mod transactions;

pub use rfm::{CustomerSummary, Holdout, RfmSummary, SummaryColumns};
pub use transactions::{Cleaning, Transaction, TransactionColumns, TransactionLog, Treatment};
