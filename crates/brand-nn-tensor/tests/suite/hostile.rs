//! Files made to harm: each is refused with a text that says where and why.

use brand_nn_tensor::Tensor;
use brand_nn_tensor::io::{TensorFile, npy_from_bytes, npy_to_bytes, read_npy};

fn file(header: impl AsRef<[u8]>, data: &[u8]) -> Vec<u8> {
    let header = header.as_ref();
    [&(header.len() as u64).to_le_bytes()[..], header, data].concat()
}

/// A header with one tensor `a`.
fn one(dtype: &str, shape: &str, offsets: &str) -> String {
    format!(r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, text: &str) {
    let error = TensorFile::from_bytes(bytes.as_ref()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("bytes: {text}")), "{error}");
    assert!(error.contains("; help: "), "{error}");
}

#[test]
fn lengths_that_lie() {
    check([], "file: 0 bytes, expected 8 or more");
    check([0; 7], "file: 7 bytes, expected 8 or more");
    check([0; 8], "header, byte 8: begins with None, expected '{'");
    check(
        u64::MAX.to_le_bytes(),
        "byte 0: header of 18446744073709551615 bytes, expected at most 0",
    );
    check(&file("{}", b"")[..9], "byte 0: header of 2 bytes, expected at most 1");
    check(1_000_000u64.to_le_bytes(), "byte 0: header of 1000000 bytes, expected at most 0");
}

