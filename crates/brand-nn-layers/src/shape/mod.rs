//! Other shapes for the same values.

family! {
    flatten: Flatten => flatten FlattenRecipe;
    reshape: Reshape => reshape ReshapeRecipe;
    permute: Permute => permute PermuteRecipe;
    repeat_vector: RepeatVector => repeat_vector RepeatVectorRecipe;
    lambda: Lambda;
}
