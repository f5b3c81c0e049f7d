//! A part of a layer with a norm, and the way round both.

use crate::{Dropout, Layer, LayerNorm, Linear, Pass, Result, setting::positive};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};

/// How a part of a layer is joined to what goes round it.
#[derive(Debug)]
pub(super) struct Residual {
    pub(super) dropout: Dropout,
    pub(super) inner: Dropout,
    pub(super) norm_first: bool,
    pub(super) hidden: usize,
}

impl Residual {
    /// norm(x + drop(part(x))), or x + drop(part(norm(x))) with norms first.
    ///
    /// A part gets its input, and what it shall add to its output.
    pub(super) fn around(
        &self,
        x: &Var,
        norm: &LayerNorm,
        pass: &mut Pass,
        part: impl FnOnce(&Var, Option<&Var>, &mut Pass) -> Result<Var>,
    ) -> Result<Var> {
        if self.norm_first {
            let inner = norm.forward(x.clone(), pass)?;
            return self.join(x, &inner, pass, part);
        }
        norm.forward(self.join(x, x, pass, part)?, pass)
    }

    /// x + drop(part(inner)); a part adds x itself where nothing is dropped.
    fn join(
        &self,
        x: &Var,
        inner: &Var,
        pass: &mut Pass,
        part: impl FnOnce(&Var, Option<&Var>, &mut Pass) -> Result<Var>,
    ) -> Result<Var> {
        self.dropout.check()?;
        if !pass.is_training() {
            return part(inner, Some(x), pass);
        }
        Ok(x + self.dropout.forward(part(inner, None, pass)?, pass)?)
    }

    /// The linear maps, with a dropout between them, and what goes round them.
    pub(super) fn maps(
        &self,
        x: &Var,
        round: Option<&Var>,
        maps: [&Linear; 2],
        pass: &mut Pass,
    ) -> Result<Var> {
        let hidden = maps[0].forward(x.clone(), pass)?;
        let hidden = self.inner.forward(hidden, pass)?;
        maps[1].beside(&hidden, round, pass)
    }
}

impl Params for Residual {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("dropout", &self.dropout);
        visitor.child("inner", &self.inner);
    }

    fn check(&self) -> autodiff::Result<()> {
        positive("transformer", "hidden", self.hidden)
    }
}
