//! What somebody wrote: a text with its day, brand, channel and product.

use crate::text::redact::Redactor;
use crate::{Error, Result, columns};
use brand_nn_train::{Date, Table};

/// One text that somebody wrote, with what is known of it.
///
/// # Examples
/// ```
/// use brand_nn_marketing::monitor::Comment;
///
/// let comment = Comment::new("The delivery was slow").brand("Acme").day("2024-05-06")?;
/// assert_eq!(comment.date.map(|day| day.to_string()).as_deref(), Some("2024-05-06"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comment {
    /// What was written.
    pub text: String,
    /// When; a comment without a day counts in totals alone.
    pub date: Option<Date>,
    /// Of which brand; where it is empty, the brands that the text names.
    pub brand: String,
    /// Where; may be empty.
    pub channel: String,
    /// Of which product; may be empty.
    pub product: String,
    /// What the source calls the comment, by which repeats are known; may be empty.
    pub id: String,
}

impl Comment {
    /// A text of which nothing more is known.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// When it was written.
    #[must_use]
    pub fn on(self, date: Date) -> Self {
        Self { date: Some(date), ..self }
    }

    /// When it was written, as `2024-05-06` or with a time behind it.
    ///
    /// # Errors
    /// If that is no day; the message hides what says who somebody is.
    pub fn day(self, day: &str) -> Result<Self> {
        Ok(self.on(date(day, 0)?))
    }

    /// Of which brand it speaks.
    #[must_use]
    pub fn brand(self, brand: impl Into<String>) -> Self {
        Self { brand: brand.into(), ..self }
    }

    /// Where it was written.
    #[must_use]
    pub fn channel(self, channel: impl Into<String>) -> Self {
        Self { channel: channel.into(), ..self }
    }

    /// Of which product it speaks.
    #[must_use]
    pub fn product(self, product: impl Into<String>) -> Self {
        Self { product: product.into(), ..self }
    }

    /// What the source calls it.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }
}

/// Which columns of a table mean what.
///
/// # Examples
/// ```
/// use brand_nn_marketing::monitor::CommentColumns;
/// use brand_nn_train::TableReader;
///
/// let csv = b"day,review,shop\n2024-05-06,slow delivery,web\n2024-05-07,fine,store\n";
/// let columns = CommentColumns::new("review").date("day").channel("shop");
/// let comments = columns.read(&TableReader::new().read_bytes(csv)?)?;
/// assert_eq!((comments.len(), &*comments[1].channel), (2, "store"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentColumns {
    text: String,
    date: Option<String>,
    brand: Option<String>,
    channel: Option<String>,
    product: Option<String>,
    id: Option<String>,
    skips_bad_days: bool,
}

impl CommentColumns {
    /// The column of texts.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The column of days.
    #[must_use]
    pub fn date(self, column: impl Into<String>) -> Self {
        Self { date: Some(column.into()), ..self }
    }

    /// The column of brands.
    #[must_use]
    pub fn brand(self, column: impl Into<String>) -> Self {
        Self { brand: Some(column.into()), ..self }
    }

    /// The column of channels.
    #[must_use]
    pub fn channel(self, column: impl Into<String>) -> Self {
        Self { channel: Some(column.into()), ..self }
    }

    /// The column of products.
    #[must_use]
    pub fn product(self, column: impl Into<String>) -> Self {
        Self { product: Some(column.into()), ..self }
    }

    /// The column of what the source calls each comment.
    #[must_use]
    pub fn id(self, column: impl Into<String>) -> Self {
        Self { id: Some(column.into()), ..self }
    }

    /// Takes a comment whose day can't be read for one without a day, instead of refusing it.
    #[must_use]
    pub fn skip_bad_days(self) -> Self {
        Self { skips_bad_days: true, ..self }
    }

    /// The comments of a table, one a row; missing cells are empty.
    ///
    /// # Errors
    /// If a column is missing, or a day can't be read; the message names its row.
    pub fn read(&self, table: &Table) -> Result<Vec<Comment>> {
        let texts = columns::texts(table, &self.text)?;
        let optional = |name: &Option<String>| match name {
            Some(name) => columns::texts(table, name),
            None => Ok(vec![None; table.len()]),
        };
        let days = optional(&self.date)?;
        let [brands, channels] = [optional(&self.brand)?, optional(&self.channel)?];
        let [products, ids] = [optional(&self.product)?, optional(&self.id)?];
        let cell = |cells: &[Option<String>], row: usize| cells[row].clone().unwrap_or_default();
        let comment = |row: usize| {
            let day = days[row].as_deref().map(|day| date(day, row));
            Ok(Comment {
                text: cell(&texts, row),
                date: if self.skips_bad_days { day.and_then(Result::ok) } else { day.transpose()? },
                brand: cell(&brands, row),
                channel: cell(&channels, row),
                product: cell(&products, row),
                id: cell(&ids, row),
            })
        };
        (0..table.len()).map(comment).collect()
    }
}

/// The day of a cell, which may have a time behind it; `row` counts from 0.
fn date(cell: &str, row: usize) -> Result<Date> {
    let day = cell.trim().split(['T', ' ']).next().unwrap_or_default();
    day.parse().map_err(|_| Error::Value {
        data: "comments",
        row: row + 1,
        column: "date",
        got: Redactor::new().redact(cell).text.chars().take(40).collect(),
        expected: "a day such as 2024-02-29",
        help: "mend it, or let bad days be skipped",
    })
}
