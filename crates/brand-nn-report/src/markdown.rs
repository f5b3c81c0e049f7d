//! A page as Markdown.

use crate::escape::markdown as escaped;
use crate::finding::next_word;
use crate::{Block, Figure, Finding};

/// Rows of a figure's data beyond this are counted, not listed.
const MOST: usize = 40;

/// The whole text.
pub(crate) fn page(title: &str, language: &str, blocks: &[Block]) -> String {
    let body: String = blocks.iter().map(|part| block(part, language)).collect();
    format!("# {}\n\n{body}", escaped(title))
}

fn block(block: &Block, language: &str) -> String {
    match block {
        Block::Heading(text) => format!("## {}\n\n", escaped(text)),
        Block::Paragraph(text) => format!("{}\n\n", escaped(text)),
        Block::Table { header, rows } => table(header, rows),
        Block::Figure(figure) => self::figure(figure),
        Block::Finding(finding) => self::finding(finding, language),
    }
}

fn figure(figure: &Figure) -> String {
    let (header, rows) = figure.rows();
    let shown = &rows[..rows.len().min(MOST)];
    let more = match rows.len() - shown.len() {
        0 => String::new(),
        more => format!("… and {more} more rows.\n\n"),
    };
    format!("**{}**\n\n{}{more}", escaped(figure.title()), table(&header, shown))
}

fn finding(finding: &Finding, language: &str) -> String {
    let Finding { status, claim, evidence, next } = finding;
    let line = |before: &str, text: &str| match text {
        "" => String::new(),
        text => format!("  \n> {before}{}", escaped(text)),
    };
    let (evidence, next) = (line("", evidence), line(next_word(language), next));
    format!("> **{}** {}{evidence}{next}\n\n", status.word(language), escaped(claim))
}

fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).chain([header.len(), 1]).max().unwrap_or(1);
    let row = |cells: &[String]| {
        let cell = |column| cells.get(column).map_or(String::new(), |text: &String| escaped(text));
        format!("| {} |\n", (0..columns).map(cell).collect::<Vec<_>>().join(" | "))
    };
    let body: String = rows.iter().map(|cells| row(cells)).collect();
    format!("{}|{}\n{body}\n", row(header), "---|".repeat(columns))
}
