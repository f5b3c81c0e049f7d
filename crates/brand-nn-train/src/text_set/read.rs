//! Tables of texts and labels: separators, columns, classes, and what is wrong with a file.

use std::collections::BTreeMap;
use std::path::Path;

use brand_nn_tensor::Tensor;

use super::TextSet;
use crate::source::{Encoding, Source};
use crate::table::{RawRows, Separated, nearest, plain};
use crate::{Error, Result};

/// The columns of a table to read; those without a name are found by the usual ones.
///
/// # Examples
///
/// ```
/// use brand_nn_train::TextColumns;
///
/// let columns = TextColumns { text: Some("Pros".into()), ..TextColumns::default() };
/// assert_eq!(columns.label, None); // label, sentiment, rating …
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextColumns {
    /// The column of texts.
    pub text: Option<String>,
    /// The column of labels.
    pub label: Option<String>,
}

/// Usual names of a column, the most telling first; lower case, blanks between words.
const TEXT: &[&str] = &[
    "text",
    "review text",
    "review",
    "review body",
    "comment",
    "comments",
    "content",
    "sentence",
    "body",
    "评论",
    "评论内容",
    "内容",
    "评价",
    "评价内容",
    "文本",
    "留言",
];
const LABEL: &[&str] = &[
    "label",
    "sentiment",
    "recommended ind",
    "recommended",
    "polarity",
    "class",
    "target",
    "rating",
    "stars",
    "score",
    "标签",
    "情感",
    "情感倾向",
    "推荐",
    "评分",
    "类别",
];

/// Words that stand for a class, from the worst to the best.
const CLASS_WORDS: [&[&str]; 3] = [
    &["negative", "neg", "bad", "false", "no", "n", "负面", "消极", "差评", "负", "差", "否"],
    &["neutral", "neu", "中性", "中评", "中立", "中"],
    &["positive", "pos", "good", "true", "yes", "y", "正面", "积极", "好评", "正", "好", "是"],
];

pub(super) fn read(path: &Path, separator: Option<u8>, names: &TextColumns) -> Result<TextSet> {
    Labelled::open(path, separator, names)?.read()
}

/// A table whose columns of texts and labels are known.
struct Labelled {
    rows: Separated,
    /// The current row alone.
    row: RawRows,
    text: usize,
    label: usize,
}

impl Labelled {
    fn open(path: &Path, separator: Option<u8>, names: &TextColumns) -> Result<Self> {
        let rows = Separated::open(&Source::file(path), separator, Encoding::Utf8)?;
        let text = find(&rows, "text", names.text.as_deref(), TEXT)?;
        let label = find(&rows, "label", names.label.as_deref(), LABEL)?;
        Ok(Self { rows, row: RawRows::default(), text, label })
    }

    fn read(mut self) -> Result<TextSet> {
        let (mut texts, mut labels) = (Vec::new(), Vec::new());
        while self.advance()? {
            labels.push((self.class()?, self.cell(self.label).trim().to_owned()));
            texts.push(self.cell(self.text).to_owned());
        }
        let (labels, classes) = self.number(&labels)?;
        Ok(TextSet { texts, labels, classes })
    }

    /// Goes to the next row, if there is one.
    fn advance(&mut self) -> Result<bool> {
        self.row.clear();
        self.rows.read([1, usize::MAX], &mut self.row)
    }

    fn cell(&self, column: usize) -> &str {
        self.row.cell(0, column).map_or("", |cell| cell.text)
    }

    /// Where the class of a row stands among all: twice a number, or a word's place below 3.
    fn class(&self) -> Result<i64> {
        let cell = self.cell(self.label);
        let (row, line) = self.row.place(0);
        class(cell).ok_or_else(|| Error::Cell {
            path: self.rows.source.path.clone(),
            row,
            line,
            column: self.rows.columns[self.label].clone(),
            value: cell.to_owned(),
            expected: "a whole number, or a word such as positive, negative",
            help: "correct the cell, or name another column for the labels",
        })
    }

    /// Numbers the classes from 0 in their order: f32 for two, i64 for more.
    fn number(&self, labels: &[(i64, String)]) -> Result<(Tensor, Vec<String>)> {
        let names: BTreeMap<i64, &str> =
            labels.iter().rev().map(|(k, v)| (*k, v.as_str())).collect();
        let numbers: BTreeMap<i64, usize> = names.keys().copied().zip(0..).collect();
        let labels = labels.iter().map(|(key, _)| numbers[key]);
        let labels = match names.len() {
            1 => return Err(self.one_class(names.values().next().copied().unwrap_or_default())),
            2 => Tensor::from(labels.map(|number| number as f32).collect::<Vec<_>>()),
            _ => Tensor::from(labels.map(|number| number as i64).collect::<Vec<_>>()),
        };
        Ok((labels, names.into_values().map(str::to_owned).collect()))
    }

