//! Which mentions an answer is about.

use super::state::{Cell, Cells, Key, Monitored};
use crate::{Error, Result};
use brand_nn_train::Date;

/// Mentions of a brand, a channel, a product, a time; all of them where nothing is said.
///
/// # Examples
/// ```
/// use brand_nn_marketing::monitor::Selection;
///
/// let may = Selection::all().brand("Acme").from("2024-05-01".parse()?).to("2024-05-31".parse()?);
/// assert_ne!(may, Selection::all());
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub(super) brand: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) product: Option<String>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
}

impl Selection {
    /// All mentions.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of a brand.
    #[must_use]
    pub fn brand(self, brand: impl Into<String>) -> Self {
        Self { brand: Some(brand.into()), ..self }
    }

    /// Those in a channel.
    #[must_use]
    pub fn channel(self, channel: impl Into<String>) -> Self {
        Self { channel: Some(channel.into()), ..self }
    }

    /// Those of a product.
    #[must_use]
    pub fn product(self, product: impl Into<String>) -> Self {
        Self { product: Some(product.into()), ..self }
    }

    /// Those of a day and later ones.
    #[must_use]
    pub fn from(self, day: Date) -> Self {
        Self { from: Some(day), ..self }
    }

    /// Those of a day and earlier ones.
    #[must_use]
    pub fn to(self, day: Date) -> Self {
        Self { to: Some(day), ..self }
    }

    fn holds(&self, date: Date) -> bool {
        self.from.is_none_or(|from| date >= from) && self.to.is_none_or(|to| date <= to)
    }

    /// Whether comments without a day are among them.
    fn holds_undated(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// Numbers that a key must have.
type Wanted = [Option<u16>; 3];

impl Monitored {
    fn wanted(&self, selection: &Selection) -> Result<Wanted> {
        let names = [&selection.brand, &selection.channel, &selection.product];
        let mut wanted = [None; 3];
        for (list, name) in names.into_iter().enumerate() {
            let Some(name) = name else { continue };
            wanted[list] = Some(self.names[list].find(name).ok_or_else(|| {
                let known: Vec<_> =
                    self.names[list].named().skip(1).map(|(_, name)| name).collect();
                let known = match known.len() {
                    0..=12 => known.join(", "),
                    more => format!("{} and {} more", known[..12].join(", "), more - 12),
                };
                let name = crate::text::redact::Redactor::new().redact(name).text;
                Error::Unknown {
                    data: "comments",
                    what: ["brand", "channel", "product"][list],
                    name,
                    known,
                }
            })?);
        }
        Ok(wanted)
    }

    /// Shows every cell of a selection with its day, in their order.
    pub(super) fn each_cell(
        &self,
        selection: &Selection,
        mut see: impl FnMut(Option<Date>, &Key, &Cell),
    ) -> Result<()> {
        let wanted = self.wanted(selection)?;
        let is_wanted = |key: &Key| key.iter().zip(&wanted).all(|(n, w)| w.is_none_or(|w| w == *n));
        let days = self.days.iter().filter(|(date, _)| selection.holds(**date));
        let days = days.map(|(date, cells)| (Some(*date), cells));
        let undated: Option<(Option<Date>, &Cells)> =
            selection.holds_undated().then_some((None, &self.undated));
        for (date, cells) in days.chain(undated) {
            cells.0.iter().filter(|(key, _)| is_wanted(key)).for_each(|(k, c)| see(date, k, c));
        }
        Ok(())
    }
}
