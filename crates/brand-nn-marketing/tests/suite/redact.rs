//! Personal data: what must go, what only looks alike and must stay, and any text at all.

use brand_nn_marketing::text::redact::{PersonalData, Redactor};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(Redactor::new().redact(text).text, expected, "{text}");
}

#[track_caller]
fn stays(text: &str) {
    check(text, text);
}

#[test]
fn mail_and_web() {
    check("Write to ann@shop.example.", "Write to [email].");
    check("a.b+c_d%e@mail.co.uk, please", "[email], please");
    check("<bob@x.io>", "<[email]>");
    check("请发到ann@x.com谢谢", "请发到[email]谢谢");
    check("邮箱：Li.Lei＠163.com", "邮箱：[email]");
    check("jörg@müller.example", "[email]");
    check("ann@x.com,bob@y.org", "[email],[email]");
    stays("follow @brand and #brand");
    stays("2 @ 3.50 each");
    stays("me@localhost");
    stays("@@ a@ @b a@.com a@b..c");
    check("see https://x.example/a?user=7&t=1.", "see [url].");
    check("HTTP://X.EXAMPLE", "[url]");
    check("(www.shop.cn/order/77)", "([url])");
    check("打开 http://t.cn/Ab3，然后", "打开 [url]，然后");
    check("见http://t.cn/Ab3吧", "见[url]吧");
    check("shop.example.com/u/42?x=1", "[url]");
    check("http://ann:secret@x.com/", "[url]");
    stays("on taobao.com they are cheaper");
    stays("http:// and www. alone");
    stays("and/or 1/2 v2.com.");
    stays("the end.Then came more");
}

#[test]
fn machines() {
    check("from 192.168.0.1:8080", "from [ip]:8080");
    check("IP是10.0.0.255。", "IP是[ip]。");
    check("2001:db8::ff00:42:8329", "[ip]");
    check("at fe80::1.", "at [ip].");
    stays("256.1.1.1");
    stays("1.2.3 and 1.2.3.4.5");
    stays("at 12:30:45");
    stays("std::fs and a::");
    stays("::");
}

#[test]
fn identity_numbers() {
    check("身份证11010519491231002X", "身份证[id]");
    check("11010519491231002x,", "[id],");
    check("440524188001010014", "[id]");
    check("440524 18800101 0014", "[id]");
    check("４４０５２４１８８００１０１００１４", "[id]");
    check("4405\u{200b}24188001010014", "[id]");
    stays("440524188001010015");
    stays("110105194912310021");
    stays("440524188013010014");
    stays("4405241880010100140");
    stays("SKU440524188001010014");
}

#[test]
fn cards() {
    check("card 4111 1111 1111 1111 please", "card [card] please");
    check("5555555555554444", "[card]");
    check("3782 822463 10005", "[card]");
    check("银行卡6200000000000005", "银行卡[card]");
    check("4111-1111-1111-1111", "[card]");
    check("４１１１１１１１１１１１１１１１", "[card]");
    stays("4111 1111 1111 1112");
    stays("5555555555554445");
    stays("978-7-111-40701-0");
    stays("6901234567892");
    stays("1111111111111117");
    stays("order 2024011512345678");
}

#[test]
fn telephones() {
    check("13800138000", "[phone]");
    check("打13800138000或138-0013-8000", "打[phone]或[phone]");
    check("+86 138 0013 8000", "[phone]");
    check("008613800138000", "[phone]");
    check("86-13800138000", "[phone]");
    check("１３８００１３８０００", "[phone]");
    check("138\u{200b}0013\u{feff}8000", "[phone]");
    check("010-88886666", "[phone]");
    check("(0571) 88886666", "[phone]");
    check("（010）88886666", "[phone]");
    check("057188886666", "[phone]");
    check("(415) 555-0132", "[phone]");
    check("415-555-0132.", "[phone].");
    check("+1 415 555 0132", "[phone]");
    check("1-415-555-0132", "[phone]");
    check("+44 20 7946 0958", "[phone]");
    check("020 7946 0958", "[phone]");
    check("+491711234567", "[phone]");
    check("call 4155550132", "call [phone]");
    check("Tel13800138000", "Tel[phone]");
    check("电话88886666", "电话[phone]");
    check("400-820-8820", "[phone]");
    check("2024年 138 0013 8000", "2024年 [phone]");
    stays("12800138000");
    stays("1380013800");
    stays("138001380001");
    stays("SN13800138000");
    stays("¥13800138000");
    stays("3.13800138000");
    stays("4155550132 items");
    stays("2024-01-15 10:30");
    stays("phone bought 2024-01-15");
    stays("phone 12999.00");
    stays("1,299.00 and 50%");
    stays("+50 points, +1");
    stays("115-555-0132");
    stays("iPhone 15 Pro 256");
    stays("订单20240115123456");
    stays("房间号 1001-1002");
}

#[test]
fn counts_and_exceptions() {
    let text = "ann@x.com 13800138000 bob@x.com";
    let redacted = Redactor::new().redact(text);
    let counts: Vec<_> = redacted.counts.into_iter().collect();
    assert_eq!(counts, [(PersonalData::Email, 2), (PersonalData::Phone, 1)]);
    let kept = Redactor::new().keep(PersonalData::Email);
    assert_eq!(kept.redact(text).text, "ann@x.com [phone] bob@x.com");
    assert_eq!(Redactor::new().find("a 13800138000"), [(PersonalData::Phone, 2..13)]);
}

#[test]
fn long_texts() {
    // Each would take hours if a place were read again from every other one.
    for piece in ["1", "1 ", "a", "a@", "a.", "(", "+1-", "好", "::", "http://", "1.1.1.1 "] {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(!Redactor::new().redact(&text).text.is_empty());
    }
}

proptest! {
    #[test]
    fn planted_secrets_go_from_any_text(
        before in "[^+(（0-9０-９a-zA-Z@_$¥￥€£=/.,\\-]{0,20}",
        after in "[^0-9０-９a-zA-Z@＠_%.\\-]{0,20}",
    ) {
        for secret in ["13800138000", "11010519491231002X", "4111111111111111", "x7@q.com"] {
            let text = format!("{before} {secret} {after}");
            let redacted = Redactor::new().redact(&text).text;
            prop_assert!(!redacted.contains(secret), "{text}: {redacted}");
        }
    }

    #[test]
    fn any_text_is_redacted_within(text in any::<String>(), likely in "[0-9@.a:/+() \\-X好]{0,60}") {
        for text in [text, likely] {
            let found = Redactor::new().find(&text);
            prop_assert!(found.windows(2).all(|pair| pair[0].1.end <= pair[1].1.start));
            prop_assert!(found.iter().all(|(_, range)| !text[range.clone()].is_empty()));
        }
    }
}