    fn one_class(&self, name: &str) -> Error {
        let (column, path) = (&self.rows.columns[self.label], &self.rows.source.path);
        Error::Data {
            what: "labels",
            got: format!("`{name}` in every row of {}, column {column}", path.display()),
            expected: "two classes or more",
            help: "add rows of another class, or name another column for the labels",
        }
    }
}

fn class(cell: &str) -> Option<i64> {
    let cell = cell.trim().to_lowercase();
    let word = CLASS_WORDS.iter().position(|words| words.contains(&cell.as_str()));
    let number = || cell.parse::<f64>().ok().filter(|x| x.fract() == 0.0 && x.abs() < 1e9);
    word.map(|place| place as i64).or_else(|| number().map(|x| 2 * x as i64))
}

/// The place of a column: of the name that was given, or else of the first usual one.
fn find(rows: &Separated, role: &str, name: Option<&str>, usual: &[&str]) -> Result<usize> {
    let columns = &rows.columns;
    let place = |name: &str| columns.iter().position(|column| plain(column) == plain(name));
    let found = match name {
        Some(name) => columns.iter().position(|column| column == name).or_else(|| place(name)),
        None => usual.iter().find_map(|name| place(name)),
    };
    match found {
        Some(at) if columns.iter().filter(|&column| *column == columns[at]).count() > 1 => {
            let problem = format!("two columns are called {}", columns[at]);
            Err(rows.source.at("header", problem, "rename one"))
        }
        Some(at) => Ok(at),
        None => Err(Error::Column {
            path: rows.source.path.clone(),
            wanted: name.map_or_else(|| format!("of usual {role} names"), |n| format!("`{n}`")),
            columns: columns.clone(),
            help: advice(columns, role, name),
        }),
    }
}

