//! A page as one file of HTML.

use crate::escape::html;
use crate::finding::next_word;
use crate::{Block, Finding, Status};

const STYLE: &str = "\
body{font:16px/1.5 system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',\
sans-serif;color:#222;max-width:46rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.7rem;line-height:1.2}h2{font-size:1.25rem;margin-top:2rem}\
table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}\
th,td{padding:.3rem .7rem;border-bottom:1px solid #ddd;text-align:left;overflow-wrap:anywhere}\
th{border-bottom:2px solid #999}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
figure{margin:1rem 0}svg{max-width:100%;height:auto}.wide{overflow-x:auto}\
.finding{border-left:5px solid #56B4E9;background:#f6f6f6;padding:.5rem .9rem;margin:.7rem 0}\
.good{border-color:#009E73}.watch{border-color:#E69F00}.act{border-color:#D55E00}\
.finding b{margin-right:.5rem}.finding p{margin:.2rem 0}.quiet{color:#555;font-size:.9rem}\
@media print{body{max-width:none;margin:0}figure,table,.finding{break-inside:avoid}\
h2{break-after:avoid}}";

/// The whole file.
pub(crate) fn page(title: &str, language: &str, blocks: &[Block]) -> String {
    let (title, language) = (html(title), html(language));
    let body: String = blocks.iter().map(|part| block(part, &language)).collect();
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         {body}</body>\n</html>\n"
    )
}

fn block(block: &Block, language: &str) -> String {
    match block {
        Block::Heading(text) => format!("<h2>{}</h2>\n", html(text)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", html(text)),
        Block::Table { header, rows } => table(header, rows),
        Block::Figure(figure) => format!("<figure>\n{}</figure>\n", figure.to_svg_in(language)),
        Block::Finding(finding) => self::finding(finding, language),
    }
}

fn finding(finding: &Finding, language: &str) -> String {
    let Finding { status, claim, evidence, next } = finding;
    let class = match status {
        Status::Good => "finding good",
        Status::Note => "finding",
        Status::Watch => "finding watch",
        Status::Act => "finding act",
    };
    let quiet = |before: &str, text: &str| match text {
        "" => String::new(),
        text => format!("<p class=\"quiet\">{before}{}</p>", html(text)),
    };
    let (word, claim) = (status.word(language), html(claim));
    let (evidence, next) = (quiet("", evidence), quiet(next_word(language), next));
    format!("<div class=\"{class}\"><p><b>{word}</b>{claim}</p>{evidence}{next}</div>\n")
}

fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let numeric: Vec<_> = (0..columns).map(|column| is_numeric(rows, column)).collect();
    let row = |cells: &[String], tag: &str| {
        let cell = |column: usize| {
            let class = if numeric[column] { " class=\"n\"" } else { "" };
            let text = cells.get(column).map_or(String::new(), |text| html(text));
            format!("<{tag}{class}>{text}</{tag}>")
        };
        format!("<tr>{}</tr>\n", (0..columns).map(cell).collect::<String>())
    };
    let body: String = rows.iter().map(|cells| row(cells, "td")).collect();
    format!(
        "<div class=\"wide\"><table>\n<thead>{}</thead>\n<tbody>\n{body}</tbody>\n</table></div>\n",
        row(header, "th")
    )
}

/// Whether all cells of a column that say anything begin as numbers do.
fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|text| !text.is_empty());
    let begins = |text: &String| {
        let text = text.trim_start_matches(['-', '−', '+', '–', '€', '$', '¥', '£', '<']);
        text.chars().next().is_none_or(|c| c.is_ascii_digit() || c == '∞')
    };
    cells.clone().next().is_some() && cells.all(begins)
}
