//! An unpickler that builds tensors and plain data, and refuses all else.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// What a pickle may hold. Containers are numbers of [`Pickle::boxes`], so that none is copied.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Plain,
    Int(i64),
    Text(Arc<str>),
    Global(&'static Known),
    Box(usize),
    Mark,
}

/// A container or a thing that was made of one.
#[derive(Clone, Debug)]
pub(super) enum Content {
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Storage { dtype: &'static str, key: Arc<str> },
    Tensor { storage: usize, offset: i64, shape: Vec<i64>, strides: Vec<i64> },
}

/// More axes than anybody has a use for.
const MOST_AXES: usize = 64;

/// The names that a pickle may ask for, and what they are.
#[derive(Debug, PartialEq)]
pub(super) enum Known {
    RebuildTensor,
    RebuildParameter,
    OrderedDict,
    Size,
    Storage(&'static str),
    /// A dtype, a layout, a device: of no use here, and harmless.
    Constant,
}

const KNOWN: [(&str, &str, Known); 20] = [
    ("torch._utils", "_rebuild_tensor_v2", Known::RebuildTensor),
    ("torch._utils", "_rebuild_parameter", Known::RebuildParameter),
    ("collections", "OrderedDict", Known::OrderedDict),
    ("torch", "Size", Known::Size),
    ("torch", "FloatStorage", Known::Storage("F32")),
    ("torch", "DoubleStorage", Known::Storage("F64")),
    ("torch", "HalfStorage", Known::Storage("F16")),
    ("torch", "BFloat16Storage", Known::Storage("BF16")),
    ("torch", "LongStorage", Known::Storage("I64")),
    ("torch", "IntStorage", Known::Storage("I32")),
    ("torch", "ByteStorage", Known::Storage("U8")),
    ("torch", "BoolStorage", Known::Storage("BOOL")),
    ("torch", "float32", Known::Constant),
    ("torch", "float64", Known::Constant),
    ("torch", "float16", Known::Constant),
    ("torch", "bfloat16", Known::Constant),
    ("torch", "int64", Known::Constant),
    ("torch", "int32", Known::Constant),
    ("torch", "uint8", Known::Constant),
    ("torch", "bool", Known::Constant),
];

/// Where a pickle is wrong, and how.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) byte: usize,
    pub(super) problem: String,
}

/// The machine that a pickle is a program for.
#[derive(Default)]
pub(super) struct Pickle<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    memo: BTreeMap<usize, Value>,
    /// All containers, tensors and storages that were made.
    pub(super) boxes: Vec<Content>,
}

type Step<T> = Result<T, String>;

impl<'a> Pickle<'a> {
    /// Runs a pickle to its end; returns what it made, and all containers.
    pub(super) fn run(bytes: &'a [u8]) -> Result<(Value, Vec<Content>), Trouble> {
        let mut pickle = Self { bytes, ..Self::default() };
        loop {
            let byte = pickle.at;
            match pickle.step() {
                Ok(None) => {}
                Ok(Some(value)) => return Ok((value, pickle.boxes)),
                Err(problem) => return Err(Trouble { byte, problem }),
            }
        }
    }

