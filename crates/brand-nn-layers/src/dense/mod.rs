//! Affine maps and what is built of them.

family! {
    linear: Linear => dense DenseRecipe;
}
