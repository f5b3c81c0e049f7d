//! Names with stars: what fits them, and new names made of what stood there.

/// What stands for each star of a pattern, if the name fits; as little as possible for each.
pub(super) fn stars(pattern: &str, name: &str) -> Option<Vec<String>> {
    let mut parts = pattern.split('*');
    let mut rest = name.strip_prefix(parts.next().unwrap_or(""))?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_some() { rest.find(part) } else { tail(rest, part) }?;
        found.push(rest[..end].to_owned());
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(found)
}

/// Where the last part of a pattern begins, if the text ends with it.
fn tail(text: &str, part: &str) -> Option<usize> {
    text.ends_with(part).then(|| text.len() - part.len())
}

/// The name with each star filled in turn; stars too many are left out.
pub(super) fn filled(name: &str, stars: &[String]) -> String {
    let mut stars = stars.iter();
    let mut parts = name.split('*');
    let mut filled = parts.next().unwrap_or("").to_owned();
    for part in parts {
        filled.extend(stars.next().map(String::as_str));
        filled.push_str(part);
    }
    filled
}

/// The three names that are most like a pattern.
pub(super) fn nearest(pattern: &str, names: &[String]) -> String {
    let mut names: Vec<_> = names.iter().map(String::as_str).collect();
    let likeness = |name: &str| strsim::jaro_winkler(name, pattern);
    names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    names.truncate(3);
    if names.is_empty() { "no names".into() } else { format!("{}, …", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: Option<&[&str]>) {
        let found = stars(pattern, name);
        let found = found.as_ref().map(|found| found.iter().map(String::as_str).collect());
        assert_eq!(found, expected.map(<[&str]>::to_vec), "{pattern} on {name}");
    }

    #[test]
    fn patterns() {
        check("a.b", "a.b", Some(&[]));
        check("a.b", "a.bc", None);
        check("a.*", "a.b.c", Some(&["b.c"]));
        check("*.w", "a.w.w", Some(&["a.w"]));
        check("h.*.w*", "h.3.w_ih", Some(&["3", "_ih"]));
        check("h.*.w", "h.w", None);
        check("*", "", Some(&[""]));
        check("**", "ab", Some(&["", "ab"]));
        check("a*a", "a", None);
        check("", "a", None);
    }

    #[test]
    fn names_are_filled() {
        let stars = ["1".to_owned(), "w".to_owned()];
        assert_eq!(filled("b.*.x.*", &stars), "b.1.x.w");
        assert_eq!(filled("b.*", &stars), "b.1");
        assert_eq!(filled("*.*.*!", &stars), "1.w.!");
    }
}
