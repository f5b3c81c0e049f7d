//! Other shapes for the same values.

family! {
    flatten: Flatten => flatten FlattenRecipe;
}
