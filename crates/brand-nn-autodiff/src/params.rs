//! Whatever owns parameters: how they are found, named, drawn, saved and loaded.

use crate::{Error, LoadReport, Param, ParamSet, Result, load};
use brand_nn_tensor::DType;
use std::path::Path;

/// Whatever owns parameters: a layer, a network, a struct of layers.
///
/// Derive it: the fields are visited in order, and their names, joined by dots, are the
/// parameters' names. Numbers, strings and flags own none.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
///
/// #[derive(Params)]
/// struct Head { weight: Param, bias: Option<Param>, classes: usize }
/// #[derive(Params)]
/// struct Net { heads: Vec<Head> }
///
/// let head = |classes| Head {
///     weight: Param::new([classes, 8], Init::GlorotUniform),
///     bias: None,
///     classes,
/// };
/// let net = Net { heads: vec![head(2), head(5)] }.init(42)?;
/// assert_eq!(net.params("*")?.names(), ["heads.0.weight", "heads.1.weight"]);
/// assert_eq!(net.params("heads.1.*")?.count(), 40);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub trait Params {
    /// Shows every field to the visitor, in order.
    fn visit(&self, visitor: &mut Visitor<'_>);

    /// Checks the settings that no type can rule out; `init`, `load` and `build` call it.
    ///
    /// # Errors
    /// If a setting is out of its range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Checks the settings, names the parameters and draws the values of those that have none.
    ///
    /// Draws depend on the seed and the name alone: one more layer changes no other's values.
    ///
    /// # Errors
    /// If a setting is out of its range.
    fn init(self, seed: u64) -> Result<Self>
    where
        Self: Sized,
    {
        init(&self, seed)?;
        Ok(self)
    }

    /// The parameters whose names match `pattern`: `*` is any text, `{a,b}` is a or b.
    ///
    /// A model without parameters gives an empty set for `*`.
    ///
    /// # Errors
    /// If nothing matches; the message has the nearest names.
    fn params(&self, pattern: &str) -> Result<ParamSet> {
        ParamSet::all(self)?.matching(pattern)
    }

    /// Reads all values from a safetensors file, by name.
    ///
    /// # Errors
    /// If the file can't be read, or any name or shape differs: all differences are listed at once
    /// and nothing is changed.
    fn load(&self, path: impl AsRef<Path>) -> Result<LoadReport>
    where
        Self: Sized,
    {
        load::strict(&ParamSet::all(self)?, path.as_ref())
    }

    /// Reads what fits from a safetensors file and reports what does not.
    ///
    /// # Errors
    /// If the file can't be read.
    fn load_lenient(&self, path: impl AsRef<Path>) -> Result<LoadReport>
    where
        Self: Sized,
    {
        load::lenient(&ParamSet::all(self)?, path.as_ref())
    }

    /// Takes over the values of another model of the same shape, by name.
    ///
    /// # Errors
    /// If the names or shapes differ, or the other has no values yet.
    fn copy_from(&self, other: &dyn Params) -> Result<()> {
        load::copy(&ParamSet::all(self)?, &ParamSet::all(other)?)
    }

    /// Keeps a copy of each matrix as products read it: faster trips for inference.
    ///
    /// A layer's first product makes the copy of its weight, as large as the weight; tables that
    /// are only looked up get none. A weight that changes drops its copy and gets a new one when it
    /// is next used for inference, so results never come from an old value. Trips that learn do not
    /// use copies. Results may differ in the last bits from those without. A [`ParamSet`] packs
    /// some weights only, and gives the copies up.
    ///
    /// # Errors
    /// If a setting is out of its range.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    ///
    /// let weight = Param::new([2, 2], Init::Constant(1.0)).init(1)?;
    /// weight.pack_for_inference()?;
    /// assert!(weight.packed().is_some());
    /// weight.params("*")?.unpack();
    /// assert!(weight.packed().is_none());
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[doc(alias = "compile")]
    fn pack_for_inference(&self) -> Result<()> {
        ParamSet::all(self)?.pack();
        Ok(())
    }

    /// Converts every value, for example to f64 to check gradients.
    ///
    /// # Errors
    /// If a parameter has no value yet.
    fn cast(&self, dtype: DType) -> Result<()> {
        ParamSet::all(self)?.cast(dtype)
    }
}

/// Draws what is pending in a model that can't be moved, such as a boxed one; see [`Params::init`].
///
/// # Errors
/// If a setting is out of its range.
pub fn init<P: Params + ?Sized>(model: &P, seed: u64) -> Result<()> {
    ParamSet::all(model)?.draw(seed);
    Ok(())
}

/// What a walk needs of a part, whatever its type, so that the walk's code is there once.
pub(crate) trait Part {
    fn visit(&self, visitor: &mut Visitor<'_>);
    fn check(&self) -> Result<()>;
}

impl<P: Params + ?Sized> Part for &P {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        (**self).visit(visitor);
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }
}

/// Walks through a model and keeps track of the path.
pub struct Visitor<'a> {
    path: String,
    found: &'a mut dyn FnMut(&str, &Param),
    failure: Option<Error>,
}

impl Visitor<'_> {
    /// Goes into the field `name`.
    pub fn child<P: Params + ?Sized>(&mut self, name: &str, child: &P) {
        self.enter(name, &child);
    }

    fn enter(&mut self, name: &str, child: &dyn Part) {
        let parent = self.path.len();
        if parent > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        self.check(child);
        child.visit(self);
        self.path.truncate(parent);
    }

    /// Reports a parameter under the path that was gone so far.
    pub fn leaf(&mut self, param: &Param) {
        (self.found)(&self.path, param);
    }

    /// Reports what hangs on the parameter of this path, under a name in the place of its own.
    pub(crate) fn beside(&mut self, name: &str, param: &Param) {
        let parent = self.path.rsplit_once('.').map_or("", |(parent, _)| parent);
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
        (self.found)(&path, param);
    }

    /// Remembers the first setting that is out of range, with its place.
    fn check(&mut self, part: &dyn Part) {
        if self.failure.is_none() {
            self.failure = part.check().err().map(|error| error.within(&self.path));
        }
    }
}

/// Shows every parameter of a model with its dotted name.
///
/// # Errors
/// If a setting is out of its range.
pub(crate) fn walk(model: &dyn Part, found: &mut dyn FnMut(&str, &Param)) -> Result<()> {
    let mut visitor = Visitor { path: String::new(), found, failure: None };
    visitor.check(model);
    model.visit(&mut visitor);
    visitor.failure.map_or(Ok(()), Err)
}

impl<P: Params> Params for Option<P> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(part) = self {
            visitor.check(&part);
            part.visit(visitor);
        }
    }
}

impl<P: Params> Params for Vec<P> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.iter().enumerate().for_each(|(i, part)| visitor.child(&i.to_string(), part));
    }
}

impl<P: Params, const N: usize> Params for [P; N] {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.iter().enumerate().for_each(|(i, part)| visitor.child(&i.to_string(), part));
    }
}

impl<P: Params + ?Sized> Params for Box<P> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        (**self).visit(visitor);
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }
}

impl<P: Params + ?Sized> Params for &P {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        (**self).visit(visitor);
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }
}

macro_rules! own_none {
    ($($setting:ty),*) => { $(
        /// A setting owns no parameters, so that derived structs may hold it.
        impl Params for $setting {
            fn visit(&self, _: &mut Visitor<'_>) {}
        }
    )* };
}
own_none!(
    bool,
    u32,
    u64,
    usize,
    isize,
    i32,
    i64,
    f32,
    f64,
    String,
    &'static str,
    (),
    crate::Nonlinearity
);
