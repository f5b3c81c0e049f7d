//! Addresses of the web, of mail and of machines.

use super::before;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Endings that make a name followed by a path an address of the web.
const DOMAINS: [&str; 24] = [
    "com", "cn", "net", "org", "io", "edu", "gov", "co", "uk", "de", "fr", "jp", "info", "biz",
    "me", "app", "dev", "shop", "top", "xyz", "tv", "cc", "us", "hk",
];

/// The end of an address of the web that begins at a byte.
pub(super) fn url(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if before(text, at).is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let scheme = ["http://", "https://", "ftp://", "www."].into_iter().find(|scheme| {
        rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let least = match scheme {
        Some(scheme) => scheme.len(),
        // Within a name, even one that is long, is no place where another begins.
        None if before(text, at).is_some_and(|c| "@.-".contains(c)) => return None,
        None => host_with_path(rest)?,
    };
    let length = length_while(rest, is_url);
    let length = rest[..length].trim_end_matches(|c| ".,!?;:)]}'*~".contains(c)).len();
    (length > least).then_some(at + length)
}

/// The length of `shop.example.com/` without its slash.
fn host_with_path(rest: &str) -> Option<usize> {
    rest.starts_with(|c: char| c.is_ascii_alphanumeric()).then_some(())?;
    let length = length_while(rest, |c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let (_, ending) = rest[..length].rsplit_once('.')?;
    let is_known = DOMAINS.iter().any(|known| ending.eq_ignore_ascii_case(known));
    (is_known && rest[length..].starts_with(['/', '?'])).then_some(length)
}

fn is_url(c: char) -> bool {
    c.is_ascii_graphic() && !"<>\"`{}|\\^".contains(c)
}

fn length_while(text: &str, test: impl Fn(char) -> bool) -> usize {
    text.find(|c| !test(c)).unwrap_or(text.len())
}

/// The end of an e-mail address that begins at a byte.
pub(super) fn email(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if !rest.starts_with(is_local) || before(text, at).is_some_and(is_local) {
        return None;
    }
    let local = length_while(rest, is_local);
    let mark = rest[local..].chars().next().filter(|c| matches!(c, '@' | '＠'))?;
    let start = local + mark.len_utf8();
    let domain = &rest[start..];
    let domain = &domain[..length_while(domain, |c| is_latin(c) || c == '-' || c == '.')];
    let domain = domain.trim_end_matches(['.', '-']);
    let (name, ending) = domain.rsplit_once('.')?;
    let is_name = !name.is_empty() && name.split('.').all(|label| !label.is_empty());
    let is_ending = ending.chars().count() >= 2 && ending.chars().any(char::is_alphabetic);
    (is_name && is_ending).then_some(at + start + domain.len())
}

fn is_local(c: char) -> bool {
    is_latin(c) || "._%+-".contains(c)
}

/// A letter of an alphabet or a digit, but none of a script that is written without blanks.
fn is_latin(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}'
}

/// The end of an address of the internet protocol that begins at a byte.
pub(super) fn ip(text: &str, at: usize) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    let rest = &text[at..];
    let is_inside = |c: char| is_part(c) || c.is_ascii_alphanumeric();
    if !rest.starts_with(is_part) || before(text, at).is_some_and(is_inside) {
        return None;
    }
    let length = length_while(rest, is_part);
    // No address is longer than 45 bytes; a port may follow.
    let token = rest.get(..length.min(64))?.trim_end_matches(['.', ':']);
    let host = token.rsplit_once(':').map_or(token, |(host, _)| host);
    let is_end = |end: usize| !rest[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
    if token.parse::<Ipv6Addr>().is_ok() && token.len() > 2 && is_end(token.len()) {
        return Some(at + token.len());
    }
    let is_host = host.parse::<Ipv4Addr>().is_ok();
    (is_host && is_end(host.len())).then_some(at + host.len())
}
