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
    pub(super) fn around(
        &self,
        x: &Var,
        norm: &LayerNorm,
        pass: &mut Pass,
        part: impl FnOnce(&Var, &mut Pass) -> Result<Var>,
    ) -> Result<Var> {
        if self.norm_first {
            let inner = part(&norm.forward(x.clone(), pass)?, pass)?;
            return Ok(x + self.dropout.forward(inner, pass)?);
        }
        let inner = part(x, pass)?;
        norm.forward(x + self.dropout.forward(inner, pass)?, pass)
    }

    /// The linear maps, with a dropout between them.
    pub(super) fn maps(&self, x: &Var, maps: [&Linear; 2], pass: &mut Pass) -> Result<Var> {
        let hidden = maps[0].forward(x.clone(), pass)?;
        maps[1].forward(self.inner.forward(hidden, pass)?, pass)
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
