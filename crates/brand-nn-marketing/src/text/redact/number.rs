//! Numbers that belong to somebody: of telephones, of cards, of identity.

use super::{PersonalData, Step};

/// At most so many groups of digits make one number.
const GROUPS: usize = 6;
/// Longer groups are no number of anybody.
const DIGITS: usize = 20;

/// Digits without anything visible between them.
struct Group {
    digits: Vec<u8>,
    /// The byte after the last digit.
    end: usize,
    /// What stands between it and the group before.
    separator: String,
}

/// Some groups in a row, as one number.
struct Span<'a> {
    groups: &'a [Group],
    digits: Vec<u8>,
    has_plus: bool,
    is_called: bool,
}

/// What number begins at a byte, or how far the next place is where one could.
pub(super) fn find(text: &str, at: usize, c: char) -> Step {
    let has_plus = matches!(c, '+' | '＋');
    let is_bracket = matches!(c, '(' | '（');
    let start = if has_plus || is_bracket { at + c.len_utf8() } else { at };
    let Some(groups) = groups(text, start) else { return Step::Skip(c.len_utf8()) };
    let closes = |groups: &[Group]| {
        groups.get(1).is_some_and(|group| group.separator.starts_with([')', '）']))
    };
    if is_bracket && !closes(&groups) {
        return Step::Skip(c.len_utf8());
    }
    let is_called = is_called(&text[..at]);
    let candidates = if is_beginning(text, at, is_called) { groups.len() } else { 0 };
    for count in (1..=candidates).rev() {
        let groups = &groups[..count];
        let digits = groups.iter().flat_map(|group| group.digits.iter().copied()).collect();
        let span = Span { groups, digits, has_plus, is_called };
        if let Some((kind, end)) = span.kind(text) {
            return Step::Found(kind, at..end);
        }
    }
    Step::Skip(groups[0].end - at)
}

/// The groups of digits from a byte on that may belong together.
fn groups(text: &str, start: usize) -> Option<Vec<Group>> {
    let mut groups = vec![group(text, start, String::new())?];
    while groups.len() < GROUPS {
        let end = groups[groups.len() - 1].end;
        let separator: String = text[end..].chars().take_while(|&c| is_separator(c)).collect();
        let next = end + separator.len();
        let is_near = (1..=2).contains(&separator.chars().count());
        match group(text, next, separator).filter(|_| is_near) {
            Some(group) => groups.push(group),
            None => break,
        }
    }
    Some(groups)
}

fn group(text: &str, start: usize, separator: String) -> Option<Group> {
    let mut group = Group { digits: Vec::new(), end: start, separator };
    for (i, c) in text[start..].char_indices() {
        if let Some(digit) = digit(c) {
            if group.digits.len() < DIGITS {
                group.digits.push(digit);
            }
            group.end = start + i + c.len_utf8();
        } else if !is_invisible(c) || group.digits.is_empty() {
            break;
        }
    }
    (!group.digits.is_empty()).then_some(group)
}

/// The value of a digit, also of a full-width one.
fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => Some((u32::from(c) - u32::from('０')) as u8),
        _ => None,
    }
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '.' | '(' | ')' | '（' | '）' | '\u{a0}' | '\u{2010}'..='\u{2014}' | '－'
    )
}

/// Characters that are not seen: zero-width ones, the soft hyphen, marks of direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a number may begin here: not within a word, a price, or a longer number.
fn is_beginning(text: &str, at: usize, is_called: bool) -> bool {
    let mut before = text[..at].chars().rev().filter(|&c| !is_invisible(c));
    match before.next() {
        Some('.' | '-' | ',') => before.next().is_none_or(|c| digit(c).is_none()),
        Some(c) if c.is_ascii_alphabetic() => is_called,
        Some(c) => digit(c).is_none() && !"_$¥￥€£=/".contains(c),
        None => true,
    }
}

/// Whether it ends there: no letter, and no digit after a point or a dash.
fn is_end(rest: &str) -> bool {
    let mut after = rest.chars();
    match after.next() {
        Some('.' | '-') => after.next().is_none_or(|c| digit(c).is_none()),
        Some(c) => !c.is_ascii_alphanumeric() && c != '_' && c != '%',
        None => true,
    }
}

/// Whether the words before say that a telephone number follows.
fn is_called(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "tel", "phone", "call", "mobile", "cell", "whatsapp", "fax", "电话", "手机", "致电",
        "传真", "来电",
    ];
    let near: Vec<char> = text.chars().rev().take(12).collect();
    let near: String = near.into_iter().rev().collect::<String>().to_lowercase();
    WORDS.iter().any(|word| near.contains(word))
}

