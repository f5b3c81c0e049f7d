//! A log of purchases: who bought when for how much, with odd rows refused, dropped or kept.

use crate::{Error, Result, columns, door};
use brand_nn_train::{Column, Date, Table};
use serde::{Deserialize, Serialize};

/// One purchase.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// Who bought.
    pub customer: String,
    /// On which day.
    pub date: Date,
    /// What was paid.
    pub spend: f64,
}

/// Purchases by customer and day.
///
/// # Examples
/// ```
/// use brand_nn_marketing::data::{Cleaning, TransactionColumns, TransactionLog};
/// use brand_nn_train::TableReader;
///
/// let csv = b"who,day,paid\nann,2024-01-03,20\nbob,2024-01-05,8.5\nann,2024-02-01,30\n";
/// let table = TableReader::new().read_bytes(csv)?;
/// let columns = TransactionColumns::new("who", "day").spend("paid");
/// let log = TransactionLog::from_table(&table, &columns, &Cleaning::default())?;
/// assert_eq!((log.transactions().len(), log.num_customers()), (3, 2));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionLog {
    transactions: Vec<Transaction>,
    dropped: usize,
}

/// What is done with a row that may be a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// An error names the row.
    Refuse,
    /// The row is left out, and counted.
    Drop,
    /// The row is a purchase as any other.
    Keep,
}

/// What is done with rows that may be mistakes.
///
/// # Examples
/// ```
/// use brand_nn_marketing::data::{Cleaning, Treatment};
/// let cleaning = Cleaning { refunds: Treatment::Drop, ..Cleaning::default() };
/// assert_eq!(cleaning.zeros, Treatment::Keep);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cleaning {
    /// Spends below 0; refused by default.
    pub refunds: Treatment,
    /// Spends of 0; kept by default.
    pub zeros: Treatment,
    /// Rows that are the same as an earlier one; kept by default.
    pub repeats: Treatment,
    /// The last day that purchases may have; none by default.
    pub until: Option<Date>,
    /// Purchases after that day; refused by default.
    pub late: Treatment,
}

impl Default for Cleaning {
    fn default() -> Self {
        let (refuse, keep) = (Treatment::Refuse, Treatment::Keep);
        Self { refunds: refuse, zeros: keep, repeats: keep, until: None, late: refuse }
    }
}

/// Which columns of a table mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionColumns {
    customer: String,
    date: String,
    spend: Option<String>,
}

impl TransactionColumns {
    /// The columns of customers and of days.
    #[must_use]
    pub fn new(customer: impl Into<String>, date: impl Into<String>) -> Self {
        Self { customer: customer.into(), date: date.into(), spend: None }
    }

    /// The column of what was paid; without it every purchase is 1.
    #[must_use]
    pub fn spend(self, column: impl Into<String>) -> Self {
        Self { spend: Some(column.into()), ..self }
    }
}

const DATA: &str = "transactions";

impl TransactionLog {
    /// Takes in purchases in any order.
    ///
    /// # Errors
    /// If there are none, a customer has no name, a spend is not finite, or a row is odd and
    /// `cleaning` refuses it.
    pub fn new(
        transactions: impl IntoIterator<Item = Transaction>,
        cleaning: &Cleaning,
    ) -> Result<Self> {
        let mut seen = std::collections::BTreeSet::new();
        let (mut kept, mut rows) = (Vec::new(), 0);
        for (row, transaction) in transactions.into_iter().enumerate() {
            check(row, &transaction)?;
            rows = row + 1;
            let Transaction { customer, date, spend } = &transaction;
            // A sum of 0 makes −0 and 0 the same.
            let key = (customer.clone(), *date, (spend + 0.0).to_bits());
            let is_repeat = cleaning.repeats != Treatment::Keep && !seen.insert(key);
            if cleaning.keeps(row, &transaction, is_repeat)? {
                kept.push(transaction);
            }
        }
        if kept.is_empty() {
            return Err(Error::Empty { what: DATA, help: "check what cleaning has dropped" });
        }
        kept.sort_by(|a, b| (&a.customer, a.date).cmp(&(&b.customer, b.date)));
        Ok(Self { dropped: rows - kept.len(), transactions: kept })
    }

