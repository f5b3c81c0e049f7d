//! Proves what docs/ARCHITECTURE.md promises: floors, openings, names, and where `unsafe` may be.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Every crate with its floor: it may depend on lower floors only.
const FLOORS: [(&str, usize); 14] = [
    ("brand-nn-kernels", 0),
    ("brand-nn-derive", 0),
    ("brand-nn-tensor", 1),
    ("brand-nn-autodiff", 2),
    ("brand-nn-losses", 3),
    ("brand-nn-optim", 3),
    ("brand-nn-text", 3),
    ("brand-nn-layers", 4),
    ("brand-nn-stats", 4),
    ("brand-nn-report", 4),
    ("brand-nn-train", 5),
    ("brand-nn-models", 6),
    ("brand-nn-marketing", 7),
    ("brand-nn", 8),
];

/// Types by the crate that owns them: no public name on a floor below may contain one.
const OWNED: [(&str, &[&str]); 8] = [
    ("brand-nn-tensor", &["Tensor"]),
    ("brand-nn-autodiff", &["Var", "Param", "Params", "Gradients"]),
    ("brand-nn-losses", &["Loss"]),
    ("brand-nn-optim", &["Optimizer", "Schedule"]),
    ("brand-nn-text", &["Tokenizer", "Splitter", "Vocabulary"]),
    ("brand-nn-layers", &["Layer", "Pass", "Network", "Sequential", "Recipe", "Activation"]),
    (
        "brand-nn-train",
        &["Trainer", "Fit", "TextSet", "DataSet", "DataLoader", "Metric", "Callback", "Epoch"],
    ),
    ("brand-nn-models", &["Bert", "Gpt2", "Lora"]),
];

/// Owned types whose lower-case name is an everyday word (`fit`, the variance `var`): functions
/// may use it, types may not.
const EVERYDAY: [&str; 3] = ["Var", "Fit", "Pass"];

/// Names of the field that contain a type's name but not its meaning.
const TERMS: [&str; 1] = ["layer_norm"];

/// The one crate that may have `unsafe`.
const UNSAFE: &str = "brand-nn-kernels";

/// The one crate whose names are those of traits above: a derive is called after its trait.
const DERIVE: &str = "brand-nn-derive";

/// A crate of the workspace's `crates/`, with the names of all that it depends on.
struct Package {
    name: String,
    folder: PathBuf,
    dependencies: Vec<String>,
}

/// Asks cargo for the crates of `crates/`; nothing is built or fetched for it.
fn packages() -> Vec<Package> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .expect("cargo, which built this test, can be run");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata failed: {words}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let all = metadata["packages"].as_array().expect("metadata lists packages");
    let packages: Vec<_> = all.iter().map(package).filter(is_in_crates).collect();
    assert!(packages.len() >= 10, "cargo names only {} crates in crates/", packages.len());
    packages
}

fn package(value: &Value) -> Package {
    let text = |value: &Value| value.as_str().expect("names and paths are texts").to_owned();
    let manifest = PathBuf::from(text(&value["manifest_path"]));
    let dependencies = value["dependencies"].as_array().expect("dependencies are a list");
    Package {
        name: text(&value["name"]),
        folder: manifest.parent().expect("a manifest is in a folder").to_owned(),
        dependencies: dependencies.iter().map(|dependency| text(&dependency["name"])).collect(),
    }
}

fn is_in_crates(package: &Package) -> bool {
    package.folder.parent().is_some_and(|parent| parent.ends_with("crates"))
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}

/// Every source file of a crate with its text.
fn sources(package: &Package) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![package.folder.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources can be listed") {
            let path = entry.expect("its entries can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a source is a text");
                found.push((path, text));
            }
        }
    }
    found
}

/// Complaints about dependencies that do not point to a lower floor, also those of tests.
fn upstairs(name: &str, dependencies: &[String]) -> Vec<String> {
    let Some(own) = floor(name) else {
        return vec![format!("{name} has no floor; help: give it a row in FLOORS")];
    };
    // A crate that asks for features of itself in its tests is no dependency.
    let others = dependencies.iter().filter(|other| *other != name);
    let ours = others.filter(|other| other.starts_with("brand-nn"));
    let wrong = ours.filter(|other| floor(other).is_none_or(|floor| floor >= own));
    let complaint = |other: &String| {
        format!(
            "{name} (floor {own}) depends on {other} (floor {}); \
             help: move what it needs to a lower floor, or itself to a higher one",
            floor(other).map_or("unknown".to_owned(), |floor| floor.to_string())
        )
    };
    wrong.map(complaint).collect()
}

/// A complaint about a file that does not open with the sentence that says what it is for.
fn no_opening(path: &Path, text: &str) -> Option<String> {
    (!text.starts_with("//! "))
        .then(|| format!("{} does not open with `//! `; help: say what it is for", path.display()))
}

/// Complaints about public names that contain a type of a crate above.
fn names_from_above(name: &str, path: &Path, text: &str) -> Vec<String> {
    let own = floor(name).unwrap_or(usize::MAX);
    let is_above = |owner: &str| name != DERIVE && floor(owner).is_some_and(|floor| floor > own);
    let above = OWNED.iter().filter(|(owner, _)| is_above(owner));
    let types: Vec<_> =
        above.flat_map(|(owner, types)| types.iter().map(move |kind| (*owner, *kind))).collect();
    let mut complaints = Vec::new();
    for (keyword, item) in public_items(text) {
        for (owner, kind) in types.iter().filter(|(_, kind)| says(keyword, item, kind)) {
            complaints.push(format!(
                "{}: `pub {keyword} {item}` says {kind}, which {owner} owns; \
                 help: name it in the words of its own floor",
                path.display()
            ));
        }
    }
    complaints
}