fn advice(columns: &[String], role: &str, name: Option<&str>) -> String {
    match name {
        None => format!("name the {role} column, and check that the first line is a header"),
        Some(name) => match nearest(columns, name) {
            Some(column) => format!("did you mean `{column}`?"),
            None => format!("name one of these columns for the {role}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use brand_nn_tensor::DType;

    use super::*;

    /// Reads `bytes` from a file called `name`; the folder is left out of messages.
    fn read_bytes(name: &str, bytes: &[u8], columns: &TextColumns) -> Result<TextSet, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        brand_nn_tensor::io::write_atomically(&path, |out| out.write_all(bytes)).unwrap();
        let set = TextSet::read_columns(&path, columns);
        set.map_err(|e| e.to_string().replace(&format!("{}/", folder.path().display()), ""))
    }

    #[track_caller]
    fn check(name: &str, table: &str, texts: &[&str], labels: &[f32]) {
        let set = read_bytes(name, table.as_bytes(), &TextColumns::default()).unwrap();
        assert_eq!(set.texts, texts);
        assert_eq!(set.labels.to_vec::<f32>(), labels);
    }

    #[track_caller]
    fn refused(name: &str, bytes: impl AsRef<[u8]>, expected: &str) {
        let error = read_bytes(name, bytes.as_ref(), &TextColumns::default()).unwrap_err();
        assert_eq!(error, expected);
    }

    #[test]
    fn tables_of_many_kinds_are_read() {
        let (texts, labels) = (["good, really", "bad"], [1.0, 0.0]);
        check("a.csv", "label,text\n1,\"good, really\"\n0,bad\n", &texts, &labels);
        check("a.tsv", "label\ttext\n1\tgood, really\n0\tbad", &texts, &labels);
        check(
            "a.txt",
            "Text;Sentiment\r\ngood, really;positive\r\nbad;negative\r\n",
            &texts,
            &labels,
        );
        check("a.csv", "label\ttext\n1\tgood, really\n0\tbad\n", &texts, &labels);
        check(
            "a.tsv",
            "label\ttext, as it is\ttext\n1\t\tgood, really\n0\t\tbad\n",
            &texts,
            &labels,
        );
        check("a.csv", "\u{feff}评论,标签\n\"good, really\",好评\n\nbad,差评\n", &texts, &labels);
        check("a.csv", "Rating,Recommended IND,Review_Text\n9,yes,a\n3,no,\n", &["a", ""], &labels);
        check(
            "a.csv",
            "text,label\n\"say \"\"hi\"\"\nand 5\"\"\",2\nit's 6\" long,-1.0\n",
            &["say \"hi\"\nand 5\"", "it's 6\" long"],
            &labels,
        );
    }

    #[test]
    fn more_than_two_classes_are_numbered_from_the_least() {
        let set = |table: &str| {
            let set = read_bytes("a.csv", table.as_bytes(), &TextColumns::default()).unwrap();
            assert_eq!(set.labels.dtype(), DType::I64);
            (set.labels.to_vec::<i64>(), set.classes.join(" "))
        };
        assert_eq!(set("text,stars\na,5\nb,1\nc,3\nd,10\n"), (vec![2, 0, 1, 3], "1 3 5 10".into()));
        let words = "text,label\na,Neutral\nb,negative\nc,positive\nd,neutral\n";
        assert_eq!(set(words), (vec![1, 0, 2, 1], "negative Neutral positive".into()));
    }

    #[test]
    fn columns_can_be_named() {
        let table = "text,pros,stars,liked\nx,good,1,1\ny,bad,1,0\n";
        let columns = |text: &str, label: &str| TextColumns {
            text: Some(text.into()),
            label: Some(label.into()),
        };
        let set = read_bytes("a.csv", table.as_bytes(), &columns("Pros", "liked")).unwrap();
        assert_eq!(
            (set.texts, set.labels.to_vec::<f32>()),
            (vec!["good".into(), "bad".into()], vec![1.0, 0.0])
        );
        for (columns, expected) in [
            (
                columns("prose", "liked"),
                "no column `prose`, expected among text, pros, stars, \
                liked; help: did you mean `pros`?",
            ),
            (
                columns("text", "opinion"),
                "no column `opinion`, expected among text, pros, stars, \
                liked; help: name one of these columns for the label",
            ),
        ] {
            let error = read_bytes("a.csv", table.as_bytes(), &columns).unwrap_err();
            assert_eq!(error, format!("a.csv, header: {expected}"));
        }
    }

    #[test]
    fn files_that_are_no_table_are_refused() {
        let empty = "the file is empty, expected a header and rows; help: check how it was written";
        refused("a.csv", "", &format!("a.csv: {empty}"));
        refused("a.csv", "\u{feff}\n\n", &format!("a.csv: {empty}"));
        refused(
            "a.csv",
            "label,text\n",
            "a.csv: there is a header and no row, expected rows; help: check how it was written",
        );
        refused(
            "a.tsv",
            b"label\ttext\n1\tgood\n0\tb\xe4\xb8d\n",
            "a.tsv, byte 21: 0xe4 is not UTF-8; \
             help: save the file as UTF-8; Chinese files are often in GB18030",
        );
        refused(
            "a.csv",
            b"\xff\xfel\0a\0",
            "a.csv: got text in UTF-16, expected text in UTF-8; help: save the file as UTF-8",
        );
        refused(
            "a.csv",
            [0x1f, 0x8b, 8, 0],
            "a.csv: got gzip-compressed bytes, expected text in UTF-8; \
             help: decompress the file first",
        );
        refused(
            "a.csv",
            "label,text\n1,fine\n0,\"never closed\n1,a\n",
            "a.csv, line 3: a quote opens and never closes; \
             help: close it, or double a quote that is meant",
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = TextSet::read("no/such/reviews.csv").unwrap_err().to_string();
        assert_eq!(error, "no/such/reviews.csv: there is no such file; help: check the path");
        let error = TextSet::read(std::env::temp_dir()).unwrap_err().to_string();
        assert!(error.ends_with("; help: check that it is a readable file"), "{error}");
    }

    #[test]
    fn rows_and_cells_that_do_not_fit_are_named() {
        refused(
            "a.csv",
            "label,text\n1,\"two\nlines\"\n0,bad, really\n",
            "a.csv, row 2 (line 4): got 3 fields, expected 2; \
             help: put quotes around a text that holds the separator",
        );
        for value in ["so-so", "", "1e400", "NaN", "4.5", "1,234", "１", "12%", "0x1"] {
            refused(
                "a.csv",
                format!("label,text\n1,a\n\"{value}\",b\n"),
                &format!(
                    "a.csv, row 2 (line 3), column label: got `{value}`, expected a whole number, \
                     or a word such as positive, negative; \
                     help: correct the cell, or name another column for the labels"
                ),
            );
        }
    }

    #[test]
    fn columns_that_are_missing_or_double_are_named() {
        refused(
            "a.csv",
            "id,words\n1,a\n",
            "a.csv, header: no column of usual text names, expected among id, words; \
             help: name the text column, and check that the first line is a header",
        );
        refused(
            "a.csv",
            "text,label,label\na,1,0\n",
            "a.csv, header: two columns are called label; help: rename one",
        );
    }

    #[test]
    fn labels_of_one_class_are_refused() {
        refused(
            "a.csv",
            "Text,Label\na,1\nb,1\n",
            "labels: got `1` in every row of a.csv, column Label, expected two classes or more; \
             help: add rows of another class, or name another column for the labels",
        );
    }

    #[test]
    fn real_reviews_are_read_whole() {
        for (name, rows, good) in [
            ("zh_shopping.tsv", 17_363, 8_332),
            ("en_amazon.tsv", 1_000, 500),
            ("en_imdb.tsv", 1_000, 500),
            ("en_clothing.csv", 23_486, 19_314),
        ] {
            let Some(path) = brand_nn_tensor::check::data(&format!("data/reviews/{name}")) else {
                continue;
            };
            let set = TextSet::read(path).unwrap();
            let likes = set.labels.to_vec::<f32>().iter().filter(|&&label| label == 1.0).count();
            assert_eq!((set.len(), likes), (rows, good), "{name}");
        }
    }
}
