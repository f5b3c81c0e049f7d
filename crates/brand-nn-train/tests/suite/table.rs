//! Tables as files have them: those that are read, and every bad one with its message.

use std::io::Write;

use brand_nn_tensor::{DType, check::data};
use brand_nn_train::{Column, ColumnType, Encoding, Error, Schema, Table, TableReader};

/// Reads `bytes` from a file called `name`; the folder is left out of messages.
fn read(name: &str, bytes: &[u8], reader: &TableReader) -> Result<Table, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    let table = reader.read(&path);
    table.map_err(|e| e.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

/// The columns of the file: name, type, cells with `∅` for a missing one.
#[track_caller]
fn check(name: &str, bytes: impl AsRef<[u8]>, reader: &TableReader, expected: &[&str]) {
    let table = read(name, bytes.as_ref(), reader).unwrap();
    let cell = |column: &Column, row| column.text(row).map_or("∅".to_owned(), Into::into);
    let line = |(name, column): (&str, &Column)| {
        let cells: Vec<_> = (0..table.len()).map(|row| cell(column, row)).collect();
        format!("{name} {:?} {}", column.kind(), cells.join("|"))
    };
    assert_eq!(table.columns().map(line).collect::<Vec<_>>(), expected);
}

#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>, reader: &TableReader, expected: &str) {
    let error = read(name, bytes.as_ref(), reader).unwrap_err();
    assert_eq!(error, format!("{name}{expected}"));
}

fn plain() -> TableReader {
    TableReader::new()
}

#[test]
fn types_are_the_narrowest_that_all_cells_have() {
    let csv = "i,f,b,d,t\n1,1.5,true,2024-02-29,a\n-2,3,FALSE,2024/3/1, b \n";
    check(
        "a.csv",
        csv,
        &plain(),
        &[
            "i I64 1|-2",
            "f F64 1.5|3",
            "b Bool true|false",
            "d Date 2024-02-29|2024-03-01",
            "t Text a| b ",
        ],
    );
    check("a.tsv", "a\tb\n1\t2e3\n\t-.5\n", &plain(), &["a I64 1|∅", "b F64 2000|-0.5"]);
    check("a.csv", "a,b\nNA, \n NaN ,null\n", &plain(), &["a Text ∅|∅", "b Text ∅|∅"]);
    for odd in [
        "007",
        "1,234",
        "1e400",
        "１２",
        "12%",
        "¥5",
        "2023-02-29",
        "inf",
        "0x1",
        "20240101000000000000",
    ] {
        check(
            "a.csv",
            format!("a\n\"{odd}\"\n\"{odd}\"\n"),
            &plain(),
            &[&format!("a Text {odd}|{odd}")],
        );
    }
}

#[test]
fn types_and_missing_words_can_be_said() {
    let reader = plain()
        .column("a", ColumnType::F64)
        .column("b", ColumnType::Bool)
        .column("c", ColumnType::Date)
        .missing(["-"]);
    check(
        "a.csv",
        "a,b,c\n1,Yes,20240229\n-,0,-\n",
        &reader,
        &["a F64 1|∅", "b Bool true|false", "c Date 2024-02-29|∅"],
    );
    check("a.csv", "a\n1\nx\n", &plain().missing(["x"]), &["a I64 1|∅"]);
    refused(
        "a.csv",
        "a\n1\n2\nx\n",
        &plain().infer_rows(2),
        ", row 3 (line 4), column a: got `x`, expected a whole number; help: correct the cell, name \
         it a missing value, or read the column as text",
    );
}

#[test]
fn separators_quotes_and_names() {
    check("a.csv", "a;b\n1;\"x;\"\"y\"\"\nz\"\n", &plain(), &["a I64 1", "b Text x;\"y\"\nz"]);
    check("a.txt", "a|b\n1|2\n", &plain().separator(b'|'), &["a I64 1", "b I64 2"]);
    check("a.csv", ",b\r\n0,x\r\n", &plain(), &["column_1 I64 0", "b Text x"]);
    refused(
        "a.csv",
        "é\n1\n",
        &plain().separator(0xc3),
        ": invalid utf-8 sequence of 1 bytes from index 0; help: take a separator of ASCII, such as a \
         comma",
    );
}

#[test]
fn rows_may_have_any_number_of_cells_of_any_length() {
    for (cells, bytes) in [(1, 1 << 20), (63, 1), (64, 100), (65, 5000), (1000, 7)] {
        let row = vec!["7".repeat(bytes); cells].join(",");
        let names: Vec<_> = (0..cells).map(|cell| format!("x{cell}")).collect();
        let table = format!("{}\n{row}\n{row}", names.join(","));
        let reader =
            plain().schema(&Schema::new(names.iter().map(|name| (name, ColumnType::Text))));
        let table = reader.read_bytes(table.as_bytes()).unwrap();
        assert_eq!(table.len(), 2);
        for (name, column) in table.columns() {
            assert!(column.text(1).is_some_and(|text| text.len() == bytes), "{name} of {cells}");
        }
    }
}

