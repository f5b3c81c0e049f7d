//! Texts made harmless for where they go: HTML and SVG, or Markdown.

/// A text as the content or the quoted attribute of HTML, SVG and XML.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(allowed) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A text as one line of Markdown, also within a cell of a table.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(allowed) {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            c if "\\`*_{}[]>#|~!$:".contains(c) => out.extend(['\\', c]),
            // At the start of a line these begin a list, a heading's underline or a number.
            c if "+-=.)".contains(c) && is_leading(&out) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Whether what comes next would be read as the mark of a list.
fn is_leading(before: &str) -> bool {
    before.trim_start().chars().all(|c| c.is_ascii_digit())
}

/// XML has no place for control characters, however they are written.
fn allowed(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => c,
        c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => '\u{FFFD}',
        // These turn the direction of what stands around them.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(text: &str, html: &str, markdown: &str) {
        assert_eq!(super::html(text), html);
        assert_eq!(super::markdown(text), markdown);
    }

    #[test]
    fn nothing_stays_active() {
        check("plain 中文", "plain 中文", "plain 中文");
        check("<script>", "&lt;script&gt;", "&lt;script\\>");
        check("a\" b='c' & d", "a&quot; b=&#39;c&#39; &amp; d", "a\" b='c' &amp; d");
        check("[x](javascript:1)", "[x](javascript:1)", "\\[x\\](javascript\\:1)");
        check("a\n# b|c", "a\n# b|c", "a \\# b\\|c");
        check("- 1.5 - 2.", "- 1.5 - 2.", "\\- 1.5 - 2.");
        check("12. x", "12. x", "12\\. x");
        check("\0\u{1b}\u{202e}", "\u{FFFD}\u{FFFD}\u{FFFD}", "\u{FFFD}\u{FFFD}\u{FFFD}");
    }
}
