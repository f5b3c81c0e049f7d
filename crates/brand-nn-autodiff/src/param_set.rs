//! Some parameters of a model, chosen by pattern: one noun to freeze, count, save and iterate.

use crate::{
    Error, Param, Params, Result, Role,
    params::{self, Part},
};
use brand_nn_kernels::memory;
use brand_nn_tensor::{DType, io::TensorFile};
use std::{ops::Deref, path::Path};

/// Some parameters of a model with their dotted names, in the order of the model's fields.
///
/// A tied parameter stands once, under its first name; [`ParamSet::aliases`] has the others.
#[derive(Debug, Default)]
pub struct ParamSet {
    params: Vec<Param>,
    names: Vec<String>,
    aliases: Vec<(String, usize)>,
}

impl ParamSet {
    /// All parameters of a model.
    ///
    /// # Errors
    /// If a setting of the model is out of its range.
    pub fn all<P: Params + ?Sized>(model: &P) -> Result<Self> {
        Self::gather(&model)
    }

    /// [`ParamSet::all`] of all types alike, so that its code is there once.
    fn gather(model: &dyn Part) -> Result<Self> {
        let mut set = Self::default();
        params::walk(model, &mut |name, param| set.push(name, param))?;
        Ok(set)
    }

    /// Names every parameter and draws what is pending.
    pub(crate) fn draw(&self, seed: u64) {
        self.named().for_each(|(name, param)| {
            param.rename(name);
            param.draw(seed, name);
        });
    }

    /// Converts every value.
    pub(crate) fn cast(&self, dtype: DType) -> Result<()> {
        self.iter().try_for_each(|param| {
            param.update(|value| {
                *value = value.to(dtype);
                Ok(())
            })
        })
    }

    fn push(&mut self, name: &str, param: &Param) {
        match self.params.iter().position(|known| known.is_tied_to(param)) {
            Some(position) => self.aliases.push((name.to_owned(), position)),
            None => {
                self.names.push(name.to_owned());
                self.params.push(param.tie());
            }
        }
    }

    /// Those whose names match `pattern`.
    pub(crate) fn matching(self, pattern: &str) -> Result<Self> {
        let patterns = expand_braces(pattern);
        let fits = |name: &str| patterns.iter().any(|p| matches(p.as_bytes(), name.as_bytes()));
        let mut chosen = Self::default();
        for (i, (name, param)) in self.named().enumerate() {
            let aliases = self.aliases.iter().filter(|(_, position)| *position == i);
            let names: Vec<_> =
                [name].into_iter().chain(aliases.map(|(a, _)| a.as_str())).collect();
            if names.iter().any(|name| fits(name)) {
                names.iter().for_each(|name| chosen.push(name, param));
            }
        }
        if chosen.is_empty() && pattern != "*" {
            return Err(Error::NoMatch { pattern: pattern.into(), nearest: self.nearest(pattern) });
        }
        Ok(chosen)
    }

    fn nearest(&self, pattern: &str) -> Vec<String> {
        let mut names = self.names.clone();
        let likeness = |name: &String| strsim::jaro_winkler(name, pattern);
        names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
        names.truncate(3);
        names
    }

    /// The dotted names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The other names of tied parameters, each with the position of the parameter.
    #[must_use]
    pub fn aliases(&self) -> &[(String, usize)] {
        &self.aliases
    }

    /// Each parameter with its name.
    pub fn named(&self) -> impl Iterator<Item = (&str, &Param)> {
        self.names.iter().map(String::as_str).zip(&self.params)
    }

    /// The number of elements in all of them.
    #[must_use]
    pub fn count(&self) -> usize {
        self.params.iter().map(|param| param.shape().size()).sum()
    }

    /// Freezes each; see [`Param::freeze`].
    pub fn freeze(&self) {
        self.params.iter().for_each(Param::freeze);
    }

    /// Unfreezes each; see [`Param::unfreeze`].
    pub fn unfreeze(&self) {
        self.params.iter().for_each(Param::unfreeze);
    }

    /// Keeps a packed copy of each; see [`Params::pack_for_inference`].
    pub fn pack(&self) {
        self.params.iter().for_each(Param::pack);
    }

    /// Gives the packed copies up.
    pub fn unpack(&self) {
        self.params.iter().for_each(Param::unpack);
    }

    /// Stores those that are frozen in bf16, and leaves all others; see [`Param::store_in_bf16`].
    ///
    /// # Errors
    /// If one of them is pending.
    pub fn store_in_bf16(&self) -> Result<()> {
        for param in self.params.iter().filter(|param| param.role() == Role::Frozen) {
            param.store_in_bf16()?;
            memory::trim(); // or the old values' blocks would wait to be used again
        }
        Ok(())
    }

    /// The values by name, ready to be written.
    ///
    /// # Errors
    /// If one is pending.
    pub fn to_file(&self) -> Result<TensorFile> {
        let value = |(name, param): (&str, &Param)| Ok((name.to_owned(), param.value()?));
        Ok(TensorFile {
            tensors: self.named().map(value).collect::<Result<_>>()?,
            ..Default::default()
        })
    }

    /// Writes the values to a safetensors file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If one is pending, or the file can't be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        Ok(self.to_file()?.write(path)?)
    }
}

impl Deref for ParamSet {
    type Target = [Param];

    fn deref(&self) -> &[Param] {
        &self.params
    }
}

/// `a{b,c}d` becomes `abd` and `acd`; an unclosed brace is taken as it stands.
fn expand_braces(pattern: &str) -> Vec<String> {
    let parts = pattern
        .split_once('{')
        .and_then(|(head, rest)| rest.split_once('}').map(|(choices, tail)| (head, choices, tail)));
    let Some((head, choices, tail)) = parts else { return vec![pattern.to_owned()] };
    let tails = expand_braces(tail);
    choices
        .split(',')
        .flat_map(|choice| tails.iter().map(move |tail| format!("{head}{choice}{tail}")))
        .collect()
}

/// Whether `name` is `pattern` with any text for each star, in time linear in their product.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, n));
            p += 1;
        } else if pattern.get(p) == Some(&name[n]) {
            p += 1;
            n += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            (p, n) = (at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        let any = expand_braces(pattern).iter().any(|p| matches(p.as_bytes(), name.as_bytes()));
        assert_eq!(any, expected, "{pattern} on {name}");
    }

    #[test]
    fn patterns() {
        check("*", "a.b", true);
        check("a.*", "a.0.weight", true);
        check("*.weight", "a.0.weight", true);
        check("*.weight", "a.0.bias", false);
        check("a.{x,y}.w", "a.y.w", true);
        check("a.{x,y}.w", "a.z.w", false);
        check("{a,b}.{c,d}", "b.c", true);
        check("a", "ab", false);
        check("a*b*c", "a-b-b-c", true);
        check("", "a", false);
        check("{a", "{a", true);
    }
}