    /// Reads a table with a purchase a row.
    ///
    /// # Errors
    /// If a column is missing or not of its kind, a cell is empty, or as [`new`](Self::new).
    pub fn from_table(
        table: &Table,
        names: &TransactionColumns,
        cleaning: &Cleaning,
    ) -> Result<Self> {
        let customers = columns::texts(table, &names.customer)?;
        let dates = dates(table, &names.date)?;
        let spends = match &names.spend {
            Some(name) => table.numbers(name)?,
            None => vec![Some(1.0); table.len()],
        };
        let parts = customers.into_iter().zip(dates).zip(spends).enumerate();
        let transactions = parts.map(|(row, ((customer, date), spend))| {
            let missing = |column| missing(row, column);
            Ok(Transaction {
                customer: customer.ok_or_else(|| missing("customer"))?,
                date: date.ok_or_else(|| missing("date"))?,
                spend: spend.ok_or_else(|| missing("spend"))?,
            })
        });
        Self::new(transactions.collect::<Result<Vec<_>>>()?, cleaning)
    }

    /// All purchases, by customer and then by day.
    #[must_use]
    pub fn transactions(&self) -> &[Transaction] {
        &self.transactions
    }

    /// The purchases of each customer, by day.
    pub fn by_customer(&self) -> impl Iterator<Item = &[Transaction]> {
        self.transactions.chunk_by(|a, b| a.customer == b.customer)
    }

    /// How many customers bought.
    #[must_use]
    pub fn num_customers(&self) -> usize {
        self.by_customer().count()
    }

    /// How many rows were left out.
    #[must_use]
    pub fn num_dropped(&self) -> usize {
        self.dropped
    }

    /// The first day with a purchase, and the last.
    #[must_use]
    pub fn days(&self) -> (Date, Date) {
        let first = self.transactions[0].date;
        self.transactions.iter().fold((first, first), |(first, last), transaction| {
            (first.min(transaction.date), last.max(transaction.date))
        })
    }
}

impl Cleaning {
    /// Whether a row is a purchase, or why it is refused.
    fn keeps(&self, row: usize, transaction: &Transaction, is_repeat: bool) -> Result<bool> {
        let Transaction { customer, date, spend } = transaction;
        let is_late = self.until.is_some_and(|until| *date > until);
        let oddities = [
            (*spend < 0.0, self.refunds, "spend", spend.to_string(), REFUND),
            (*spend == 0.0, self.zeros, "spend", spend.to_string(), ZERO),
            (is_late, self.late, "date", date.to_string(), LATE),
            (is_repeat, self.repeats, "customer", customer.clone(), REPEAT),
        ];
        let odd = oddities
            .into_iter()
            .find(|(is_odd, treatment, ..)| *is_odd && *treatment != Treatment::Keep);
        match odd {
            None => Ok(true),
            Some((_, Treatment::Drop, ..)) => Ok(false),
            Some((_, _, column, got, (expected, help))) => {
                Err(Error::Value { data: DATA, row: row + 1, column, got, expected, help })
            }
        }
    }
}

const REFUND: (&str, &str) = ("at least 0", "set Cleaning::refunds to drop or keep refunds");
const ZERO: (&str, &str) = ("more than 0", "set Cleaning::zeros to drop or keep gifts");
const LATE: (&str, &str) = ("a day up to Cleaning::until", "set Cleaning::late to drop the future");
const REPEAT: (&str, &str) = ("each row once", "set Cleaning::repeats to drop or keep repeats");

fn check(row: usize, transaction: &Transaction) -> Result<()> {
    if transaction.customer.trim().is_empty() {
        return Err(missing(row, "customer"));
    }
    door::value((DATA, row, "spend"), transaction.spend, door::FINITE)
}

fn missing(row: usize, column: &'static str) -> Error {
    let (got, expected) = (String::new(), "a value");
    Error::Value { data: DATA, row: row + 1, column, got, expected, help: "leave out the row" }
}

/// A column of days, also where a reader took 20240229 for a number.
fn dates(table: &Table, name: &str) -> Result<Vec<Option<Date>>> {
    if let Column::Date(dates) = table.column(name)? {
        return Ok(dates.clone());
    }
    let texts = columns::texts(table, name)?;
    let date = |(row, text): (usize, Option<String>)| {
        let Some(text) = text else { return Ok(None) };
        let (expected, help) = ("a day such as 2024-02-29", "write year, month and day");
        let (data, column, row) = (DATA, "date", row + 1);
        let wrong = |_| Error::Value { data, row, column, got: text.clone(), expected, help };
        text.parse().map(Some).map_err(wrong)
    };
    texts.into_iter().enumerate().map(date).collect()
}