impl Span<'_> {
    /// What number it is, and the byte after it.
    fn kind(&self, text: &str) -> Option<(PersonalData, usize)> {
        let end = self.groups[self.groups.len() - 1].end;
        if let Some(end) = self.identity_end(text, end) {
            return Some((PersonalData::IdNumber, end));
        }
        if !is_end(&text[end..]) {
            return None;
        }
        let kind = if self.is_card() { PersonalData::Card } else { PersonalData::Phone };
        (kind == PersonalData::Card || self.is_phone()).then_some((kind, end))
    }

    fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.digits.len()).collect()
    }

    /// 17 digits and a check digit, which may be an X, with a date from the seventh on.
    fn identity_end(&self, text: &str, end: usize) -> Option<usize> {
        let check = match self.digits.len() {
            17 => text[end..].chars().next().filter(|c| matches!(c, 'x' | 'X' | 'Ｘ')),
            _ => None,
        };
        let last = check.map(|_| 10).or_else(|| self.digits.get(17).copied())?;
        let end = end + check.map_or(0, char::len_utf8);
        let is_length = self.digits.len() == 17 + usize::from(check.is_none());
        let is_shape = matches!(self.lengths()[..], [17 | 18] | [6, 8, 3 | 4]);
        let is_whole = is_length && is_shape && is_end(&text[end..]);
        (is_whole && is_identity(&self.digits[..17], last)).then_some(end)
    }

    /// 14 to 19 digits in a usual grouping whose check digit is right.
    fn is_card(&self) -> bool {
        let is_shape = match self.lengths()[..] {
            [14..=19] | [4, 6, 4 | 5] => true,
            [4, 4, 4, ref rest @ ..] => matches!(rest, [4] | [4, 1..=3]),
            [6, 10..=13] => true,
            _ => false,
        };
        is_shape && !self.has_plus && (2..=6).contains(&self.digits[0]) && luhn(&self.digits)
    }

    fn is_phone(&self) -> bool {
        let count = self.digits.len();
        let is_international = self.has_plus && self.digits[0] != 0 && (8..=15).contains(&count);
        let is_said =
            self.is_called && (7..=15).contains(&count) && !self.is_date() && !self.is_decimal();
        is_international || is_said || self.is_chinese() || self.is_american() || self.is_trunk()
    }

    /// 2024-01-15.
    fn is_date(&self) -> bool {
        let starts = self.digits.starts_with(&[1, 9]) || self.digits.starts_with(&[2, 0]);
        starts && matches!(self.lengths()[..], [4, 1..=2, 1..=2] | [8])
    }

    /// 12999.00.
    fn is_decimal(&self) -> bool {
        self.groups.len() == 2 && self.groups[1].separator == "."
    }

    /// A mobile number, 1 and 3 to 9 and nine digits more, perhaps after 86.
    fn is_chinese(&self) -> bool {
        let digits = self.digits.strip_prefix(&[0, 0]).unwrap_or(&self.digits);
        let digits = digits.strip_prefix(&[8, 6]).unwrap_or(digits);
        let is_mobile = digits.len() == 11 && digits[0] == 1 && digits[1] >= 3;
        is_mobile && self.groups.len() <= 5
    }

    /// (415) 555-0132, 415.555.0132 and 1-415-555-0132, but not ten digits in a row.
    fn is_american(&self) -> bool {
        let digits = self.digits.strip_prefix(&[1]).unwrap_or(&self.digits);
        let is_shape = matches!(self.lengths()[..], [3, 3, 4] | [1, 3, 3, 4]);
        is_shape && digits.len() == 10 && digits[0] >= 2 && digits[3] >= 2
    }

    /// 010-88886666, 0571 8888 6666, 020 7946 0958: a code that begins with 0, and 7 digits or 8.
    fn is_trunk(&self) -> bool {
        let lengths = self.lengths();
        let is_code = self.digits[0] == 0 && self.digits.get(1).is_some_and(|&digit| digit > 0);
        let is_plain = matches!(lengths[..], [11 | 12]);
        let is_parted = lengths.len() >= 2 && (3..=5).contains(&lengths[0]);
        is_code && (is_plain || is_parted) && (10..=12).contains(&self.digits.len())
    }
}

/// Σ wᵢ dᵢ ≡ 1 modulo 11 with wᵢ = 2^(17−i), and a day that may be.
fn is_identity(digits: &[u8], check: u8) -> bool {
    let number = |from: usize, to: usize| {
        digits[from..to].iter().fold(0, |number, &digit| 10 * number + u32::from(digit))
    };
    let (year, month, day) = (number(6, 10), number(10, 12), number(12, 14));
    let is_day = (1800..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && digits[0] > 0;
    let sum: u32 = digits.iter().enumerate().map(|(i, &d)| u32::from(d) << (17 - i)).sum();
    is_day && (sum + u32::from(check)) % 11 == 1
}

/// Every second digit from the right doubled, the digits of all added up: a multiple of ten.
fn luhn(digits: &[u8]) -> bool {
    let value = |(i, &digit): (usize, &u8)| match (i % 2, digit) {
        (0, digit) => u32::from(digit),
        (_, digit) => u32::from(digit * 2 / 10 + digit * 2 % 10),
    };
    digits.iter().rev().enumerate().map(value).sum::<u32>() % 10 == 0
}