#[test]
fn encodings() {
    let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let text = "城市,n\n北京,1\n".encode_utf16().flat_map(bytes);
        mark.iter().copied().chain(text).collect::<Vec<u8>>()
    };
    let expected = ["城市 Text 北京", "n I64 1"];
    check("a.csv", "\u{feff}城市,n\n北京,1\n", &plain(), &expected);
    let reader = plain().encoding(Encoding::Utf16);
    check("a.csv", utf16(&[0xff, 0xfe], u16::to_le_bytes), &reader, &expected);
    check("a.csv", utf16(&[0xfe, 0xff], u16::to_be_bytes), &reader, &expected);
    check("a.csv", utf16(&[], u16::to_le_bytes), &reader, &expected);
    let gb = b"\xb3\xc7\xca\xd0,n\n\xb1\xb1\xbe\xa9,1\n";
    check("a.csv", gb, &plain().encoding(Encoding::Gb18030), &expected);
    refused(
        "a.csv",
        gb,
        &plain(),
        ", byte 0: 0xb3 is not UTF-8; \
         help: save the file as UTF-8; Chinese files are often in GB18030",
    );
    refused(
        "a.csv",
        b"a\n\xff\n",
        &plain().encoding(Encoding::Gb18030),
        ", byte 2: 0xff is not GB18030; \
         help: save the file as UTF-8, or name the encoding that it has",
    );
    refused(
        "a.csv",
        utf16(&[0xff, 0xfe], u16::to_le_bytes),
        &plain(),
        ": got text in UTF-16, expected text in UTF-8; help: save the file as UTF-8",
    );
}

#[test]
fn a_wrong_byte_is_named_wherever_it_stands() {
    for at in [65_533, 65_534, 65_535, 65_536, 65_537, 200_001] {
        let mut bytes = b"a\n".to_vec();
        bytes.resize(at, b'1');
        bytes.extend(b"\xe4\xb8d\n");
        let expected = format!(
            ", byte {at}: 0xe4 is not UTF-8; \
             help: save the file as UTF-8; Chinese files are often in GB18030"
        );
        refused("a.csv", bytes, &plain(), &expected);
    }
}

#[test]
fn files_that_are_no_table_are_refused() {
    let written = "help: check how it was written";
    for nothing in ["", "\u{feff}", "\n\n", "\u{feff}\n"] {
        let expected = format!(": the file is empty, expected a header and rows; {written}");
        refused("a.csv", nothing, &plain(), &expected);
    }
    let expected = format!(": there is a header and no row, expected rows; {written}");
    refused("a.csv", "a,b\n", &plain(), &expected);
    refused(
        "a.csv",
        [0x1f, 0x8b, 8, 0],
        &plain(),
        ": got gzip-compressed bytes, expected text in UTF-8; help: decompress the file first",
    );
    refused(
        "a.csv",
        b"PK\x03\x04xl",
        &plain(),
        ": got a zip archive or spreadsheet, expected text in UTF-8; \
         help: export the sheet as CSV in UTF-8",
    );
    refused(
        "a.csv",
        "a,b\n1,2\n3,\"x\n5,6\n",
        &plain(),
        ", line 3: a quote opens and never closes; help: close it, or double a quote that is meant",
    );
    refused(
        "a.csv",
        "a,b\n1,2\n\n\"x\ny\",2,3\n",
        &plain(),
        ", row 2 (line 4): got 3 fields, expected 2; \
         help: put quotes around a text that holds the separator",
    );
    refused(
        "a.csv",
        "a,b\r\n1,2\r\n\r\n1,2\r\n1\r\n",
        &plain(),
        ", row 3 (line 5): got 1 fields, expected 2; \
         help: put quotes around a text that holds the separator",
    );
    refused(
        "a.csv",
        "a,b,a\n1,2,3\n",
        &plain(),
        ", header: two columns are called a; help: rename one",
    );
    let error = Table::read("no/such.csv").unwrap_err().to_string();
    assert_eq!(error, "no/such.csv: there is no such file; help: check the path");
}

#[test]
fn a_row_without_end_is_refused_before_it_fills_memory() {
    let long = |start: &str| [start.as_bytes(), &vec![b'x'; (1 << 26) + (1 << 17)], b"\n"].concat();
    refused(
        "a.csv",
        long("a\n1\n"),
        &plain(),
        ", line 3: a row is longer than 64 MiB; help: check that the file is a table of lines",
    );
    refused(
        "a.csv",
        long("a\n1\n\""),
        &plain(),
        ", line 3: a quote opens and never closes; help: close it, or double a quote that is meant",
    );
    refused(
        "a.jsonl",
        long("\n"),
        &plain(),
        ", row 1 (line 2): the line is longer than 64 MiB; \
         help: write one JSON object a line, with numbers, texts, true, false or null",
    );
}