    /// Does what one opcode says; the last one gives the result.
    fn step(&mut self) -> Step<Option<Value>> {
        match self.take(1)?[0] {
            0x80 => drop(self.take(1)?), // PROTO
            0x95 => drop(self.take(8)?), // FRAME
            b'.' => return self.pop().map(Some),
            b'(' => self.stack.push(Value::Mark),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.down_to_mark()?),
            b'N' | 0x88 | 0x89 => self.stack.push(Value::Plain),
            b'G' => {
                self.take(8)?; // a number
                self.stack.push(Value::Plain);
            }
            b'K' => self.int(1)?,
            b'M' => self.int(2)?,
            b'J' => self.int(4)?,
            0x8a => self.long()?,
            b'X' => self.text(4)?,
            0x8c => self.text(1)?,
            b'c' => self.global()?,
            0x93 => self.stack_global()?,
            b'q' => self.put(1)?,
            b'r' => self.put(4)?,
            0x94 => self.remember(self.memo.len())?,
            b'h' => self.get(1)?,
            b'j' => self.get(4)?,
            b']' | b')' => self.make(Content::List(Vec::new())),
            b'}' => self.make(Content::Dict(Vec::new())),
            b't' | b'l' => {
                let items = self.down_to_mark()?;
                self.make(Content::List(items));
            }
            op @ 0x85..=0x87 => self.tuple(usize::from(op - 0x84))?,
            b'a' => self.append(1)?,
            b'e' => self.append_marked()?,
            b's' => self.set_items(1)?,
            b'u' => self.set_marked()?,
            b'Q' => self.storage()?,
            b'R' => self.reduce()?,
            b'b' => drop(self.pop()?), // BUILD: attributes beside the content
            op => return Err(format!("opcode {op:#04x}, which no weights need")),
        }
        Ok(None)
    }

    fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or("it ends early")?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// A number of so many bytes, the lowest first.
    fn number(&mut self, width: usize) -> Step<usize> {
        Ok(self.take(width)?.iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte)))
    }

    fn line(&mut self) -> Step<&'a str> {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|&byte| byte == b'\n').ok_or("it ends early")?;
        let line = self.take(len + 1)?;
        std::str::from_utf8(&line[..len]).map_err(|_| "a name is not UTF-8".into())
    }

    fn pop(&mut self) -> Step<Value> {
        self.stack.pop().ok_or_else(|| "nothing is there to take".into())
    }

    /// All that stands above the last mark.
    fn down_to_mark(&mut self) -> Step<Vec<Value>> {
        let mark = self.stack.iter().rposition(|value| *value == Value::Mark);
        let items = self.stack.split_off(mark.ok_or("there is no mark")? + 1);
        self.stack.pop();
        Ok(items)
    }

    fn make(&mut self, content: Content) {
        self.boxes.push(content);
        self.stack.push(Value::Box(self.boxes.len() - 1));
    }

    fn int(&mut self, width: usize) -> Step<()> {
        let number = self.number(width)? as i64;
        let signed = if width == 4 { i64::from(number as u32 as i32) } else { number };
        self.stack.push(Value::Int(signed));
        Ok(())
    }

    fn long(&mut self) -> Step<()> {
        let width = self.number(1)?;
        if width > 8 {
            return Err(format!("a whole number of {width} bytes, expected at most 8"));
        }
        let number = self.number(width)? as i64;
        let unused = 64 - 8 * width as u32;
        let signed = if unused < 64 { number << unused >> unused } else { 0 };
        self.stack.push(Value::Int(signed));
        Ok(())
    }

    fn text(&mut self, width: usize) -> Step<()> {
        let len = self.number(width)?;
        let text = std::str::from_utf8(self.take(len)?).map_err(|_| "a text is not UTF-8")?;
        self.stack.push(Value::Text(text.into()));
        Ok(())
    }

    fn global(&mut self) -> Step<()> {
        let (module, name) = (self.line()?, self.line()?);
        self.stack.push(known(module, name)?);
        Ok(())
    }

    fn stack_global(&mut self) -> Step<()> {
        match (self.pop()?, self.pop()?) {
            (Value::Text(name), Value::Text(module)) => self.stack.push(known(&module, &name)?),
            _ => return Err("a name that is no text".into()),
        }
        Ok(())
    }

    fn put(&mut self, width: usize) -> Step<()> {
        let key = self.number(width)?;
        self.remember(key)
    }

    fn remember(&mut self, key: usize) -> Step<()> {
        let value = self.stack.last().ok_or("nothing is there to remember")?.clone();
        self.memo.insert(key, value);
        Ok(())
    }

    fn get(&mut self, width: usize) -> Step<()> {
        let key = self.number(width)?;
        let value =
            self.memo.get(&key).ok_or_else(|| format!("nothing was remembered as {key}"))?;
        self.stack.push(value.clone());
        Ok(())
    }

    fn tuple(&mut self, count: usize) -> Step<()> {
        let start = self.stack.len().checked_sub(count).ok_or("nothing is there to take")?;
        let items = self.stack.split_off(start);
        self.make(Content::List(items));
        Ok(())
    }

    fn last_box(&mut self) -> Step<&mut Content> {
        match self.stack.last() {
            Some(Value::Box(number)) => Ok(&mut self.boxes[*number]),
            _ => Err("no container is there to fill".into()),
        }
    }

    fn append(&mut self, count: usize) -> Step<()> {
        let start = self.stack.len().checked_sub(count).ok_or("nothing is there to take")?;
        let items = self.stack.split_off(start);
        self.extend(items)
    }

    fn append_marked(&mut self) -> Step<()> {
        let items = self.down_to_mark()?;
        self.extend(items)
    }

    fn extend(&mut self, items: Vec<Value>) -> Step<()> {
        match self.last_box()? {
            Content::List(list) => list.extend(items),
            _ => return Err("no list is there to fill".into()),
        }
        Ok(())
    }

    fn set_items(&mut self, pairs: usize) -> Step<()> {
        let start = self.stack.len().checked_sub(2 * pairs).ok_or("nothing is there to take")?;
        let items = self.stack.split_off(start);
        self.set(items)
    }

    fn set_marked(&mut self) -> Step<()> {
        let items = self.down_to_mark()?;
        self.set(items)
    }

    fn set(&mut self, items: Vec<Value>) -> Step<()> {
        let Content::Dict(dict) = self.last_box()? else {
            return Err("no dictionary is there to fill".into());
        };
        let mut items = items.into_iter();
        while let Some(key) = items.next() {
            dict.push((key, items.next().ok_or("a key without a value")?));
        }
        Ok(())
    }

    /// A storage that stands in the archive: `("storage", type, key, place, length)`.
    fn storage(&mut self) -> Step<()> {
        let parts = self.pop()?;
        let made = match self.items(&parts)? {
            [Value::Text(word), Value::Global(Known::Storage(dtype)), Value::Text(key), ..]
                if &**word == "storage" =>
            {
                Content::Storage { dtype, key: Arc::clone(key) }
            }
            _ => return Err("a reference that is no storage of a known type".into()),
        };
        self.make(made);
        Ok(())
    }

    /// The items of a tuple; they are looked at where they are, however often it is named.
    fn items(&self, value: &Value) -> Step<&[Value]> {
        match value {
            Value::Box(number) => match &self.boxes[*number] {
                Content::List(items) => Ok(items),
                other => Err(format!("{other} where a tuple is awaited")),
            },
            other => Err(format!("{other} where a tuple is awaited")),
        }
    }

    /// Calls one of the few functions that are known.
    fn reduce(&mut self) -> Step<()> {
        let arguments = self.pop()?;
        let Value::Global(callee) = self.pop()? else { return Err("a call of no function".into()) };
        let made = match (callee, self.items(&arguments)?) {
            (Known::OrderedDict, []) => Content::Dict(Vec::new()),
            (Known::RebuildParameter | Known::Size, [same, ..]) => {
                let same = same.clone();
                self.stack.push(same);
                return Ok(());
            }
            (
                Known::RebuildTensor,
                [Value::Box(storage), Value::Int(offset), shape, strides, ..],
            ) => {
                let (shape, strides) = (self.ints(shape)?, self.ints(strides)?);
                Content::Tensor { storage: *storage, offset: *offset, shape, strides }
            }
            (callee, _) => return Err(format!("a call of {callee:?} with other arguments")),
        };
        self.make(made);
        Ok(())
    }

    fn ints(&self, value: &Value) -> Step<Vec<i64>> {
        let items = self.items(value)?;
        if items.len() > MOST_AXES {
            return Err(format!("a shape of {} axes, expected at most {MOST_AXES}", items.len()));
        }
        let int = |value: &Value| match value {
            Value::Int(int) => Ok(*int),
            other => Err(format!("a shape with {other} in it")),
        };
        items.iter().map(int).collect()
    }
}

fn known(module: &str, name: &str) -> Step<Value> {
    let found = KNOWN.iter().find(|(m, n, _)| *m == module && *n == name);
    found.map(|(_, _, known)| Value::Global(known)).ok_or_else(|| {
        format!("it asks for {module}.{name}, expected nothing but tensors and plain data")
    })
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "a plain value",
            Self::Int(_) => "a whole number",
            Self::Text(_) => "a text",
            Self::Global(_) => "a name",
            Self::Box(_) => "a container",
            Self::Mark => "a mark",
        })
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List(_) => "a list",
            Self::Dict(_) => "a dictionary",
            Self::Storage { .. } => "a storage",
            Self::Tensor { .. } => "a tensor",
        })
    }
}
