//! The Python dictionary at the head of a `.npy` file.

/// What the dictionary says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The dtype in NumPy's notation.
    pub(super) descr: String,
    /// Whether the first axis is the fastest.
    pub(super) fortran: bool,
    /// The lengths of the axes.
    pub(super) dims: Vec<usize>,
}

/// A byte of the text, and what is wrong there.
type Problem = (usize, String);

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut parser = Parser { text, at: 0 };
        let (mut descr, mut fortran, mut dims) = (None, None, None);
        parser.expect('{')?;
        while !parser.next_is('}') {
            let start = parser.at;
            let key = parser.string()?;
            parser.expect(':')?;
            let twice = match key {
                "descr" => descr.replace(parser.string()?.to_owned()).is_some(),
                "fortran_order" => fortran.replace(parser.truth()?).is_some(),
                "shape" => dims.replace(parser.tuple()?).is_some(),
                _ => {
                    return Err((
                        start,
                        format!("key {key:?}, expected descr, fortran_order, shape"),
                    ));
                }
            };
            if twice {
                return Err((start, format!("key {key:?} comes twice, expected once")));
            }
            if !parser.next_is(',') && !parser.rest().starts_with('}') {
                return Err(parser.wrong("',' or '}'"));
            }
        }
        if !parser.rest().trim().is_empty() {
            return Err(parser.wrong("nothing after the dictionary"));
        }
        match (descr, fortran, dims) {
            (Some(descr), Some(fortran), Some(dims)) => Ok(Self { descr, fortran, dims }),
            _ => Err((0, "a key is missing, expected descr, fortran_order and shape".into())),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    /// What hasn't been read, from the next thing that isn't a space.
    fn rest(&mut self) -> &'a str {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        rest
    }

    /// Steps over a character if it comes next.
    fn next_is(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), Problem> {
        if self.next_is(wanted) { Ok(()) } else { Err(self.wrong(&format!("{wanted:?}"))) }
    }

    fn string(&mut self) -> Result<&'a str, Problem> {
        let quote = if self.next_is('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.expect('\'')?;
        }
        let rest = &self.text[self.at..];
        let Some(len) = rest.find(quote) else { return Err(self.wrong("a closing quote")) };
        self.at += len + 1;
        Ok(&rest[..len])
    }

    fn truth(&mut self) -> Result<bool, Problem> {
        for (word, truth) in [("True", true), ("False", false)] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(truth);
            }
        }
        Err(self.wrong("True or False"))
    }

    fn tuple(&mut self) -> Result<Vec<usize>, Problem> {
        self.expect('(')?;
        let mut numbers = Vec::new();
        while !self.next_is(')') {
            let rest = self.rest();
            let len = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let number = rest[..len].parse().map_err(|_| self.wrong("a length"))?;
            numbers.push(number);
            self.at += len;
            if !self.next_is(',') && !self.rest().starts_with(')') {
                return Err(self.wrong("',' or ')'"));
            }
        }
        Ok(numbers)
    }

    fn wrong(&mut self, expected: &str) -> Problem {
        let came: String = self.rest().chars().take(10).collect();
        (self.at, format!("{came:?}, expected {expected}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, bool, &[usize]), (usize, &str)>) {
        let expected = expected.map(|(descr, fortran, dims)| Header {
            descr: descr.into(),
            fortran,
            dims: dims.into(),
        });
        assert_eq!(Header::parse(text), expected.map_err(|(at, text)| (at, text.into())));
    }

    #[test]
    fn dictionaries_are_read_or_refused_with_their_place() {
        check(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n",
            Ok(("<f4", false, &[2, 3])),
        );
        check("{\"shape\":(),\"fortran_order\":True,\"descr\":\"|u1\"}", Ok(("|u1", true, &[])));
        check("{'descr': '<f4', 'fortran_order': False, 'shape': (7,)}", Ok(("<f4", false, &[7])));
        check("", Err((0, "\"\", expected '{'")));
        check("{'descr': [('a', '<f4')]}", Err((10, "\"[('a', '<f\", expected '\\''")));
        check("{'descr': '<f4", Err((11, "\"<f4\", expected a closing quote")));
        check("{'fortran_order': 1}", Err((18, "\"1}\", expected True or False")));
        check("{'shape': (-1,)}", Err((11, "\"-1,)}\", expected a length")));
        check("{'shape': (99999999999999999999,)}", Err((11, "\"9999999999\", expected a length")));
        check("{'shape': (1 2)}", Err((13, "\"2)}\", expected ',' or ')'")));
        check("{'order': 1}", Err((1, "key \"order\", expected descr, fortran_order, shape")));
        check("{'shape': (), 'shape': ()}", Err((14, "key \"shape\" comes twice, expected once")));
        check("{'shape': () 'descr'", Err((13, "\"'descr'\", expected ',' or '}'")));
        check("{}", Err((0, "a key is missing, expected descr, fortran_order and shape")));
        check("{} x", Err((3, "\"x\", expected nothing after the dictionary")));
    }
}