#[test]
fn cells_of_another_type_are_refused_with_a_way_to_mend_them() {
    let other = "correct the cell, name it a missing value, or read the column as text";
    let date = "write year, month and day, and check that the month has that day";
    let infinite = "leave the cell empty if the value is missing; numbers end at 1.8e308";
    let (number, whole, day) = ("a number", "a whole number", "a day such as 2024-02-29");
    for (kind, value, expected, help) in [
        (ColumnType::F64, "1,234", number, "remove the commas between thousands"),
        (ColumnType::I64, "1,234", whole, "remove the commas between thousands"),
        (ColumnType::F64, "1e400", number, infinite),
        (ColumnType::F64, "inf", number, infinite),
        (ColumnType::F64, "１２", number, "write digits as 0 to 9, in half width"),
        (ColumnType::F64, "12%", number, "remove the percent sign from all cells"),
        (ColumnType::F64, "¥5", number, "remove the currency sign"),
        (ColumnType::F64, "0x1", number, other),
        (ColumnType::I64, "1.5", whole, "read the column as f64"),
        (ColumnType::I64, "9223372036854775808", whole, "read the column as f64"),
        (ColumnType::Bool, "2", "true or false", other),
        (ColumnType::Date, "2023-02-29", day, date),
        (ColumnType::Date, "soon", day, other),
    ] {
        let bytes = format!("a,b\n,x\n\"{value}\",y\n");
        let text =
            format!(", row 2 (line 3), column a: got `{value}`, expected {expected}; help: {help}");
        refused("a.csv", bytes, &plain().column("a", kind), &text);
    }
}

#[test]
fn a_text_among_numbers_is_named_when_numbers_are_asked_for() {
    let table = plain().read_bytes(b"a\n1\n2\n\"1,234\"\n").unwrap();
    assert_eq!(
        table.numbers("a").unwrap_err().to_string(),
        "the table, row 3, column a: got `1,234`, expected a number; \
         help: remove the commas between thousands"
    );
    let table = plain().column("a", ColumnType::Text).read_bytes(b"a\n1\nNA\n2.5\n").unwrap();
    assert_eq!(table.numbers("a").unwrap(), [Some(1.0), None, Some(2.5)]);
}

#[test]
fn columns_that_are_not_there_are_answered_by_the_nearest() {
    let among =
        ", header: no column `Spned`, expected among spend, city; help: did you mean `spend`?";
    refused("a.csv", "spend,city\n1,x\n", &plain().column("Spned", ColumnType::F64), among);
    let schema = Schema::new([("Spned", ColumnType::F64)]);
    refused("a.csv", "spend,city\n1,x\n", &plain().schema(&schema), among);
    refused(
        "a.csv",
        "spend,city\n1,x\n",
        &plain().column("q", ColumnType::F64),
        ", header: no column `q`, expected among spend, city; help: name one of these columns",
    );
}

#[test]
fn json_lines_are_read() {
    let lines = "{\"a\": 1, \"b\": \"x\"}\n\n{\"c\": true, \"b\": null, \"a\": 2.5}\n{\"d\": \"2024-02-29\"}";
    let expected = ["a F64 1|2.5|∅", "b Text x|∅|∅", "c Bool ∅|true|∅", "d Date ∅|∅|2024-02-29"];
    check("a.jsonl", lines, &plain(), &expected);
    check("a.txt", lines, &plain().json_lines(), &expected);
    check("a.ndjson", "{\"a\": \"12\"}\n{\"a\": \"NA\"}", &plain(), &["a Text 12|NA"]);
    check("a.jsonl", "{\"a\":\"12\"}", &plain().column("a", ColumnType::I64), &["a I64 12"]);
}

#[test]
fn lines_that_are_no_object_are_refused() {
    let help = "; help: write one JSON object a line, with numbers, texts, true, false or null";
    let deep = "[".repeat(200);
    for (line, problem) in [
        ("{\"a\": }", "expected value at character 7"),
        ("[1]", "invalid type: sequence, expected an object at character 0"),
        ("{\"a\": [1]}", "the key `a` holds a list"),
        ("{\"a\": {}}", "the key `a` holds an object"),
        ("{\"a\": 1, \"a\": 2}", "the key `a` stands there twice"),
        ("{\"a\": 1} x", "trailing characters at character 10"),
        ("{\"a\": 1e400}", "number out of range at character 11"),
        (&format!("{{\"a\": {deep}"), "recursion limit exceeded at character 133"),
    ] {
        let expected = format!(", row 2 (line 3): {problem}{help}");
        refused("a.jsonl", format!("{{\"a\": 0}}\n\n{line}\n"), &plain(), &expected);
    }
    let nothing = ": the file is empty, expected a header and rows; help: check how it was written";
    refused("a.jsonl", "\n", &plain(), nothing);
}

