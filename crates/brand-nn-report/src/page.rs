//! A report: headings, paragraphs, tables, figures and findings, one below the other.

use crate::{Figure, Finding, html, markdown};
use serde::Serialize;

/// A report as data, which becomes one file of HTML, Markdown or JSON.
///
/// # Examples
/// ```
/// use brand_nn_report::{Bars, Page};
///
/// let page = Page::new("Channels")
///     .heading("Credit")
///     .table(["channel", "orders"], [["search", "61"], ["mail", "39"]])
///     .figure(Bars::new("Orders", ["search", "mail"]).series("", [61.0, 39.0]));
/// assert!(page.to_html().contains("<td class=\"n\">61</td>"));
/// assert!(page.to_markdown().contains("| search | 61 |"));
/// assert!(page.to_json().starts_with("{\"title\":\"Channels\""));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    title: String,
    language: String,
    blocks: Vec<Block>,
}

/// One part of a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Block {
    /// The title of what follows.
    Heading(String),
    /// Sentences.
    Paragraph(String),
    /// Cells below the names of columns.
    Table {
        /// The names of columns.
        header: Vec<String>,
        /// The cells, row by row.
        rows: Vec<Vec<String>>,
    },
    /// A picture.
    Figure(Figure),
    /// What to take home.
    Finding(Finding),
}

impl Page {
    /// A page in English with a title and nothing below it.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), language: "en".to_owned(), blocks: Vec::new() }
    }

    /// The language of its words, such as `zh` or `de-AT`, for browsers and screen readers.
    #[must_use]
    pub fn language(self, language: impl Into<String>) -> Self {
        Self { language: language.into(), ..self }
    }

    /// The title of what follows.
    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.block(Block::Heading(text.into()))
    }

    /// Sentences.
    #[must_use]
    pub fn paragraph(self, text: impl Into<String>) -> Self {
        self.block(Block::Paragraph(text.into()))
    }

    /// Cells below the names of columns; columns of numbers are set to the right.
    #[must_use]
    pub fn table<H: Into<String>, R: IntoIterator<Item: Into<String>>>(
        self,
        header: impl IntoIterator<Item = H>,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let header = header.into_iter().map(Into::into).collect();
        let row = |row: R| row.into_iter().map(Into::into).collect();
        self.block(Block::Table { header, rows: rows.into_iter().map(row).collect() })
    }

    /// A picture.
    #[must_use]
    pub fn figure(self, figure: impl Into<Figure>) -> Self {
        self.block(Block::Figure(figure.into()))
    }

    /// What to take home.
    #[must_use]
    pub fn finding(self, finding: Finding) -> Self {
        self.block(Block::Finding(finding))
    }

    /// Several things to take home.
    #[must_use]
    pub fn findings(self, findings: impl IntoIterator<Item = Finding>) -> Self {
        findings.into_iter().fold(self, Self::finding)
    }

    /// Any block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// All of another page, below its title as a heading.
    #[must_use]
    pub fn append(self, other: Self) -> Self {
        other.blocks.into_iter().fold(self.heading(other.title), Self::block)
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is on it, from the top.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The findings on it.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Finding(finding) => Some(finding),
            _ => None,
        })
    }

    /// The page as one file of HTML, without scripts and without links to anywhere.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::page(&self.title, &self.language, &self.blocks)
    }

    /// The page as Markdown; a figure becomes the table of its data.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::page(&self.title, &self.language, &self.blocks)
    }

    /// The page as JSON, with all data of its figures; numbers that are not finite become null.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "plain data always has a form in JSON")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("keys are texts and values are plain data")
    }
}
