//! Several layers that see the same input, and one value of what they make.

use crate::{
    Call, Fields, Layer, Merge, Pass, Recipe, Registry, Result, flops,
    recipe::{FromSettings, Settings, describe_all},
    setting::at_least_one,
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Layers that see the same input, and one value of what they make.
///
/// y = merge(f₀(x), f₁(x), …): windows of several widths side by side (Szegedy and others 2015),
/// or a sum of parallel paths.
///
/// # Shapes
/// What all branches take, to what [`Merge::output_shape`] makes of their outputs.
///
/// # Errors
/// What a branch returns; also if their outputs do not fit together. `init`, `build` and `load`
/// refuse none.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Branches, Call, Linear, Merge, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let beside = Branches::new(Merge::Concat(-1));
/// let layer = beside.branch(Linear::new(3, 2)).branch(Linear::new(3, 5));
/// let y = layer.init(1)?.call(Tensor::ones([4, 3]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [4, 7]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
pub struct Branches {
    layers: Vec<Box<dyn Layer>>,
    merge: Merge,
}

impl Branches {
    /// Makes a layer without branches yet.
    #[must_use]
    pub fn new(merge: Merge) -> Self {
        Self { layers: Vec::new(), merge }
    }

    /// Adds a branch.
    #[must_use]
    pub fn branch(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }
}

impl std::fmt::Debug for Branches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Branches({} layers, {:?})", self.layers.len(), self.merge)
    }
}

impl Params for Branches {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.layers.visit(visitor);
    }

    fn check(&self) -> autodiff::Result<()> {
        at_least_one("branches", "number of branches", &[self.layers.len()])
    }
}

impl Layer for Branches {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        let made = self.layers.iter().map(|layer| layer.call(&input, pass));
        let made = made.collect::<Result<_>>()?;
        self.merge.apply(made).map_err(|error| error.at("branches"))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::total(self.layers.iter().map(|layer| layer.flops(input)))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let shapes = self.layers.iter().map(|layer| layer.output_shape(input));
        let merged = self.merge.output_shape(&shapes.collect::<Result<Vec<_>>>()?);
        merged.map_err(|error| error.at("branches"))
    }
}

/// A recipe for [`Branches`]; a branch of several layers is a [`Sequential`](crate::Sequential).
///
/// # Examples
/// ```
/// use brand_nn_layers::{Merge, Sequential, branches, conv1d};
///
/// let widths = branches(Merge::Concat(1)) // channels
///     .branch(conv1d(8, 1))
///     .branch(conv1d(8, 3).padding(1));
/// let network = Sequential::new().add(widths).build([4, 10])?;
/// assert_eq!(network.output_shape_of_example()[..], [16, 10]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn branches(merge: Merge) -> BranchesRecipe {
    BranchesRecipe { recipes: Vec::new(), merge }
}

/// The settings of branches: their recipes, and how their outputs become one.
pub struct BranchesRecipe {
    recipes: Vec<Box<dyn Recipe>>,
    merge: Merge,
}

impl BranchesRecipe {
    /// Adds a branch.
    #[must_use]
    pub fn branch(mut self, recipe: impl Recipe + 'static) -> Self {
        self.recipes.push(Box::new(recipe));
        self
    }
}

impl Recipe for BranchesRecipe {
    fn kind(&self) -> &'static str {
        "branches"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let layers = self.recipes.iter().map(|recipe| recipe.build(input));
        let layer = Branches { layers: layers.collect::<Result<_>>()?, merge: self.merge };
        layer.check()?;
        Ok(Box::new(layer))
    }
}

impl Settings for BranchesRecipe {
    fn settings(&self) -> Result<Fields> {
        let mut fields = Fields::default();
        fields.put("merge", &self.merge)?;
        fields.put("branches", &describe_all(&self.recipes)?)?;
        Ok(fields)
    }
}

impl FromSettings for BranchesRecipe {
    fn from_settings(mut fields: Fields, registry: &Registry) -> Result<Self> {
        let recipes = fields.take_recipes("branches", registry)?;
        let merge = fields.take("merge")?;
        fields.end()?;
        Ok(Self { recipes, merge })
    }
}