#[test]
fn pieces_are_the_whole() {
    let csv: String = (0..10).map(|i| format!("{i},{}\n", i % 3)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::File::create(&path).unwrap().write_all(format!("x,y\n{csv}").as_bytes()).unwrap();
    for rows in [0, 1, 3, 5, 10, 11] {
        let pieces = plain().pieces(&path, rows).unwrap();
        assert_eq!(pieces.schema().kind("x"), Some(ColumnType::I64));
        let pieces: Vec<Table> = pieces.map(Result::unwrap).collect();
        assert!(pieces.iter().all(|piece| piece.len() <= rows.max(1) && !piece.is_empty()));
        let whole = plain().read(&path).unwrap().numbers("x").unwrap();
        let joined = pieces.iter().flat_map(|piece| piece.numbers("x").unwrap());
        assert_eq!(joined.collect::<Vec<_>>(), whole);
    }
}

#[test]
fn a_bad_row_ends_the_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::File::create(&path).unwrap().write_all(b"x\n1\n2\ny\n4\n").unwrap();
    let schema = Schema::new([("x", ColumnType::I64)]);
    let mut pieces = plain().schema(&schema).pieces(&path, 1).unwrap();
    assert!(pieces.by_ref().take(2).all(|piece| piece.is_ok()));
    assert!(matches!(pieces.next(), Some(Err(Error::Cell { row: 3, line: 4, .. }))));
    assert!(pieces.next().is_none());
}

#[test]
fn tables_become_tensors() {
    let table = Table::new([
        ("a", Column::from(vec![1.0, 2.0])),
        ("b", Column::from(vec![true, false])),
        ("c", Column::from(vec!["3", "4"])),
    ])
    .unwrap();
    let tensor = table.to_tensor(DType::F32).unwrap();
    assert_eq!(
        (tensor.shape().to_string(), tensor.to_vec::<f32>()),
        ("[2, 3]".into(), vec![1.0, 1.0, 3.0, 2.0, 0.0, 4.0])
    );
    let text = |column: Column, dtype| {
        let table = Table::new([("a", Column::from(vec![0.0, 0.0])), ("x", column)]).unwrap();
        table.to_tensor(dtype).unwrap_err().to_string()
    };
    assert_eq!(
        text(Column::from(vec![Some(1.0), None]), DType::F32),
        "the table, row 2, column x: got ``, expected a value; \
         help: fill missing values with an Imputer"
    );
    assert_eq!(
        text(Column::from(vec![1e39, 0.0]), DType::F32),
        "the table, row 1, column x: got `1000000000000000000000000000000000000000`, expected a \
         number that the dtype has; help: scale the column, or take F64"
    );
    assert_eq!(
        text(Column::from(vec![1.0, 0.0]), DType::I64),
        "the dtype of a table's tensor: got i64, expected F32 or F64; \
         help: cast the tensor afterwards"
    );
}

#[test]
fn tables_without_rows_or_columns_are_tables() {
    let table = Table::new([("a", Column::empty(ColumnType::F64))]).unwrap();
    assert_eq!(table.to_tensor(DType::F64).unwrap().shape().to_string(), "[0, 1]");
    assert_eq!(Table::new::<&str>([]).unwrap().to_tensor(DType::F32).unwrap().size(), 0);
    assert!(table.rows(&[]).unwrap().is_empty());
    let error = table.rows(&[0]).unwrap_err().to_string();
    assert!(error.starts_with("a row of a table: got 0 of 0 rows, expected"), "{error}");
}

#[test]
fn columns_that_do_not_fit_together_are_refused() {
    let one = || Column::from(vec![1.0]);
    let error = |columns: [(&str, Column); 2]| Table::new(columns).unwrap_err().to_string();
    assert_eq!(
        error([("a", one()), ("a", one())]),
        "the columns of a table: got two called a, expected names that differ; help: rename one"
    );
    assert_eq!(
        error([("a", one()), ("b", Column::from(vec![1.0, 2.0]))]),
        "the columns of a table: got 2 rows in b, 1 in others, expected the same number of rows in \
         each; help: give every row a value, or None where it is missing"
    );
}

#[test]
fn real_customers_are_read() {
    let Some(path) = data("data/customers/telco_churn.csv") else { return };
    let table = Table::read(path).unwrap();
    assert_eq!((table.len(), table.names().count()), (7_043, 21));
    let charges = table.column("TotalCharges").unwrap();
    assert_eq!((charges.kind(), charges.num_missing()), (ColumnType::F64, 11));
}