#[test]
fn headers_that_are_no_headers() {
    check(file(b"\xff\xfe{}", b""), "header, byte 8: begins with Some('ÿ'), expected '{'");
    check(file(b"{\"\xff\":1}", b""), "header, line 1 column 3: invalid unicode code point");
    check(file(" {}", b""), "header, byte 8: begins with Some(' '), expected '{'");
    check(file("[]", b""), "header, byte 8: begins with Some('['), expected '{'");
    check(file("{", b""), "header, line 1 column 1: EOF while parsing an object");
    check(file("{} x", b""), "header, line 1 column 4: trailing characters");
    check(file("{}\0", b""), "header, line 1 column 3: trailing characters");
    check(file(r#"{"a":1}"#, b""), "header, line 1 column 6: invalid type: integer `1`");
    let deep =
        |close: usize| format!(r#"{{"a":{{"x":{}{}}}}}"#, "[".repeat(200), "]".repeat(close));
    check(file(deep(0), b""), "header, line 1 column 211: expected value");
    check(file(deep(200), b""), "header, line 1 column 411: missing field `dtype`");
    check(file(r#"{"__metadata__":{"a":1}}"#, b""), "header, line 1 column 22: invalid type");
}

#[test]
fn keys_that_come_twice() {
    let entry = r#""a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#;
    check(
        file(format!("{{{entry},{entry}}}"), b""),
        "header, line 1 column 105: key \"a\" comes twice",
    );
    let field = r#"{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}"#;
    check(file(field, b"\0"), "header, line 1 column 26: duplicate field `dtype`");
    let metadata = r#"{"__metadata__":{"k":"1","k":"2"}}"#;
    check(file(metadata, b""), "header, line 1 column 33: key \"k\" comes twice");
    let both = r#"{"__metadata__":{},"__metadata__":{}}"#;
    check(file(both, b""), "header, line 1 column 37: key \"__metadata__\" comes twice");
}

#[test]
fn shapes_and_dtypes_that_lie() {
    check(
        file(one("F8_E4M3", "[1]", "[0,1]"), b"\0"),
        "tensor \"a\": dtype \"F8_E4M3\", expected one of F32, F64",
    );
    check(
        file(one("F32", "[4294967296,4294967296]", "[0,4]"), b"0000"),
        "tensor \"a\": shape [4294967296, 4294967296], expected one that fits into memory",
    );
    check(
        file(one("U8", "[0,18446744073709551615,3]", "[0,0]"), b""),
        "tensor \"a\": shape [0, 18446744073709551615, 3], expected one that fits into memory",
    );
    check(
        file(one("F32", "[-1]", "[0,4]"), b"0000"),
        "header, line 1 column 31: invalid value: integer `-1`, expected usize",
    );
    check(
        file(one("F32", "[2.5]", "[0,4]"), b"0000"),
        "header, line 1 column 32: invalid type: floating point `2.5`, expected usize",
    );
    check(file(one("F32", "[99999999999999999999]", "[0,4]"), b"0000"), "header, line 1 column");
    let axes = format!("[{}1]", "1,".repeat(64));
    check(file(one("U8", &axes, "[0,1]"), b"\0"), "tensor \"a\": 65 axes, expected at most 64");
    check(
        file(one("F32", "[1099511627776]", "[0,4398046511104]"), b"0000"),
        "data: 4 bytes, expected 4398046511104, where the last tensor ends",
    );
}

#[test]
fn data_that_overlaps_or_leaves_holes() {
    let two = |a: &str, b: &str| {
        format!(
            r#"{{"a":{{"dtype":"U8","shape":[2],"data_offsets":{a}}},
"b":{{"dtype":"U8","shape":[2],"data_offsets":{b}}}}}"#
        )
    };
    check(file(two("[0,2]", "[1,3]"), b"000"), "tensor \"b\": data begins at byte 1, expected 2");
    check(file(two("[0,2]", "[0,2]"), b"00"), "tensor \"b\": data begins at byte 0, expected 2");
    check(file(two("[0,2]", "[3,5]"), b"00000"), "tensor \"b\": data begins at byte 3, expected 2");
    check(file(two("[1,3]", "[3,5]"), b"00000"), "tensor \"a\": data begins at byte 1, expected 0");
    check(
        file(two("[0,2]", "[2,4]"), b"000"),
        "data: 3 bytes, expected 4, where the last tensor ends",
    );
    check(file(two("[0,2]", "[2,4]"), b"00000"), "data: 5 bytes, expected 4");
    check(
        file(two("[2,0]", "[2,4]"), b"0000"),
        "tensor \"a\": data_offsets [2, 0], expected 2 bytes",
    );
    check(
        file(two("[0,3]", "[3,5]"), b"00000"),
        "tensor \"a\": data_offsets [0, 3], expected 2 bytes for shape [2], u8",
    );
    check(file(one("U8", "[1]", "[18446744073709551615,0]"), b""), "tensor \"a\": data_offsets");
}

#[test]
fn contents_that_lie() {
    check(
        file(one("BOOL", "[3]", "[0,3]"), &[1, 0, 2]),
        "tensor \"a\": byte 2 among truth values, expected 0 or 1",
    );
    check(
        b"PK\x03\x04\x14\0\x08\x08abcdefgh",
        "byte 0: a zip archive, as PyTorch saves, which can run code",
    );
    check(b"\x80\x02}q\0(X\x06\0\0\0", "byte 0: a pickle which can run code when it is opened");
}

#[test]
fn checksums_that_are_gone_or_wrong() {
    let file = TensorFile {
        tensors: [("a".to_owned(), Tensor::from([1.0]))].into(),
        ..Default::default()
    };
    let good = file.to_bytes().unwrap();
    let replace = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
        [&good[..at], to.as_bytes(), &good[at + from.len()..]].concat()
    };
    check(
        replace("brand_nn.crc32", "brand_nn.crc33"),
        "header, checksums: no brand_nn.crc32, expected one",
    );
    check(
        replace("brand_nn.format", "brand_nn.forman"),
        "header, checksums: no brand_nn.format, expected one",
    );
    check(replace("\"1\"", "\"2\""), "header, checksums: brand_nn.format \"2\", expected \"1\"");
    check(replace("\"a\"", "\"b\""), "header: checksum ");
    let mut bytes = good.clone();
    *bytes.last_mut().unwrap() ^= 1;
    check(bytes, "tensor \"a\": checksum ");
}

#[test]
fn names_of_the_format_are_refused() {
    let mut file = TensorFile::default();
    file.metadata.insert("brand_nn.crc32".into(), String::new());
    let text = |file: &TensorFile| file.to_bytes().unwrap_err().to_string();
    assert!(
        text(&file).starts_with("bytes: metadata: key \"brand_nn.crc32\", expected another one")
    );
    file.metadata.clear();
    file.tensors.insert("__metadata__".into(), Tensor::from(1.0));
    assert!(text(&file).starts_with("bytes: tensors: key \"__metadata__\", expected another one"));
}

#[test]
fn a_name_is_only_a_name() {
    let file = TensorFile {
        tensors: [("../../x".to_owned(), Tensor::from([1.0]))].into(),
        ..Default::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.safetensors");
    file.write(&path).unwrap();
    assert_eq!(TensorFile::read(&path).unwrap(), file);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_hundred_thousand_tiny_tensors_are_read() {
    let tensors = (0..100_000u32).map(|i| (format!("t{i}"), Tensor::from(i as u8)));
    let file = TensorFile { tensors: tensors.collect(), ..Default::default() };
    assert_eq!(TensorFile::from_bytes(&file.to_bytes().unwrap()).unwrap(), file);
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let text = |path: &str| TensorFile::read(path).unwrap_err().to_string();
    assert!(text("/no/such/file").starts_with("/no/such/file: open failed: "));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    assert!(TensorFile::read(path).unwrap_err().to_string().starts_with(path));
    assert!(
        read_npy("/no/such/file")
            .unwrap_err()
            .to_string()
            .starts_with("/no/such/file: open failed")
    );
}

fn npy(version: u8, text: &str, data: &[u8]) -> Vec<u8> {
    let len = text.len() as u32;
    let len =
        if version == 1 { len.to_le_bytes()[..2].to_vec() } else { len.to_le_bytes().to_vec() };
    [b"\x93NUMPY", &[version, 0][..], &len, text.as_bytes(), data].concat()
}

#[track_caller]
fn check_npy(bytes: impl AsRef<[u8]>, text: &str) {
    let error = npy_from_bytes(bytes.as_ref()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("bytes: {text}")), "{error}");
    assert!(error.contains("; help: "), "{error}");
}

#[test]
fn npy_files_that_lie() {
    let dict = |descr: &str, shape: &str| {
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n")
    };
    check_npy(b"", "header: the file ends early");
    check_npy(
        b"PK\x03\x04\0\0\0\0",
        "byte 0: begins with \"PK\\\\x03\\\\x04\\\\x00\\\\x00\", expected",
    );
    check_npy(npy(9, "{}", b""), "byte 6: version 9, expected 1, 2 or 3");
    check_npy(
        b"\x93NUMPY\x02\0\xff\xff\xff\xff",
        "byte 8: header of 4294967295 bytes, expected at most 65536",
    );
    check_npy(npy(1, "{'descr': 7}", b""), "header, byte 10: \"7}\", expected '\\''");
    check_npy(npy(2, &dict("|O", "(1,)"), b"0"), "header: descr \"|O\", expected one of f4, f8");
    check_npy(
        npy(3, &dict("<f4", "(2,)"), b"0000"),
        "data: 4 bytes of data, expected 8 for shape [2], f32",
    );
    check_npy(npy(1, &dict("<f4", "(1,)"), b"000000"), "data: 6 bytes of data, expected 4");
    check_npy(
        npy(1, &dict("<f4", "(4294967296, 4294967296)"), b""),
        "header: shape [4294967296, 4294967296], expected",
    );
    check_npy(
        npy(1, &dict("<f4", "(0, 18446744073709551615)"), b""),
        "header: shape [0, 18446744073709551615]",
    );
    check_npy(
        npy(1, &dict("|b1", "(1,)"), b"\x07"),
        "data: byte 7 among truth values, expected 0 or 1",
    );
    let mut bad = npy(1, &dict("<f4", "()"), b"0000");
    bad[12] = 0xff;
    check_npy(bad, "header, byte 2: not UTF-8");
}

#[test]
fn bf16_has_no_place_in_numpy() {
    let t = Tensor::ones([2]).to(brand_nn_tensor::DType::Bf16);
    let text = npy_to_bytes(&t).unwrap_err().to_string();
    assert_eq!(
        text,
        "write_npy: dtype bf16, expected a dtype that NumPy has; help: write .to(DType::F32), or \
         save a TensorFile"
    );
}

#[track_caller]
fn check_json(json: &str, text: &str) {
    let error = serde_json::from_str::<Tensor>(json).unwrap_err().to_string();
    assert!(error.contains(text), "{error}");
}

#[test]
fn documents_that_lie() {
    check_json(
        r#"{"dtype":"f32","shape":[2],"values":[1]}"#,
        "shape [2], expected one of 1 elements",
    );
    check_json(
        r#"{"dtype":"f31","shape":[],"values":[1]}"#,
        "dtype \"f31\", expected one of f32, f64",
    );
    check_json(
        r#"{"dtype":"u8","shape":[1],"values":[256]}"#,
        "values[0]: Whole(256), expected a value of u8",
    );
    check_json(
        r#"{"dtype":"i64","shape":[1],"values":[0.5]}"#,
        "values[0]: Real(0.5), expected a value of i64",
    );
    check_json(
        r#"{"dtype":"f32","shape":[1],"values":[1e39]}"#,
        "values[0]: Real(1e39), expected a value of f32",
    );
    check_json(
        r#"{"dtype":"bool","shape":[1],"values":[1]}"#,
        "values[0]: Whole(1), expected a value of bool",
    );
    check_json(r#"{"dtype":"f32","shape":[1],"values":["one"]}"#, "invalid value: string \"one\"");
    check_json(
        r#"{"dtype":"f32","shape":[0,18446744073709551615,2],"values":[]}"#,
        "expected at most",
    );
}