/// The keyword and the name of each item that a text declares as plainly `pub`.
fn public_items(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter_map(|line| public_item(line.trim_start())).collect()
}

fn public_item(line: &str) -> Option<(&str, &str)> {
    let mut words = line.strip_prefix("pub ")?.split_whitespace();
    let keyword =
        words.find(|word| !["const", "async", "unsafe", "extern", "\"C\""].contains(word));
    let keyword =
        keyword.filter(|word| ["struct", "enum", "trait", "fn", "type"].contains(word))?;
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    Some((keyword, &name[..end])).filter(|(_, name)| !name.is_empty())
}

/// Whether an item's name has the words of a type's name in a row.
fn says(keyword: &str, item: &str, kind: &str) -> bool {
    if keyword == "fn" && (EVERYDAY.contains(&kind) || TERMS.contains(&item)) {
        return false;
    }
    let (item, kind) = (words(item), words(kind));
    item.windows(kind.len()).any(|part| part == kind)
}

/// `TextSet` and `text_set` are both `text`, `set`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Complaints about lines of code with `unsafe`; comments may speak of it.
fn unsafe_lines(path: &Path, text: &str) -> Vec<String> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    let is_unsafe = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe")
    };
    let lines = code.enumerate().filter(|(_, line)| is_unsafe(line));
    let place = |number| format!("{}:{}", path.display(), number + 1);
    lines
        .map(|(number, _)| format!("{}: `unsafe`; help: it belongs in {UNSAFE}", place(number)))
        .collect()
}

#[track_caller]
fn expect_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} found:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn dependencies_point_downstairs() {
    let packages = packages();
    let found: Vec<_> = packages.iter().flat_map(|p| upstairs(&p.name, &p.dependencies)).collect();
    expect_none(&found);
}

#[test]
fn every_file_opens_with_its_sentence() {
    let files: Vec<_> = packages().iter().flat_map(sources).collect();
    assert!(files.len() > 100, "only {} sources were found", files.len());
    let found: Vec<_> = files.iter().filter_map(|(path, text)| no_opening(path, text)).collect();
    expect_none(&found);
}

#[test]
fn no_public_name_speaks_of_a_floor_above() {
    let mut found = Vec::new();
    for package in packages() {
        for (path, text) in sources(&package) {
            found.extend(names_from_above(&package.name, &path, &text));
        }
    }
    expect_none(&found);
}

#[test]
fn only_the_kernels_are_unsafe() {
    let packages = packages();
    let safe = packages.iter().filter(|package| package.name != UNSAFE);
    let files = safe.flat_map(sources);
    let found: Vec<_> = files.flat_map(|(path, text)| unsafe_lines(&path, &text)).collect();
    expect_none(&found);
    let kernels = packages.iter().find(|package| package.name == UNSAFE).expect("it is there");
    let theirs: usize = sources(kernels).iter().map(|(p, text)| unsafe_lines(p, text).len()).sum();
    assert!(theirs > 0, "the search finds no `unsafe` where it is known to be");
}

#[track_caller]
fn check(complaints: impl IntoIterator<Item = String>, expected: &[&str]) {
    let found: Vec<_> = complaints.into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (complaint, part) in found.iter().zip(expected) {
        assert!(complaint.contains(part), "{complaint}\nlacks: {part}");
    }
}

#[test]
fn planted_violations_are_found() {
    let path = Path::new("x.rs");
    let depends = |name, other: &str| upstairs(name, &[other.to_owned(), "serde".to_owned()]);
    check(depends("brand-nn-train", "brand-nn-layers"), &[]);
    check(
        depends("brand-nn-text", "brand-nn-optim"),
        &["text (floor 3) depends on brand-nn-optim"],
    );
    check(
        depends("brand-nn-kernels", "brand-nn-tensor"),
        &["(floor 0) depends on brand-nn-tensor"],
    );
    check(depends("brand-nn-train", "brand-nn-new"), &["brand-nn-new (floor unknown)"]);
    check(depends("brand-nn-new", "serde"), &["brand-nn-new has no floor"]);

    check(no_opening(path, "//! What it is for.\n"), &[]);
    check(no_opening(path, "#![doc = include_str!(\"x\")]\n"), &["x.rs does not open"]);
    check(no_opening(path, "use std::fs;\n//! Late.\n"), &["x.rs does not open"]);

    let names = |name, text| names_from_above(name, path, text);
    check(names("brand-nn-kernels", "pub struct TensorView<'a> {"), &["says Tensor, which"]);
    check(names("brand-nn-tensor", "    pub fn text_set(&self) {"), &["says TextSet, which"]);
    check(names("brand-nn-tensor", "pub const fn into_layer() {"), &["says Layer, which"]);
    check(names("brand-nn-optim", "pub enum FitError {"), &["says Fit, which brand-nn-train"]);
    check(names("brand-nn-text", "pub fn fit(&self) {\npub struct Variant;"), &[]);
    check(names("brand-nn-tensor", "pub(crate) struct Layer;\n// pub struct Layer"), &[]);
    check(names("brand-nn-train", "pub struct TensorLayerFit;"), &[]);
    check(names("brand-nn-derive", "pub fn params(input: TokenStream)"), &[]);

    check(unsafe_lines(path, "#![deny(unsafe_code)] // no unsafe\n"), &[]);
    check(unsafe_lines(path, "fn f() {\n    unsafe { g() }\n}"), &["x.rs:2: `unsafe`"]);
}
